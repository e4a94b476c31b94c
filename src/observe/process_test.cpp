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

TEST(BusySampler, CountsRunningAndWaitingForACore) {
  using namespace std::chrono_literals;
  BusySampler sampler;
  EXPECT_FALSE(sampler.percent_at(7, {1s, 1s}, 10s).has_value()) << "nothing to compare with";
  EXPECT_EQ(sampler.percent_at(7, {1200ms, 1050ms}, 11s), 25u);
  EXPECT_EQ(sampler.percent_at(7, {3000ms, 1050ms}, 12s), 100u) << "more than was possible: the looks were late";
  EXPECT_FALSE(sampler.percent_at(8, {5s, 5s}, 13s).has_value()) << "another process";
  EXPECT_FALSE(sampler.percent_at(8, {4s, 5s}, 14s).has_value()) << "a counter went back";
  EXPECT_EQ(sampler.percent_at(8, {4s, 5s}, 15s), 0u);
  EXPECT_EQ(sampler.percent_at(8, {4100ms, 5800ms}, 16s), 20u) << "it had little to do and waited long for that";
}

TEST(BusySampler, ReadsWhatTheKernelTells) {
  const auto times = parse_run_times("123456789 2000 42\n");
  ASSERT_TRUE(times.has_value());
  EXPECT_EQ(times->run.count(), 123456789);
  EXPECT_EQ(times->waited.count(), 2000);
  for (const char* text : {"", "12", "12 x 3", "-1 2 3"}) EXPECT_FALSE(parse_run_times(text).has_value()) << text;
  BusySampler sampler;
  EXPECT_FALSE(sampler.percent(1'000'000'000, std::chrono::nanoseconds{1}).has_value()) << "no such process";
}

TEST(CpuSampler, ReadsThisMachine) {
  CpuSampler sampler;
  EXPECT_LE(sampler.percent(), 100u);
}

}  // namespace
}  // namespace dd::observe
