// SPDX-License-Identifier: MIT
#include "recording/retiming.hpp"

#include <gtest/gtest.h>

namespace dd::recording {
namespace {

using namespace std::chrono_literals;

TEST(Retiming, WithoutEventsEverythingIsWhereItWasWritten) { EXPECT_EQ(Retiming().corrected(5s), Time(5s)); }

TEST(Retiming, TheShiftChangesEvenlyBetweenPointsAndEndsWithThem) {
  Retiming retiming;
  retiming.add({{1s, -40ms}, {2s, -40ms}, {4s, 0ms}});
  EXPECT_EQ(retiming.corrected(900ms), Time(900ms));
  EXPECT_EQ(retiming.corrected(1s), Time(960ms));
  EXPECT_EQ(retiming.corrected(1500ms), Time(1460ms));
  EXPECT_EQ(retiming.corrected(3s), Time(2980ms));
  EXPECT_EQ(retiming.corrected(4s), Time(4s));
  EXPECT_EQ(retiming.corrected(10s), Time(10s));
}

TEST(Retiming, TellsWhetherItConcernsAFile) {
  Retiming retiming;
  retiming.add({{1s, -40ms}, {2s, -1ms}});
  EXPECT_TRUE(retiming.moves(1s, 10s, 3ms));
  EXPECT_FALSE(retiming.moves(1500ms, 10s, 3ms)) << "a millisecond is not noticed";
  EXPECT_FALSE(retiming.moves(0s, 900ms, 3ms));
  EXPECT_FALSE(Retiming{}.moves(0s, 10s, 3ms));
}

TEST(Retiming, EachBeginningOfTheClockHasItsOwn) {
  Retiming retiming;
  retiming.add({{0s, -40ms}, {2s, 0ms}});
  retiming.add({{60s, 10ms}, {61s, 10ms}});
  EXPECT_EQ(retiming.corrected(0s), Time(0s)) << "nothing lies before the recording";
  EXPECT_EQ(retiming.corrected(60500ms), Time(60510ms));
  EXPECT_EQ(retiming.corrected(30s), Time(30s));
}

}  // namespace
}  // namespace dd::recording
