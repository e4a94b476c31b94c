// SPDX-License-Identifier: MIT
#include "rtp/h264_syntax.hpp"

#include <gtest/gtest.h>

#include <array>

namespace dd::rtp {
namespace {

using Raw = std::vector<std::uint8_t>;

TEST(H264Syntax, DropsTheEscapeAndOnlyTheEscape) {
  EXPECT_EQ(without_emulation_prevention(Raw{0x67, 0, 0, 3, 1, 3, 0, 3}), (Raw{0x67, 0, 0, 1, 3, 0, 3}));
  EXPECT_EQ(without_emulation_prevention(Raw{0, 0, 3, 0, 0, 3}), (Raw{0, 0, 0, 0})) << "zeros are counted anew behind an escape";
  EXPECT_TRUE(without_emulation_prevention({}).empty());
}

TEST(H264Syntax, HighProfilesSayTheirColoursAndBaselineDoesNot) {
  EXPECT_TRUE(has_chroma_format(100));
  EXPECT_TRUE(has_chroma_format(244));
  EXPECT_FALSE(has_chroma_format(66));
  EXPECT_FALSE(has_chroma_format(77));
}

TEST(H264Syntax, SignedNumbersAlternate) {
  const std::array<std::uint8_t, 3> bytes{0b1'010'011'0, 0b0100'0010, 0b1'0000000};  // codes 0, 1, 2, 3, 4
  BitReader reader(bytes);
  for (const int value : {0, 1, -1, 2, -2}) EXPECT_EQ(reader.signed_exp_golomb(), value);
}

TEST(H264Syntax, AScalingListEndsEarlyWhenItsNextScaleIsZero) {
  const std::array<std::uint8_t, 2> bytes{0b00001'000, 0b1'1010101};  // -8 (code 16): the rest repeats and is not written
  BitReader reader(bytes);
  skip_scaling_list(reader, 16);
  EXPECT_EQ(reader.position(), 9U);
  EXPECT_TRUE(reader.ok());
}

TEST(H264Syntax, ATornScalingListEnds) {
  BitReader reader(Bytes{});
  skip_scaling_list(reader, 64);
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace dd::rtp
