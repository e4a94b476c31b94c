// SPDX-License-Identifier: MIT
#include "control/signals.hpp"

#include <gtest/gtest.h>

namespace dd::control {
namespace {

TEST(ControlSignals, SayWhatTheOtherReplicasNeed) {
  EXPECT_EQ(make_signal(MovedSignal{ContainerId("s2"), "drain", 3}), R"({"control":"moved","to":"s2","reason":"drain","moves":3})");
  const auto moved = parse_signal(make_signal(MovedSignal{ContainerId("s2"), "drain", 3}));
  ASSERT_TRUE(moved.has_value());
  EXPECT_EQ(std::get<MovedSignal>(*moved).to.str(), "s2");
  EXPECT_EQ(std::get<MovedSignal>(*moved).reason, "drain");
  EXPECT_EQ(std::get<MovedSignal>(*moved).moves, 3);
  EXPECT_EQ(std::get<EndedSignal>(parse_signal(make_signal(EndedSignal{"moderator"})).value()).reason, "moderator");
  EXPECT_TRUE(std::get<LockedSignal>(parse_signal(make_signal(LockedSignal{true})).value()).locked);
  EXPECT_EQ(std::get<RemovedSignal>(parse_signal(make_signal(RemovedSignal{ParticipantId("p:1")})).value()).participant.str(), "p:1");
}

TEST(ControlSignals, OfSignalingOrOfALaterReleaseAreNotOurs) {
  EXPECT_FALSE(is_control_signal(R"({"kind":"message"})"));
  for (const std::string_view text :
       {"", "{}", R"({"kind":"control"})", R"({"control":")", R"({"control":"danced"})", R"({"control":"moved"})", R"({"control":7})"}) {
    EXPECT_FALSE(parse_signal(text).has_value()) << text;
  }
  EXPECT_TRUE(parse_signal(R"({"control":"ended","reason":"empty","later":[1]})").has_value());
}

}  // namespace
}  // namespace dd::control
