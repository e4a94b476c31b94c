// SPDX-License-Identifier: MIT
#include "archive/sync_quality.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace dd::archive {
namespace {

using namespace std::chrono_literals;
using namespace recording;

// A sender whose clock is off by `ppm`, with its timestamps about to wrap.
std::vector<Event> reports(double ppm, int count) {
  std::vector<Event> events;
  for (int i = 0; i < count; ++i) {
    const double seconds = 10.0 * i;
    const auto ticks = static_cast<std::int64_t>(std::llround(seconds * 90'000 * (1 + ppm / 1e6)));
    events.push_back({Time(i * 10'000'000), SyncNoted{"t", static_cast<std::uint32_t>(4'294'000'000 + ticks), 0, Time(i * 10'000'000)}});
  }
  return events;
}

TEST(SyncQuality, AFastClockShowsAsDriftAndNotAsError) {
  const auto quality = judge_sync(reports(+100, 60), "t", Codec::kVp8);
  ASSERT_TRUE(quality);
  EXPECT_NEAR(quality->drift_ppm, 100, 0.1);
  EXPECT_LT(quality->residual_ms, 0.1);
  EXPECT_EQ(quality->reports, 60U);
}

TEST(SyncQuality, AJumpShowsAsResidual) {
  auto events = reports(0, 60);
  std::get<SyncNoted>(events[30].what).mapped += 50ms;
  const auto quality = judge_sync(events, "t", Codec::kVp8);
  ASSERT_TRUE(quality);
  EXPECT_NEAR(quality->residual_ms, 50, 3);
}

TEST(SyncQuality, AClockThatBeginsAnewWithAPartIsNoError) {
  auto events = reports(0, 10);
  events.push_back({200s, PartBegan{2, 0, "", 0}});
  for (int i = 0; i < 10; ++i) {
    events.push_back({200s + i * 10s, SyncNoted{"t", static_cast<std::uint32_t>(i * 900'000), 0, 200s + i * 10s}});
  }
  const auto quality = judge_sync(events, "t", Codec::kVp8);
  ASSERT_TRUE(quality);
  EXPECT_LT(quality->residual_ms, 0.1);
}

TEST(SyncQuality, OneReportSaysNothing) { EXPECT_FALSE(judge_sync(reports(0, 1), "t", Codec::kVp8)); }

}  // namespace
}  // namespace dd::archive
