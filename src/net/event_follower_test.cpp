// SPDX-License-Identifier: MIT
// Following a real server's events through its restarts.
#include "net/event_follower.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <mutex>

#include "net/testing/http_fixture.hpp"

namespace dd::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class Ear final : public EventListener {
 public:
  void on_event(std::string_view json) override {
    const std::lock_guard lock(mutex_);
    events_.emplace_back(json);
  }
  void on_resync() override { ++resyncs; }
  std::vector<std::string> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  std::atomic<int> resyncs = 0;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> events_;
};

class EventFollowerTest : public testing::HttpFixture {
 protected:
  ~EventFollowerTest() override {
    on_loop([&] {
      follower_.reset();
      client_.reset();
    });
    stop_serving();
  }
  void follow() {
    on_loop([&] {
      client_ = HttpClient::open(loop(), {}).value();
      EventFollowerSettings settings;
      settings.first_pause = 20ms;
      settings.longest_pause = 50ms;
      follower_ = std::make_unique<EventFollower>(loop(), *client_, fmt::format("http://127.0.0.1:{}", port()), ear_, settings);
    });
    ASSERT_TRUE(eventually([&] { return event_clients() == 1 && connected(); }));
  }
  bool connected() {
    bool is = false;
    on_loop([&] { is = follower_->connected(); });
    return is;
  }

  Ear ear_;
  std::unique_ptr<HttpClient> client_;
  std::unique_ptr<EventFollower> follower_;
};

TEST_F(EventFollowerTest, EventsArriveInOrder) {
  start();
  emit("before");
  follow();
  EXPECT_EQ(ear_.resyncs, 1);  // what was before is to be asked
  for (int i = 0; i < 500; ++i) emit(fmt::format("m{}", i));
  ASSERT_TRUE(eventually([&] { return ear_.events().size() == 500; }));
  for (int i = 0; i < 500; ++i) EXPECT_THAT(ear_.events()[static_cast<std::size_t>(i)], HasSubstr(fmt::format("\"meetingId\":\"m{}\"", i)));
  EXPECT_EQ(ear_.resyncs, 1);
}

TEST_F(EventFollowerTest, AfterABreakItResumesWhereItWas) {
  start();
  follow();
  emit("one");
  ASSERT_TRUE(eventually([&] { return ear_.events().size() == 1; }));
  take_away();
  ASSERT_TRUE(eventually([&] { return !connected(); }));
  emit("two");
  bring_back();
  ASSERT_TRUE(eventually([&] { return ear_.events().size() == 2; }));
  EXPECT_THAT(ear_.events()[1], HasSubstr("\"two\""));
  EXPECT_EQ(ear_.resyncs, 1);
}

TEST_F(EventFollowerTest, AfterTooLongABreakItIsToldToAskAnew) {
  start();
  follow();
  emit("one");
  ASSERT_TRUE(eventually([&] { return ear_.events().size() == 1; }));
  take_away();
  ASSERT_TRUE(eventually([&] { return !connected(); }));
  for (int i = 0; i < 10'001; ++i) emit("lost");
  bring_back();
  ASSERT_TRUE(eventually([&] { return ear_.resyncs == 2; }));
  emit("later");
  ASSERT_TRUE(eventually([&] { return ear_.events().size() == 2; }));
  EXPECT_THAT(ear_.events()[1], HasSubstr("\"later\""));
}

TEST_F(EventFollowerTest, OneThatIsDroppedEndsItsConnection) {
  start();
  follow();
  on_loop([&] { follower_.reset(); });
  EXPECT_TRUE(eventually([&] { return event_clients() == 0 && connections() == 0; }));
  on_loop([&] {  // also before it ever connected
    follower_ = std::make_unique<EventFollower>(loop(), *client_, "http://127.0.0.1:1", ear_);
    follower_.reset();
  });
}

}  // namespace
}  // namespace dd::net
