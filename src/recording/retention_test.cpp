// SPDX-License-Identifier: MIT
#include "recording/retention.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dd::recording {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const WallTime kNow = WallTime{} + 24h * 365 * 50;

Kept kept(std::chrono::hours age, std::uint64_t bytes, bool needed = false) { return {kNow - age, bytes, needed}; }

TEST(Retention, WithoutARuleEverythingStays) {
  const std::vector all{kept(24h * 365 * 10, 1'000'000'000'000)};
  EXPECT_THAT(to_remove({}, kNow, all), IsEmpty());
}

TEST(Retention, WhatIsOlderThanTheRuleGoes) {
  const std::vector all{kept(1h, 1), kept(25h, 1), kept(24h, 1), kept(48h, 1)};
  EXPECT_THAT(to_remove({24h, {}}, kNow, all), ElementsAre(3, 1));
}

TEST(Retention, TheOldestGoUntilTheRestFits) {
  const std::vector all{kept(1h, 40), kept(3h, 40), kept(2h, 40)};
  EXPECT_THAT(to_remove({{}, 80}, kNow, all), ElementsAre(1));
  EXPECT_THAT(to_remove({{}, 79}, kNow, all), ElementsAre(1, 2));
  EXPECT_THAT(to_remove({{}, 0}, kNow, all), ElementsAre(1, 2, 0));
}

TEST(Retention, WhatTheAgeTookCountsForTheBytes) {
  const std::vector all{kept(1h, 40), kept(30h, 40), kept(2h, 40)};
  EXPECT_THAT(to_remove({24h, 80}, kNow, all), ElementsAre(1));
}

TEST(Retention, WhatIsNeededStaysAndStillCounts) {
  const std::vector all{kept(100h, 100, true), kept(50h, 10), kept(1h, 10)};
  EXPECT_THAT(to_remove({24h, 110}, kNow, all), ElementsAre(1));
  EXPECT_THAT(to_remove({{}, 100}, kNow, all), ElementsAre(1, 2));
  EXPECT_THAT(to_remove({1h, 0}, kNow, std::vector{kept(100h, 100, true)}), IsEmpty());
}

TEST(Retention, AClockThatWentBackRemovesNothingByAge) { EXPECT_THAT(to_remove({1h, {}}, kNow, std::vector{kept(-1000h, 1)}), IsEmpty()); }

}  // namespace
}  // namespace dd::recording
