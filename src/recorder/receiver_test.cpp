// SPDX-License-Identifier: MIT
#include "recorder/receiver.hpp"

#include <gtest/gtest.h>

namespace dd::recorder {
namespace {

struct Came {
  std::vector<std::uint8_t> bytes;
  std::uint16_t port = 0;
  MonotonicTime arrival{};
};

TEST(Receiver, HandsOverABatchWithItsSendersPortAndTheKernelsTimes) {
  auto receiver = Receiver::open(system_clock());
  auto sender = Receiver::open(system_clock());
  ASSERT_TRUE(receiver);
  ASSERT_TRUE(sender);
  EXPECT_GT((*receiver)->buffer_bytes(), 100000);
  const MonotonicTime before = system_clock().now();
  for (std::uint8_t i = 0; i < 100; ++i) (*sender)->send((*receiver)->port(), {i, 1, 2});
  (*sender)->send((*receiver)->port(), std::vector<std::uint8_t>(Receiver::kMaxDatagram + 1, 7));
  const MonotonicTime sent = system_clock().now();
  std::vector<Came> came;
  Receiver::OnDatagram take = [&came](rtp::Bytes bytes, std::uint16_t port, MonotonicTime arrival) {
    came.push_back({{bytes.begin(), bytes.end()}, port, arrival});
  };
  EXPECT_EQ((*receiver)->receive(take), Receiver::kBatch);
  EXPECT_EQ((*receiver)->receive(take), 101 - Receiver::kBatch);
  EXPECT_EQ((*receiver)->receive(take), 0U);
  ASSERT_EQ(came.size(), 100U) << "the one that is too long is dropped";
  for (std::size_t i = 0; i < came.size(); ++i) {
    EXPECT_EQ(came[i].bytes[0], i);
    EXPECT_EQ(came[i].port, (*sender)->port());
    // The two clocks are read one after the other, so a little may be between.
    EXPECT_GE(came[i].arrival, before - std::chrono::milliseconds{50});
    EXPECT_LE(came[i].arrival, sent + std::chrono::milliseconds{50});
  }
}

}  // namespace
}  // namespace dd::recorder
