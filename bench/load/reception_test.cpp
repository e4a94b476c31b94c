// SPDX-License-Identifier: MIT
#include "bench/load/reception.hpp"

#include <gtest/gtest.h>

namespace dd::load {
namespace {

constexpr Nanoseconds kArrivalStart = 1'700'000'000'000'000'000;

struct Stream {
  Reception reception{7, 90000};
  std::vector<std::uint16_t> missing;

  void arrive(std::initializer_list<int> sequences) {
    for (const int sequence : sequences) {
      rtp::PacketView packet;
      packet.sequence = static_cast<std::uint16_t>(sequence);
      packet.timestamp = static_cast<std::uint32_t>(sequence * 3000);
      reception.add(packet, 100, kArrivalStart + Nanoseconds{sequence} * 33'333'333, &missing);
    }
  }
};

TEST(Reception, NothingIsLostOfAWholeStreamAcrossTheWrap) {
  Stream stream;
  for (int sequence = 65000; sequence < 66000; ++sequence) stream.arrive({sequence});
  EXPECT_EQ(stream.reception.counters().expected, 1000U);
  EXPECT_EQ(stream.reception.counters().received, 1000U);
  EXPECT_EQ(stream.reception.counters().lost(), 0U);
  EXPECT_TRUE(stream.missing.empty());
}

TEST(Reception, AGapIsLostUntilItArrivesLateOrIsRepaired) {
  Stream stream;
  stream.arrive({10, 11, 14, 15});
  EXPECT_EQ(stream.reception.counters().lost(), 2U);
  EXPECT_EQ(stream.missing, (std::vector<std::uint16_t>{12, 13}));
  stream.arrive({12});
  EXPECT_EQ(stream.reception.counters().lost(), 1U);
  EXPECT_EQ(stream.reception.counters().reordered, 1U);
  stream.reception.repair();
  EXPECT_EQ(stream.reception.counters().lost(), 0U);
}

TEST(Reception, WhatCameBeforeTheFirstBelongsToTheStream) {
  Stream stream;
  stream.arrive({5, 3, 4});
  EXPECT_EQ(stream.reception.counters().expected, 3U);
  EXPECT_EQ(stream.reception.counters().lost(), 0U);
}

TEST(Reception, AReportCountsSinceTheLastOne) {
  Stream stream;
  stream.arrive({100, 101, 103, 104});
  auto block = stream.reception.report(kArrivalStart);
  EXPECT_EQ(block.ssrc, 7U);
  EXPECT_EQ(block.fraction_lost, 256 / 5);
  EXPECT_EQ(block.total_lost, 1);
  EXPECT_EQ(block.highest_sequence, 104U);
  stream.arrive({105, 106});
  block = stream.reception.report(kArrivalStart);
  EXPECT_EQ(block.fraction_lost, 0);
  EXPECT_EQ(block.total_lost, 1);
}

TEST(Reception, AReportAnswersTheSendersReport) {
  Stream stream;
  stream.arrive({1});
  stream.reception.on_sender_report({.ssrc = 7, .ntp = 0x0123456789ABCDEF}, kArrivalStart);
  const auto block = stream.reception.report(kArrivalStart + 500'000'000);
  EXPECT_EQ(block.last_report, 0x456789ABU);
  EXPECT_EQ(block.since_last_report, 32768U);
}

TEST(Reception, AnEvenStreamHasNoJitter) {
  Stream stream;
  for (int sequence = 0; sequence < 100; ++sequence) stream.arrive({sequence});
  EXPECT_LE(stream.reception.report(kArrivalStart).jitter, 1U);
}

}  // namespace
}  // namespace dd::load
