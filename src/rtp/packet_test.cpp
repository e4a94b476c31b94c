// SPDX-License-Identifier: MIT
#include "rtp/packet.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace dd::rtp {
namespace {

using Datagram = std::vector<std::uint8_t>;

TEST(Packet, ReadsAHeaderWithSourcesExtensionsAndPadding) {
  const Datagram datagram = {0xB1, 0xE0, 0x12, 0x34, 0,    0,    0,    9,    0,    0,    0, 7,  // V=2 P X CC=1, M PT=96
                             0,    0,    0,    1,                                               // one contributing source
                             0xBE, 0xDE, 0,    2,    0x11, 0xAA, 0xBB, 0x00, 0x30, 0xCC, 0, 0, 'p', 'a', 'y', 0, 2};
  const auto packet = parse_packet(datagram);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->marker);
  EXPECT_EQ(packet->payload_type, 96);
  EXPECT_EQ(packet->sequence, 0x1234);
  EXPECT_EQ(packet->timestamp, 9U);
  EXPECT_EQ(packet->ssrc, 7U);
  EXPECT_EQ(Datagram(packet->payload.begin(), packet->payload.end()), (Datagram{'p', 'a', 'y'}));
  ASSERT_TRUE(packet->extension(1));
  EXPECT_EQ(packet->extension(1)->size(), 2U);
  ASSERT_TRUE(packet->extension(3));
  EXPECT_EQ((*packet->extension(3))[0], 0xCC);
  EXPECT_FALSE(packet->extension(2));
  EXPECT_FALSE(packet->extension(0));
}

TEST(Packet, ReadsTwoByteExtensions) {
  const Datagram datagram = {0x90, 0x60, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0x10, 0x00, 0, 2, 20, 2, 7, 8, 0, 21, 0, 0, 'x'};
  const auto packet = parse_packet(datagram);
  ASSERT_TRUE(packet);
  ASSERT_TRUE(packet->extension(20));
  EXPECT_EQ((*packet->extension(20))[1], 8);
  ASSERT_TRUE(packet->extension(21));
  EXPECT_TRUE(packet->extension(21)->empty());
}

TEST(Packet, EveryCutOfAPacketIsRefusedOrShorterNeverRead) {
  const Datagram whole = {0xB1, 0xE0, 0x12, 0x34, 0, 0, 0, 9, 0, 0, 0, 7, 0, 0, 0, 1, 0xBE, 0xDE, 0, 1, 0x12, 1, 2, 3, 'p', 0, 0, 3};
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const Datagram cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    const auto packet = parse_packet(cut);
    EXPECT_TRUE(!packet || packet->payload.size() <= length);
  }
  ASSERT_TRUE(parse_packet(whole));
  Datagram all_padding = whole;
  all_padding.back() = 200;
  EXPECT_FALSE(parse_packet(all_padding));
}

TEST(Packet, TellsRtcpFromRtp) {
  EXPECT_TRUE(is_rtcp(Datagram{0x80, 200}));
  EXPECT_TRUE(is_rtcp(Datagram{0x80, 206}));
  EXPECT_FALSE(is_rtcp(Datagram{0x80, 0xE0}));
  EXPECT_FALSE(is_rtcp(Datagram{0x80, 111}));
}

TEST(Packet, UnwrapsRtx) {
  const Datagram datagram = {0x80, 97, 0, 5, 0, 0, 0, 9, 0, 0, 0, 8, 0x12, 0x34, 'x'};
  const auto original = unwrap_rtx(*parse_packet(datagram), 96, 7);
  ASSERT_TRUE(original);
  EXPECT_EQ(original->sequence, 0x1234);
  EXPECT_EQ(original->ssrc, 7U);
  EXPECT_EQ(original->payload_type, 96);
  EXPECT_EQ(original->payload.size(), 1U);
  const Datagram probe = {0x80, 97, 0, 5, 0, 0, 0, 9, 0, 0, 0, 8};
  EXPECT_FALSE(unwrap_rtx(*parse_packet(probe), 96, 7));
}

TEST(Unwrapper, CountsOnThroughTheWrapInBothDirections) {
  Unwrapper<std::uint32_t> timestamps;
  const auto first = timestamps.unwrap(0xFFFFFFF0U);
  EXPECT_EQ(timestamps.unwrap(0x10U) - first, 0x20);
  EXPECT_EQ(timestamps.unwrap(0xFFFFFFF8U) - first, 8);
  Unwrapper<std::uint16_t> sequences;
  const auto zero = sequences.unwrap(0);
  EXPECT_EQ(sequences.unwrap(65535) - zero, -1);
}

}  // namespace
}  // namespace dd::rtp
