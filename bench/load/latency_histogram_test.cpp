// SPDX-License-Identifier: MIT
#include "bench/load/latency_histogram.hpp"

#include <gtest/gtest.h>

namespace dd::load {
namespace {

TEST(LatencyHistogram, IsZeroWithoutPackets) {
  const LatencyHistogram empty;
  EXPECT_EQ(empty.count(), 0U);
  EXPECT_EQ(empty.percentile(0.99), 0U);
  EXPECT_EQ(empty.max(), 0U);
}

TEST(LatencyHistogram, PercentilesAreAtMostThreePercentTooHigh) {
  LatencyHistogram latencies;
  for (int value = 1; value <= 100'000; ++value) latencies.add(value);
  for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const double exact = share * 100'000;
    EXPECT_GE(static_cast<double>(latencies.percentile(share)), exact);
    EXPECT_LE(static_cast<double>(latencies.percentile(share)), exact * 1.035);
  }
  EXPECT_EQ(latencies.max(), 100'000U);
  EXPECT_EQ(latencies.percentile(1), 100'000U);
}

TEST(LatencyHistogram, SmallValuesAreExact) {
  LatencyHistogram latencies;
  for (int value = 0; value < 32; ++value) latencies.add(value);
  EXPECT_EQ(latencies.percentile(0.5), 15U);
}

TEST(LatencyHistogram, WhatIsOutOfRangeIsCountedAtTheEdge) {
  LatencyHistogram latencies;
  latencies.add(-5);
  latencies.add(std::int64_t{1} << 60);
  EXPECT_EQ(latencies.count(), 2U);
  EXPECT_EQ(latencies.percentile(0.5), 0U);
  EXPECT_EQ(latencies.max(), std::uint64_t{1} << 60);
}

TEST(LatencyHistogram, MergingIsAddingTheOthersPackets) {
  LatencyHistogram one;
  LatencyHistogram other;
  for (int value = 0; value < 50; ++value) one.add(10);
  for (int value = 0; value < 50; ++value) other.add(3000);
  one.merge(other);
  EXPECT_EQ(one.count(), 100U);
  EXPECT_EQ(one.percentile(0.5), 10U);
  EXPECT_EQ(one.percentile(0.99), 3000U);
}

}  // namespace
}  // namespace dd::load
