// SPDX-License-Identifier: MIT
#include "rtp/jitter_buffer.hpp"

#include <gtest/gtest.h>
#include <numeric>
#include <random>

namespace dd::rtp {
namespace {

using std::chrono::milliseconds;

constexpr std::uint8_t kPayload[] = {1, 2, 3};

PacketView numbered(std::uint16_t sequence) {
  PacketView packet;
  packet.sequence = sequence;
  packet.payload = kPayload;
  return packet;
}

MonotonicTime at(int ms) { return MonotonicTime{} + milliseconds{1000 + ms}; }

std::vector<std::uint16_t> drain(JitterBuffer& buffer, MonotonicTime now) {
  std::vector<std::uint16_t> out;
  while (auto packet = buffer.pop(now)) out.push_back(static_cast<std::uint16_t>(packet->sequence));
  return out;
}

using Sequences = std::vector<std::uint16_t>;

TEST(JitterBuffer, PacketsInOrderLeaveAtOnce) {
  JitterBuffer buffer({});
  buffer.insert(numbered(65535), at(0));
  EXPECT_EQ(drain(buffer, at(0)), Sequences{65535});
  buffer.insert(numbered(0), at(1));
  EXPECT_EQ(drain(buffer, at(1)), Sequences{0});
  EXPECT_EQ(buffer.next_deadline(), std::nullopt);
}

TEST(JitterBuffer, ReorderedPacketsComeOutInOrder) {
  JitterBuffer buffer({});
  for (const std::uint16_t sequence : Sequences{65534, 1, 0, 65535}) buffer.insert(numbered(sequence), at(0));
  EXPECT_EQ(drain(buffer, at(0)), (Sequences{65534, 65535, 0, 1}));
}

TEST(JitterBuffer, AHoleIsAskedForAgainAndAgainAndThenGivenUp) {
  JitterBuffer buffer({.nack = true});
  buffer.insert(numbered(10), at(0));
  buffer.insert(numbered(13), at(0));
  EXPECT_EQ(drain(buffer, at(0)), Sequences{10});
  EXPECT_TRUE(buffer.to_ask(at(9)).empty()) << "it may be mere reordering";
  EXPECT_EQ(*buffer.next_deadline(), at(10));
  EXPECT_EQ(buffer.to_ask(at(10)), (Sequences{11, 12}));
  EXPECT_TRUE(buffer.to_ask(at(69)).empty());
  EXPECT_EQ(buffer.to_ask(at(70)), (Sequences{11, 12}));
  EXPECT_TRUE(drain(buffer, at(499)).empty());
  auto packet = buffer.pop(at(500));
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->sequence & 0xFFFF, 13);
  EXPECT_TRUE(packet->after_loss);
  EXPECT_EQ(buffer.counters().lost, 2U);
  buffer.insert(numbered(11), at(501));
  EXPECT_EQ(buffer.counters().late, 1U);
}

TEST(JitterBuffer, ARepairedHoleIsNoLoss) {
  JitterBuffer buffer({.nack = true});
  for (const std::uint16_t sequence : Sequences{10, 12, 11, 11}) buffer.insert(numbered(sequence), at(0));
  EXPECT_EQ(drain(buffer, at(0)), (Sequences{10, 11, 12}));
  EXPECT_EQ(buffer.counters().repaired, 1U);
  EXPECT_EQ(buffer.counters().lost, 0U);
  EXPECT_EQ(buffer.counters().late + buffer.counters().duplicate, 1U);
}

TEST(JitterBuffer, WhereNobodyCanBeAskedAHoleCostsLittleTime) {
  JitterBuffer buffer({.nack = false});
  buffer.insert(numbered(1), at(0));
  buffer.insert(numbered(3), at(0));
  EXPECT_TRUE(buffer.to_ask(at(50)).empty());
  EXPECT_EQ(drain(buffer, at(60)), (Sequences{1, 3}));
}

TEST(JitterBuffer, ANewNumberingNeedsASecondPacketToBeBelieved) {
  JitterBuffer buffer({});
  buffer.insert(numbered(100), at(0));
  buffer.insert(numbered(30000), at(0));
  EXPECT_EQ(drain(buffer, at(0)), Sequences{100});
  buffer.insert(numbered(101), at(0));
  EXPECT_EQ(drain(buffer, at(0)), Sequences{101}) << "one packet of damage changes nothing";
  buffer.insert(numbered(40000), at(1));
  buffer.insert(numbered(40001), at(1));
  auto packet = buffer.pop(at(1));
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->sequence & 0xFFFF, 40001);
  EXPECT_TRUE(packet->after_loss);
  EXPECT_EQ(buffer.counters().resets, 1U);
}

TEST(JitterBuffer, IsBoundedByGivingUpTheOldestHole) {
  JitterBuffer buffer({.nack = true, .max_packets = 100});
  buffer.insert(numbered(0), at(0));
  for (std::uint16_t sequence = 2; sequence < 200; ++sequence) {
    buffer.insert(numbered(sequence), at(0));
    (void)drain(buffer, at(0));
    ASSERT_LE(buffer.waiting(), 101U);
  }
  EXPECT_EQ(buffer.counters().lost, 1U);
}

// Whatever the network does, packets leave in order, none twice, and the counters add up.
TEST(JitterBuffer, HoldsItsPromisesUnderRandomLossReorderingAndRepetition) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    JitterBuffer buffer({.nack = true});
    std::int64_t last = -1;
    std::uint64_t out = 0;
    int now = 0;
    for (int i = 0; i < 20000; ++i) {
      now += 5;
      if (random() % 20 != 0) buffer.insert(numbered(static_cast<std::uint16_t>(i - static_cast<int>(random() % 4))), at(now));
      for (const std::uint16_t sequence : buffer.to_ask(at(now))) {
        if (random() % 2 == 0) buffer.insert(numbered(sequence), at(now));
      }
      while (auto packet = buffer.pop(at(now))) {
        ASSERT_GT(packet->sequence, last) << "seed " << seed;
        last = packet->sequence;
        ++out;
      }
      ASSERT_LE(buffer.waiting(), 200U) << "seed " << seed;
    }
    EXPECT_EQ(out + buffer.waiting(), buffer.counters().received) << "seed " << seed;
    EXPECT_LT(buffer.counters().lost, 60U) << "seed " << seed;
  }
}

}  // namespace
}  // namespace dd::rtp
