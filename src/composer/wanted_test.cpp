// SPDX-License-Identifier: MIT
#include "composer/wanted.hpp"

#include <gtest/gtest.h>

namespace dd::composer {
namespace {

using namespace std::chrono_literals;
using Intervals = std::vector<Interval>;

TEST(Wanted, WhatIsShownIsDecodedFromTheKeyFrameBefore) {
  EXPECT_EQ(wanted_frames({{60s, 70s}}, {10s, 100s}, {0s, 20s, 45s, 55s}), (Intervals{{45s, 61s}}));
}

TEST(Wanted, WithoutAKeyFrameInBetweenNothingIsSaved) {
  EXPECT_EQ(wanted_frames({{10s, 20s}, {60s, 70s}}, {10s, 100s}, {0s}), (Intervals{{0s, 61s}}));
}

TEST(Wanted, AFileThatIsNeverShownIsNotDecoded) {
  EXPECT_TRUE(wanted_frames({{10s, 20s}}, {30s, 40s}, {0s}).empty());
  EXPECT_TRUE(wanted_frames({}, {30s, 40s}, {0s}).empty());
}

TEST(Wanted, APassForKeyFramesIsMadeOnlyWhenMuchIsHidden) {
  EXPECT_FALSE(is_partly_hidden({{0s, 30s}}, {0s, 33s}));
  EXPECT_TRUE(is_partly_hidden({{0s, 20s}}, {0s, 33s}));
}

}  // namespace
}  // namespace dd::composer
