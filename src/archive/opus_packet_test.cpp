// SPDX-License-Identifier: MIT
#include "archive/opus_packet.hpp"

#include <gtest/gtest.h>

namespace dd::archive {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

TEST(OpusPacket, ItsFirstBytesSayHowLongItLasts) {
  EXPECT_EQ(opus_duration(Bytes{0xF8}), 20ms);
  EXPECT_EQ(opus_duration(Bytes{0x78, 1}), 20ms) << "hybrid, full band";
  EXPECT_EQ(opus_duration(Bytes{0x18, 1}), 60ms) << "SILK";
  EXPECT_EQ(opus_duration(Bytes{0xE0, 1}), 2500us) << "CELT";
  EXPECT_EQ(opus_duration(Bytes{0xF9, 1}), 40ms) << "two frames";
  EXPECT_EQ(opus_duration(Bytes{0xFB, 0x06}), 120ms) << "six frames";
}

TEST(OpusPacket, WhatCannotBeOpusHasNoDuration) {
  EXPECT_EQ(opus_duration({}), std::nullopt);
  EXPECT_EQ(opus_duration(Bytes{0xFB}), std::nullopt);
  EXPECT_EQ(opus_duration(Bytes{0xFB, 0x00}), std::nullopt);
  EXPECT_EQ(opus_duration(Bytes{0xFB, 0x07}), std::nullopt) << "140 ms";
}

TEST(OpusPacket, SilenceHasTheChannelsOfTheStream) {
  EXPECT_EQ(opus_silence(Bytes{0x78}), (Bytes{0xF8, 0xFF, 0xFE}));
  EXPECT_EQ(opus_silence(Bytes{0x7C}), (Bytes{0xFC, 0xFF, 0xFE}));
  EXPECT_EQ(opus_duration(opus_silence({})), kOpusSilence);
}

TEST(OpusPacket, ALostPacketLastsAsLongAsAFrameOfTheStream) {
  const LostOpus lost = opus_lost(Bytes{0x1B, 2});
  EXPECT_EQ(lost.bytes, Bytes{0x18});
  EXPECT_EQ(lost.duration, 60ms);
}

}  // namespace
}  // namespace dd::archive
