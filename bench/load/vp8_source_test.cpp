// SPDX-License-Identifier: MIT
#include "bench/load/vp8_source.hpp"

#include <gtest/gtest.h>

#include <array>

#include "rtp/vp8_frame.hpp"

namespace dd::load {
namespace {

TEST(Vp8Source, SendsItsBitrateWhateverKeyFramesAreAskedFor) {
  Vp8Source source({.bitrate = 1'500'000, .frames_per_second = 30}, 5);
  double bits = 0;
  for (int frame = 0; frame < 3000; ++frame) bits += 8.0 * static_cast<double>(source.next(frame % 90 == 0).size);
  EXPECT_NEAR(bits / 100, 1'500'000, 1'500'000 * 0.02);
}

TEST(Vp8Source, AFrameOfOneAndAHalfMegabitIsABurstOfAboutSixPackets) {
  Vp8Source source({}, 5);
  source.next(true);
  for (int frame = 0; frame < 60; ++frame) source.next(false);
  std::size_t packets = 0;
  for (int frame = 0; frame < 300; ++frame) packets += source.next(false).packets;
  EXPECT_GE(packets, 300U * 5);
  EXPECT_LE(packets, 300U * 7);
}

TEST(Vp8Source, PacketsHoldTheWholeFrameInNearlyEqualParts) {
  Vp8Source source({}, 9);
  std::array<std::uint8_t, 1600> out{};
  for (const bool key : {true, false}) {
    const Vp8Frame frame = source.next(key);
    std::size_t total = 0;
    std::size_t shortest = out.size();
    std::size_t longest = 0;
    for (std::size_t index = 0; index < frame.packets; ++index) {
      const std::size_t size = source.write(out, frame, index, 12);
      const auto descriptor = rtp::parse_vp8_descriptor(Bytes(out).first(size));
      ASSERT_TRUE(descriptor);
      EXPECT_EQ(descriptor->starts_picture, index == 0);
      EXPECT_EQ(descriptor->length, 4U);
      EXPECT_LE(size, Vp8Source::kMaxPayload);
      total += size - descriptor->length;
      shortest = std::min(shortest, size);
      longest = std::max(longest, size);
      if (index == 0) {
        EXPECT_EQ((out[4] & 1U) == 0, key);
      }
    }
    EXPECT_EQ(total, frame.size);
    EXPECT_LE(longest - shortest, 1U);
  }
}

TEST(Vp8Source, AKeyFrameTellsItsSize) {
  Vp8Source source({.bitrate = 200'000, .frames_per_second = 30, .width = 320, .height = 180}, 9);
  std::array<std::uint8_t, 1600> out{};
  const Vp8Frame frame = source.next(true);
  source.write(out, frame, 0, 12);
  const std::array<std::uint8_t, 7> expected{0x9D, 0x01, 0x2A, 0x40, 0x01, 0xB4, 0x00};
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), out.begin() + 7));
}

TEST(Vp8Source, PictureIdsGoUpByOneAndWrapAtFifteenBits) {
  Vp8Source source({}, 0x7FFE);
  std::uint16_t last = source.next(false).picture;
  for (int frame = 0; frame < 4; ++frame) {
    const std::uint16_t picture = source.next(false).picture;
    EXPECT_EQ(picture, (last + 1) & 0x7FFF);
    last = picture;
  }
}

}  // namespace
}  // namespace dd::load
