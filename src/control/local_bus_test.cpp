// SPDX-License-Identifier: MIT
#include "control/local_bus.hpp"

#include <gtest/gtest.h>
#include <vector>

#include "base/testing/manual_loop.hpp"

namespace dd::control {
namespace {

struct Heard final : SignalListener {
  void on_signal(const MeetingId& meeting, std::string_view text) override { signals.push_back(meeting.str() + "/" + std::string(text)); }
  void on_signals_missed(const MeetingId&) override {}
  std::vector<std::string> signals;
};

TEST(LocalBus, DeliversInOrderInATurnOfItsOwn) {
  dd::testing::ManualLoop loop;
  Heard heard;
  LocalBus bus(loop);
  bus.set_listener(&heard);
  bus.subscribe(MeetingId("m"));
  bus.publish(MeetingId("m"), "1");
  bus.publish(MeetingId("m"), "2");
  EXPECT_TRUE(heard.signals.empty());
  loop.run_ready();
  EXPECT_EQ(heard.signals, (std::vector<std::string>{"m/1", "m/2"}));
}

TEST(LocalBus, TellsOnlyOfMeetingsThatWereSubscribedAndDropsWhatIsTooLong) {
  dd::testing::ManualLoop loop;
  Heard heard;
  LocalBus bus(loop);
  bus.set_listener(&heard);
  bus.publish(MeetingId("m"), "before");
  bus.subscribe(MeetingId("m"));
  bus.publish(MeetingId("other"), "elsewhere");
  bus.publish(MeetingId("m"), std::string(64 * 1024 + 1, 'x'));
  bus.publish(MeetingId("m"), "heard");
  loop.run_ready();
  bus.publish(MeetingId("m"), "too late");
  bus.unsubscribe(MeetingId("m"));
  loop.run_ready();
  EXPECT_EQ(heard.signals, std::vector<std::string>{"m/heard"});
}

TEST(LocalBus, MayEndWithSignalsUnderWay) {
  dd::testing::ManualLoop loop;
  Heard heard;
  {
    LocalBus bus(loop);
    bus.set_listener(&heard);
    bus.subscribe(MeetingId("m"));
    bus.publish(MeetingId("m"), "1");
  }
  loop.run_ready();
  EXPECT_TRUE(heard.signals.empty());
}

}  // namespace
}  // namespace dd::control
