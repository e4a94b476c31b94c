// SPDX-License-Identifier: MIT
#include "base/id.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace dd {
namespace {

TEST(Id, AcceptsWhatCallersReallyUse) {
  for (const auto& text : {std::string("m-1"), std::string("10.0.0.5-1765796721546031000"), std::string("user@example.org"),
                           std::string("::1-17657"), random_uuid(), std::string(64, 'x')}) {
    EXPECT_TRUE(parse_id<MeetingId>("meetingId", text).has_value()) << text;
  }
}

TEST(Id, RefusesWhatWouldNeedEscapingAndNamesTheField) {
  for (const auto& text : {std::string(), std::string(65, 'x'), std::string("a b"), std::string("../x"), std::string(".."),
                           std::string("a'b"), std::string("a\nb"), std::string("\xc3\xa9"), std::string("a\0b", 3)}) {
    auto id = parse_id<MeetingId>("meetingId", text);
    ASSERT_FALSE(id.has_value()) << text;
    EXPECT_EQ(id.error().code, Errc::kInvalidArgument);
    EXPECT_EQ(id.error().field, "meetingId");
  }
}

TEST(Id, RandomIdsAreVersion4Uuids) {
  const auto uuid = random_uuid();
  ASSERT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(uuid, random_uuid());
}

}  // namespace
}  // namespace dd
