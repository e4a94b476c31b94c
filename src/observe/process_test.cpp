// SPDX-License-Identifier: MIT
#include "observe/process.hpp"

#include <gtest/gtest.h>

namespace dd::observe {
namespace {

TEST(CpuTimes, AreTheSumOfAllCoresWithoutIdling) {
  const auto times = parse_cpu_times("cpu  100 20 30 400 50 6 7 8 90 10\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
  ASSERT_TRUE(times.has_value());
  EXPECT_EQ(times->busy, 171u);
  EXPECT_EQ(times->total, 621u) << "guests' time is part of the users' already";
}

TEST(CpuTimes, OfATextThatIsNoneAreNone) {
  EXPECT_FALSE(parse_cpu_times("").has_value());
  EXPECT_FALSE(parse_cpu_times("cpu ").has_value());
  EXPECT_FALSE(parse_cpu_times("cpu 1 2 x 4").has_value());
  EXPECT_FALSE(parse_cpu_times("cpu0 1 2 3 4").has_value());
  ASSERT_TRUE(parse_cpu_times("cpu  1 2 3 4").has_value());
  EXPECT_EQ(parse_cpu_times("cpu  1 2 3 4")->total, 10u);
}

TEST(CpuSampler, TellsHowBusyTheCoresWereSinceTheLastLook) {
  CpuSampler sampler;
  sampler.percent_at({500, 1000});
  EXPECT_EQ(sampler.percent_at({550, 1200}), 25u);
  EXPECT_EQ(sampler.percent_at({550, 1200}), 25u) << "no time has passed";
  EXPECT_EQ(sampler.percent_at({540, 1300}), 25u) << "a counter went back";
  EXPECT_EQ(sampler.percent_at({750, 1400}), 100u);
  EXPECT_EQ(sampler.percent_at({750, 1500}), 0u);
}

TEST(CpuSampler, ReadsThisMachine) {
  CpuSampler sampler;
  EXPECT_LE(sampler.percent(), 100u);
}

}  // namespace
}  // namespace dd::observe
