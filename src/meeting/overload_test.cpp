// SPDX-License-Identifier: MIT
#include "meeting/overload.hpp"

#include <gtest/gtest.h>

namespace dd::meeting {
namespace {

using namespace std::chrono_literals;
using Change = Overload::Change;

// A worker whose load a test says second by second, and of which so many layers can be taken as it says.
struct OverloadOf : ::testing::Test {
  Overload overload{OverloadSettings{80, 90}};
  MonotonicTime now{1s};
  int down = 0;  // layers lowered
  int up = 4;    // that could be

  Change second(std::uint32_t busy) {
    now += 1s;
    const Change layers = overload.on_reading(now, busy, down > 0, up > 0);
    if (layers == Change::kLower) ++down, --up;
    if (layers == Change::kRaise) --down, ++up;
    return layers;
  }
  void seconds(int count, std::uint32_t busy) {
    for (int i = 0; i < count; ++i) second(busy);
  }
};

TEST_F(OverloadOf, AWorkerBelowItsLimitsIsLeftAlone) {
  seconds(60, 79);
  EXPECT_EQ(down, 0);
  EXPECT_EQ(overload.step(), OverloadStep::kNone);
}

TEST_F(OverloadOf, OneBusySecondIsNoOverload) {
  seconds(5, 40);
  EXPECT_EQ(second(100), Change::kKeep);
  seconds(5, 40);
  EXPECT_EQ(overload.step(), OverloadStep::kNone);
}

TEST_F(OverloadOf, LayersAreLoweredOneStepInTwoSecondsWhileItLasts) {
  seconds(8, 85);
  EXPECT_EQ(down, 4);
  EXPECT_EQ(overload.step(), OverloadStep::kLowering);
  seconds(20, 85);
  EXPECT_EQ(overload.step(), OverloadStep::kLowering) << "that is not the load from which on it refuses";
}

TEST_F(OverloadOf, LoweringComesBeforeRefusing) {
  EXPECT_EQ(second(100), Change::kLower);
  EXPECT_EQ(overload.step(), OverloadStep::kLowering);
  second(100);
  EXPECT_EQ(overload.step(), OverloadStep::kLowering) << "it has not had the time to show";
  second(100);
  EXPECT_EQ(overload.step(), OverloadStep::kRefusingVideo);
}

TEST_F(OverloadOf, AMeetingWithNothingToLowerIsRefusedAtOnce) {
  up = 0;
  second(95);
  EXPECT_EQ(overload.step(), OverloadStep::kRefusingVideo);
}

TEST_F(OverloadOf, SoundIsRefusedOnlyWhenRefusingPicturesHasNotHelped) {
  up = 0;
  seconds(30, 92);
  EXPECT_EQ(overload.step(), OverloadStep::kRefusingVideo);
  seconds(2, 100);
  EXPECT_EQ(overload.step(), OverloadStep::kRefusingAll);

  Overload fresh({80, 90});
  MonotonicTime at{1s};
  fresh.on_reading(at, 100, false, false);
  fresh.on_reading(at + 3s, 100, false, false);
  EXPECT_EQ(fresh.step(), OverloadStep::kRefusingVideo);
  fresh.on_reading(at + 4s, 100, false, false);
  EXPECT_EQ(fresh.step(), OverloadStep::kRefusingAll);
}

TEST_F(OverloadOf, ItRecoversStepByStepInTheOppositeOrder) {
  seconds(12, 100);
  ASSERT_EQ(overload.step(), OverloadStep::kRefusingAll);
  const int lowered = down;
  ASSERT_EQ(lowered, 4);
  std::vector<OverloadStep> steps;
  for (int i = 0; i < 60 && overload.step() != OverloadStep::kNone; ++i) {
    second(20);
    if (steps.empty() || steps.back() != overload.step()) steps.push_back(overload.step());
  }
  EXPECT_EQ(steps, (std::vector<OverloadStep>{OverloadStep::kRefusingAll, OverloadStep::kRefusingVideo, OverloadStep::kLowering,
                                              OverloadStep::kNone}));
  EXPECT_EQ(down, 0);
}

TEST_F(OverloadOf, NothingChangesBetweenTheLimitAndWhereItIsLeft) {
  seconds(4, 85);
  const int lowered = down;
  seconds(120, 70);
  EXPECT_EQ(down, lowered) << "raising would bring it back to where it was";
  EXPECT_EQ(overload.step(), OverloadStep::kLowering);
  seconds(8, 60);
  EXPECT_EQ(down, lowered - 1);
}

TEST_F(OverloadOf, ARefusalDoesNotFlickerAroundItsLimit) {
  up = 0;
  seconds(3, 95);
  ASSERT_EQ(overload.step(), OverloadStep::kRefusingVideo);
  for (int i = 0; i < 30; ++i) {
    second(i % 2 == 0 ? 84 : 91);
    EXPECT_EQ(overload.step(), OverloadStep::kRefusingVideo) << i;
  }
}

TEST_F(OverloadOf, ALimitOfNothingIsNone) {
  overload = Overload({0, 0});
  seconds(20, 100);
  EXPECT_EQ(down, 0);
  EXPECT_EQ(overload.step(), OverloadStep::kNone);
  overload = Overload({0, 90});
  seconds(2, 100);
  EXPECT_EQ(down, 0);
  EXPECT_EQ(overload.step(), OverloadStep::kRefusingVideo) << "without lowering there is nothing to wait for";
  overload = Overload({80, 0});
  seconds(20, 100);
  EXPECT_EQ(down, 4);
  EXPECT_EQ(overload.step(), OverloadStep::kLowering);
}

TEST_F(OverloadOf, ALimitOfOnePercentIsLeftToo) {
  overload = Overload({1, 1});
  seconds(5, 3);
  ASSERT_EQ(overload.step(), OverloadStep::kRefusingVideo);
  seconds(60, 0);
  EXPECT_EQ(overload.step(), OverloadStep::kNone);
  EXPECT_EQ(down, 0);
}

}  // namespace
}  // namespace dd::meeting
