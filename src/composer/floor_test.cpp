// SPDX-License-Identifier: MIT
#include "composer/floor.hpp"

#include <gtest/gtest.h>

namespace dd::composer {
namespace {

using namespace std::chrono_literals;
using Floors = std::vector<Floor>;

TEST(Floor, ASpeakerHasItFromTheFirstWord) { EXPECT_EQ(settle_floor({{1s, "a"}}, 10s), (Floors{{1s, "a"}})); }

TEST(Floor, ACoughIsNoSpeech) { EXPECT_EQ(settle_floor({{1s, "a"}, {5s, "b"}, {5600ms, "a"}}, 10s), (Floors{{1s, "a"}})); }

TEST(Floor, SilenceTakesItFromNobody) { EXPECT_EQ(settle_floor({{1s, "a"}, {4s, ""}, {6s, "a"}}, 10s), (Floors{{1s, "a"}})); }

TEST(Floor, WhoHasItKeepsItTwoSeconds) { EXPECT_EQ(settle_floor({{1s, "a"}, {1800ms, "b"}}, 10s), (Floors{{1s, "a"}, {3s, "b"}})); }

TEST(Floor, WhoStopsBeforeTheHoldIsOverDoesNotGetIt) {
  EXPECT_EQ(settle_floor({{1s, "a"}, {1800ms, "b"}, {2900ms, "c"}}, 10s), (Floors{{1s, "a"}, {3s, "c"}}));
}

}  // namespace
}  // namespace dd::composer
