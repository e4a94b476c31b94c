// SPDX-License-Identifier: MIT
#include "rtp/h264_profile.hpp"

#include <gtest/gtest.h>

#include "rtp/testing/samples.hpp"

namespace dd::rtp {
namespace {

using testing::integer;

ParameterMap symmetric(std::string id) { return {{"profile-level-id", std::move(id)}}; }
ParameterMap asymmetric(std::string id) { return testing::h264(std::move(id)); }

TEST(H264Profile, ReadsTheProfilesOfBrowsers) {
  EXPECT_EQ(parse_profile_level_id("42e01f"), (H264ProfileLevel{H264Profile::kConstrainedBaseline, 31}));
  EXPECT_EQ(parse_profile_level_id("42001f"), (H264ProfileLevel{H264Profile::kBaseline, 31}));
  EXPECT_EQ(parse_profile_level_id("4d0032"), (H264ProfileLevel{H264Profile::kMain, 50}));
  EXPECT_EQ(parse_profile_level_id("640032"), (H264ProfileLevel{H264Profile::kHigh, 50}));
  EXPECT_EQ(parse_profile_level_id("640c1f"), (H264ProfileLevel{H264Profile::kConstrainedHigh, 31}));
  EXPECT_EQ(parse_profile_level_id("F4001F"), (H264ProfileLevel{H264Profile::kPredictiveHigh444, 31}));
}

TEST(H264Profile, ConstraintFlagsOfOtherProfilesMakeAConstrainedBaseline) {
  EXPECT_EQ(parse_profile_level_id("4d801f")->profile, H264Profile::kConstrainedBaseline);
  EXPECT_EQ(parse_profile_level_id("58f01f")->profile, H264Profile::kConstrainedBaseline);
  EXPECT_EQ(parse_profile_level_id("58a01f")->profile, H264Profile::kBaseline);
}

TEST(H264Profile, WhatIsNoProfileIsRefused) {
  for (const char* text :
       {"", "42e01", "42e01f0", "xyzxyz", "-2e01f", " 2e01f", "0x42e0", "000000", "42e009", "42e0ff", "64e01f", "41e01f"}) {
    EXPECT_FALSE(parse_profile_level_id(text)) << text;
  }
}

TEST(H264Profile, Level1bLiesBetween1And11) {
  EXPECT_EQ(parse_profile_level_id("42f00b")->level, kH264Level1b);
  EXPECT_EQ(parse_profile_level_id("42e00b")->level, 11);
  EXPECT_EQ(answer_profile_level_id(symmetric("42f00b"), symmetric("42e00a")), "42e00a");
  EXPECT_EQ(answer_profile_level_id(symmetric("42f00b"), symmetric("42e00b")), "42f00b");
  EXPECT_FALSE(profile_level_id({H264Profile::kHigh, kH264Level1b}));
}

TEST(H264Profile, AMissingIdMeansConstrainedBaseline31) {
  EXPECT_TRUE(same_profile({}, symmetric("42e034")));
  EXPECT_FALSE(same_profile({}, symmetric("640032")));
  EXPECT_FALSE(same_profile({}, {{"profile-level-id", integer(640032)}})) << "a number is no profile-level-id";
  EXPECT_FALSE(answer_profile_level_id({}, {}));
}

TEST(H264Profile, TheAnswerTakesTheLowerLevelUnlessBothAllowAsymmetry) {
  EXPECT_EQ(answer_profile_level_id(symmetric("42e034"), symmetric("42e01f")), "42e01f");
  EXPECT_EQ(answer_profile_level_id(asymmetric("42e034"), symmetric("42e01f")), "42e01f");
  EXPECT_EQ(answer_profile_level_id(asymmetric("42e034"), asymmetric("42e01f")), "42e034");
}

}  // namespace
}  // namespace dd::rtp
