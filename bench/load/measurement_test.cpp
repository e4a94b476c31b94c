// SPDX-License-Identifier: MIT
#include "bench/load/measurement.hpp"

#include <gtest/gtest.h>

namespace dd::load {
namespace {

using namespace std::chrono_literals;

Measurement good() {
  Measurement measured;
  measured.seconds = 10;
  measured.publishers = 2;
  measured.subscribers = 6;
  measured.streams = 12;
  measured.video = {.expected = 10'000, .received = 10'000};
  measured.audio = {.expected = 2000, .received = 2000};
  measured.published.frames = 600;
  measured.own_cpu_seconds = 2;
  for (int packet = 0; packet < 1000; ++packet) measured.latencies.video.add(2000);
  return measured;
}

constexpr Bounds kBounds{.loss_percent = 0.1, .latency_ms = 150};

TEST(Measurement, IsWhatLiesBetweenTwoReadings) {
  Reading begin;
  begin.at = MonotonicTime{1s};
  begin.video = {.expected = 100, .received = 90};
  begin.server_cpu = 1'000'000'000;
  Reading end = begin;
  end.at = MonotonicTime{11s};
  end.video = {.expected = 1100, .received = 1080};
  end.server_cpu = 1'500'000'000;
  const Measurement measured = between(begin, end);
  EXPECT_DOUBLE_EQ(measured.seconds, 10);
  EXPECT_EQ(measured.video.lost(), 10U);
  EXPECT_DOUBLE_EQ(measured.loss_percent(), 1);
  EXPECT_DOUBLE_EQ(*measured.server_cpu_seconds, 0.5);
  EXPECT_NEAR(*measured.server_us_per_packet(), 505.05, 0.01);
}

TEST(Measurement, ARemoteServerHasNoCost) { EXPECT_FALSE(between({}, {}).server_us_per_packet()); }

TEST(Verdict, KeepsWithinTheBounds) {
  const Verdict verdict = judge(good(), kBounds);
  EXPECT_EQ(verdict.outcome, Outcome::kKept);
  EXPECT_NE(verdict.sentence.find("2 publishers, 6 subscribers"), std::string::npos);
}

TEST(Verdict, LossAndLatencyAreTheServers) {
  Measurement lossy = good();
  lossy.video.received -= 100;
  EXPECT_EQ(judge(lossy, kBounds).outcome, Outcome::kExceeded);
  Measurement slow = good();
  for (int packet = 0; packet < 100; ++packet) slow.latencies.video.add(200'000);
  EXPECT_EQ(judge(slow, kBounds).outcome, Outcome::kExceeded);
}

TEST(Verdict, WhatOurKernelDroppedIsNotTheServers) {
  Measurement lossy = good();
  lossy.video.received -= 100;
  lossy.network.receive_overflows = 100;
  EXPECT_EQ(judge(lossy, kBounds).outcome, Outcome::kOverloadedHere);
}

TEST(Verdict, APublisherWithoutTimeProvesNothing) {
  Measurement late = good();
  late.published.late_frames = 20;
  EXPECT_EQ(judge(late, kBounds).outcome, Outcome::kOverloadedHere);
}

TEST(Verdict, SilenceAndLostPeersAreNotKept) {
  Measurement silent = good();
  silent.silent_streams = 1;
  EXPECT_EQ(judge(silent, kBounds).outcome, Outcome::kExceeded);
  Measurement lost = good();
  lost.failed_peers = 1;
  lost.first_failure = "media.lost worker_died";
  EXPECT_NE(judge(lost, kBounds).sentence.find("worker_died"), std::string::npos);
}

}  // namespace
}  // namespace dd::load
