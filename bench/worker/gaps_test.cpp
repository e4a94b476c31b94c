// SPDX-License-Identifier: MIT
#include "bench/worker/gaps.hpp"

#include <gtest/gtest.h>

namespace dd::bench {
namespace {

TEST(Gaps, NothingIsMissingOfAStreamThatIsWhole) {
  Gaps gaps;
  EXPECT_EQ(gaps.missing(), 0U);
  for (std::uint32_t sequence = 65500; sequence < 65600; ++sequence) gaps.add(1, static_cast<std::uint16_t>(sequence));
  EXPECT_EQ(gaps.missing(), 0U);
}

TEST(Gaps, WhatIsMissingIsCountedForEachStream) {
  Gaps gaps;
  for (const std::uint16_t sequence : {10, 11, 14, 15}) gaps.add(1, sequence);
  for (const std::uint16_t sequence : {65534, 65535, 1}) gaps.add(2, sequence);
  EXPECT_EQ(gaps.missing(), 3U);
  gaps.clear();
  EXPECT_EQ(gaps.missing(), 0U);
}

TEST(Gaps, WhatComesOutOfOrderIsNotMissing) {
  Gaps gaps;
  for (const std::uint16_t sequence : {10, 9, 12, 11, 13}) gaps.add(1, sequence);
  EXPECT_EQ(gaps.missing(), 0U);
}

}  // namespace
}  // namespace dd::bench
