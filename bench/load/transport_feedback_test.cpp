// SPDX-License-Identifier: MIT
#include "bench/load/transport_feedback.hpp"

#include <gtest/gtest.h>

namespace dd::load {
namespace {

constexpr Nanoseconds kFeedbackStart = 1'700'000'000'000'000'000;
constexpr Nanoseconds kMs = 1'000'000;

// What a sender learns: sequence numbers and arrivals in milliseconds since the first.
std::vector<std::pair<int, std::optional<double>>> summary_of(Bytes packet) {
  const auto summary = parse_transport_feedback(packet);
  EXPECT_TRUE(summary);
  std::vector<std::pair<int, std::optional<double>>> result;
  std::optional<std::int64_t> first;
  for (std::size_t at = 0; summary && at < summary->arrivals.size(); ++at) {
    std::optional<double> since;
    if (const auto arrival = summary->arrivals[at]) {
      if (!first) first = arrival;
      since = static_cast<double>(*arrival - *first) / 1000;
    }
    result.emplace_back(static_cast<std::uint16_t>(summary->base + at), since);
  }
  return result;
}

TEST(TransportFeedback, SaysWhatArrivedWhenAndWhatDidNot) {
  FeedbackBuilder builder;
  builder.add(65534, kFeedbackStart);
  builder.add(65535, kFeedbackStart + 10 * kMs);
  builder.add(1, kFeedbackStart + 10 * kMs + 500'000);
  const auto packet = builder.build(1, 2);
  ASSERT_EQ(packet.size() % 4, 0U);
  EXPECT_EQ(4U * (rtp::read_u16(packet, 2) + 1U), packet.size());
  const auto seen = summary_of(packet);
  ASSERT_EQ(seen.size(), 4U);
  EXPECT_EQ(seen[0].first, 65534);
  EXPECT_NEAR(*seen[1].second, 10, 0.25);
  EXPECT_EQ(seen[2], (std::pair<int, std::optional<double>>{0, std::nullopt}));
  EXPECT_EQ(seen[3].first, 1);
  EXPECT_NEAR(*seen[3].second, 10.5, 0.25);
}

TEST(TransportFeedback, GoesOnWhereTheLastOneEnded) {
  FeedbackBuilder builder;
  for (std::uint16_t sequence = 0; sequence < 10; ++sequence) builder.add(sequence, kFeedbackStart + sequence * kMs);
  EXPECT_EQ(builder.build(1, 2)[19], 0);
  EXPECT_TRUE(builder.build(1, 2).empty());
  builder.add(12, kFeedbackStart + 20 * kMs);
  const auto packet = builder.build(1, 2);
  EXPECT_EQ(packet[19], 1);
  const auto seen = summary_of(packet);
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0].first, 10);
  EXPECT_FALSE(seen[0].second);
  EXPECT_TRUE(seen[2].second);
}

TEST(TransportFeedback, ReorderedPacketsHaveNegativeDeltas) {
  FeedbackBuilder builder;
  builder.add(5, kFeedbackStart + 3 * kMs);
  builder.add(7, kFeedbackStart + 1 * kMs + 100 * kMs);
  builder.add(6, kFeedbackStart + 2 * kMs + 100 * kMs);
  const auto seen = summary_of(builder.build(1, 2));
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_NEAR(*seen[1].second, 99, 0.25);
  EXPECT_NEAR(*seen[2].second, 98, 0.25);
}

TEST(TransportFeedback, AWholeBurstAndItsGapsSurviveTheWayThereAndBack) {
  FeedbackBuilder builder;
  for (int sequence = 0; sequence < 390; ++sequence) {
    if (sequence % 11 != 3 && sequence % 50 > 8) builder.add(static_cast<std::uint16_t>(sequence), kFeedbackStart + sequence * (kMs / 3));
  }
  const auto seen = summary_of(builder.build(1, 2));
  for (const auto& [sequence, arrival] : seen) {
    EXPECT_EQ(arrival.has_value(), sequence % 11 != 3 && sequence % 50 > 8) << sequence;
    if (arrival) {
      EXPECT_NEAR(*arrival, (sequence - 9) / 3.0, 0.3) << sequence;
    }
  }
  EXPECT_EQ(seen.size(), 390U - 9);
}

TEST(TransportFeedback, MuchIsSaidInSeveralPackets) {
  FeedbackBuilder builder;
  for (int sequence = 0; sequence < 1000; ++sequence) builder.add(static_cast<std::uint16_t>(sequence), kFeedbackStart + sequence * kMs);
  std::size_t total = 0;
  for (auto packet = builder.build(1, 2); !packet.empty(); packet = builder.build(1, 2)) {
    EXPECT_LT(packet.size(), 1200U);
    total += summary_of(packet).size();
  }
  EXPECT_EQ(total, 1000U);
}

TEST(TransportFeedback, NoDamagedLengthIsReadBeyondItsEnd) {
  FeedbackBuilder builder;
  for (int sequence = 0; sequence < 100; sequence += 3)
    builder.add(static_cast<std::uint16_t>(sequence), kFeedbackStart + sequence * 100 * kMs);
  const auto packet = builder.build(1, 2);
  for (std::size_t size = 0; size < packet.size(); ++size) (void)parse_transport_feedback(Bytes(packet).first(size));
}

}  // namespace
}  // namespace dd::load
