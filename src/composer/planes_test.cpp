// SPDX-License-Identifier: MIT
#include "composer/planes.hpp"

#include <gtest/gtest.h>

#include "composer/art.hpp"

namespace dd::composer {
namespace {

std::vector<std::uint32_t> sheet(Size size, std::uint32_t argb) {
  return std::vector<std::uint32_t>(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height), argb);
}

TEST(Planes, ColoursAreBt601InLimitedRange) {
  const Planes white = planes_from_argb(sheet({4, 4}, 0xffffffff), {4, 4});
  EXPECT_EQ(white.luma()[0], 235);
  EXPECT_EQ(white.chroma_u()[0], 128);
  const Planes red = planes_from_argb(sheet({4, 4}, 0xffff0000), {4, 4});
  EXPECT_EQ(red.luma()[0], 81);
  EXPECT_EQ(red.chroma_u()[0], 90);
  EXPECT_EQ(red.chroma_v()[0], 240);
}

TEST(Planes, HalfTransparentIsHalfOfBoth) {
  Planes planes = planes_from_argb(sheet({4, 4}, 0xffffffff), {4, 4});
  lay_over(planes, overlay_from_argb(sheet({2, 2}, 0x80000000), {2, 2}), 2, 2);
  EXPECT_EQ(planes.luma()[0], 235);
  EXPECT_NEAR(planes.luma()[2 * planes.luma_stride() + 2], 125, 2);
}

TEST(Planes, AnOverlayThatHangsOverTheEdgeIsCut) {
  for (const int at : {-6, -2, 2, 6}) {
    Planes planes({4, 4});
    lay_over(planes, overlay_from_argb(sheet({8, 8}, 0xffffffff), {8, 8}), at, at);
    const bool covers_start = at <= 0 && at > -8;
    EXPECT_EQ(planes.luma()[0], covers_start ? 235 : 16) << at;
  }
}

TEST(Planes, RoundedCornersShowWhatIsBehind) {
  const Planes behind = planes_from_argb(sheet({32, 32}, 0xffffffff), {32, 32});
  Planes planes({32, 32});
  round_corners(behind, planes, {0, 0, 32, 32}, 8);
  EXPECT_EQ(planes.luma()[0], 235);
  EXPECT_EQ(planes.luma()[31 * planes.luma_stride() + 31], 235);
  EXPECT_EQ(planes.luma()[16 * planes.luma_stride() + 16], 16);
  EXPECT_EQ(planes.luma()[16], 16);
}

TEST(Art, ANameIsNeverWiderThanItsTile) {
  const std::string endless(5000, 'W');
  for (const Size tile : {Size{1280, 720}, Size{240, 134}, Size{60, 34}, Size{12, 8}}) {
    EXPECT_LE(draw_name(endless, tile, {1280, 720}).size.width, std::max(tile.width, 16));
  }
}

TEST(Art, ANameThatIsNoTextIsDrawnAllTheSame) {
  EXPECT_GT(draw_name("\xff\xfe\n\t\x01", {240, 134}, {1280, 720}).size.width, 0);
  EXPECT_GT(draw_name("", {240, 134}, {1280, 720}).size.width, 0);
}

TEST(Art, InitialsAreOfTheFirstAndTheLastWord) {
  EXPECT_EQ(initials_of("asha venkata rao"), "AR");
  EXPECT_EQ(initials_of("  bo "), "B");
  EXPECT_EQ(initials_of("\xc3\xa9mile zola"), "\xc3\x89Z");
  EXPECT_EQ(initials_of(""), "?");
}

}  // namespace
}  // namespace dd::composer
