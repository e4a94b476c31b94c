// SPDX-License-Identifier: MIT
#include "control/scoped_ids.hpp"

#include <gtest/gtest.h>

namespace dd::control {
namespace {

const TenantId kDefault("default");
const TenantId kAcme("acme");
const TenantId kRival("rival");

TEST(ScopedIds, TwoTenantsMayHaveAMeetingOfOneName) {
  EXPECT_NE(scoped_meeting(kAcme, "standup"), scoped_meeting(kRival, "standup"));
  EXPECT_EQ(scoped_meeting(kAcme, "standup"), scoped_meeting(kAcme, "standup"));
  EXPECT_EQ(outer(scoped_meeting(kAcme, "standup")), "standup");
}

TEST(ScopedIds, TheDefaultTenantsMeetingsKeepTheirIds) {
  EXPECT_EQ(scoped_meeting(kDefault, "standup").str(), "standup");
  EXPECT_EQ(outer(scoped_meeting(kDefault, "standup")), "standup");
}

TEST(ScopedIds, OnePersonMayBeInTwoMeetings) {
  const auto first = scoped_participant(scoped_meeting(kDefault, "standup"), "asha");
  const auto second = scoped_participant(scoped_meeting(kDefault, "review"), "asha");
  EXPECT_NE(first, second);
  EXPECT_EQ(outer(first), "asha");
  EXPECT_EQ(outer(second), "asha");
}

TEST(ScopedIds, TheLongestStillIsAnId) {
  const std::string longest(kMaxOuterId, 'x');
  ASSERT_TRUE(checked_outer_id("meetingId", longest).has_value());
  EXPECT_TRUE(is_valid_id(scoped_meeting(kAcme, longest).str()));
  EXPECT_TRUE(is_valid_id(scoped_participant(scoped_meeting(kAcme, longest), longest).str()));
}

TEST(ScopedIds, NobodyCanWriteAScopeOfTheirOwn) {
  for (const std::string& text : {std::string("standup:AbCdEfGhIj"), std::string{}, std::string(".."), std::string("a b"),
                                  std::string("a/b"), std::string(kMaxOuterId + 1, 'x')}) {
    const auto checked = checked_outer_id("meetingId", text);
    ASSERT_FALSE(checked.has_value()) << text;
    EXPECT_EQ(checked.error().field, "meetingId");
  }
}

TEST(ScopedIds, AreTheSameOnEveryReplicaAndInEveryRelease) { EXPECT_EQ(scoped_meeting(kAcme, "standup").str(), "standup:giszrYfBSK"); }

}  // namespace
}  // namespace dd::control
