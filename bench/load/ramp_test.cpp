// SPDX-License-Identifier: MIT
#include "bench/load/ramp.hpp"

#include <gtest/gtest.h>

namespace dd::load {
namespace {

struct Found {
  int best = 0;
  int steps = 0;
};

// A server that serves up to `limit`.
Found find(int start, int most, int limit) {
  RampSearch search(start, most);
  Found found;
  while (!search.done() && found.steps < 100) {
    EXPECT_GE(search.next(), 1);
    EXPECT_LE(search.next(), most);
    search.judge(search.next() <= limit);
    ++found.steps;
  }
  found.best = search.best();
  return found;
}

TEST(RampSearch, FindsTheLimitWithinThreePercent) {
  for (const int limit : {1, 7, 10, 11, 99, 540, 541, 1234, 4999}) {
    const Found found = find(10, 5000, limit);
    EXPECT_LE(found.best, limit);
    EXPECT_GE(found.best, limit - limit / 25 - 1) << limit;
    EXPECT_LE(found.steps, 24) << limit;
  }
}

TEST(RampSearch, EndsAtTheMostItMayTry) {
  EXPECT_EQ(find(10, 300, 100'000).best, 300);
  EXPECT_EQ(find(10, 10, 100'000).best, 10);
  EXPECT_EQ(find(50, 10, 100'000).best, 10);
}

TEST(RampSearch, SaysThatNothingWasGood) { EXPECT_EQ(find(10, 300, 0).best, 0); }

}  // namespace
}  // namespace dd::load
