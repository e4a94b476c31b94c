// SPDX-License-Identifier: MIT
#include "composer/layout.hpp"

#include <gtest/gtest.h>

namespace dd::composer {
namespace {

constexpr Size kHd{1280, 720};

bool overlap(const Rect& a, const Rect& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

TEST(Layout, OneTileFillsTheCanvas) {
  for (const Layout layout : {Layout::kGrid, Layout::kSpeaker, Layout::kPresentation}) {
    EXPECT_EQ(arrange(layout, kHd, 1), (std::vector<Rect>{{0, 0, 1280, 720}})) << to_string(layout);
  }
}

TEST(Layout, FourTilesAreTwoRowsOfTwo) {
  EXPECT_EQ(arrange(Layout::kGrid, kHd, 4),
            (std::vector<Rect>{{26, 12, 608, 342}, {646, 12, 608, 342}, {26, 366, 608, 342}, {646, 366, 608, 342}}));
}

TEST(Layout, ALastRowThatIsNotFullIsCentred) {
  const auto tiles = arrange(Layout::kGrid, kHd, 3);
  ASSERT_EQ(tiles.size(), 3U);
  EXPECT_EQ(tiles[2].x + tiles[2].width / 2, 640);
  EXPECT_GT(tiles[2].y, tiles[0].y);
}

TEST(Layout, TheSpeakerIsLargeAndTheOthersAreBelow) {
  const auto tiles = arrange(Layout::kSpeaker, kHd, 6);
  ASSERT_EQ(tiles.size(), 6U);
  EXPECT_EQ(tiles[0], (Rect{152, 12, 976, 550}));
  for (std::size_t index = 1; index < tiles.size(); ++index) {
    EXPECT_EQ(tiles[index].width, 240);
    EXPECT_GE(tiles[index].y, tiles[0].y + tiles[0].height);
  }
}

TEST(Layout, ASharedScreenIsLargeAndTheCamerasAreBeside) {
  const auto tiles = arrange(Layout::kPresentation, kHd, 5);
  ASSERT_EQ(tiles.size(), 5U);
  EXPECT_GT(tiles[0].width, 980);
  EXPECT_EQ(tiles[0].height, 696);
  for (std::size_t index = 1; index < tiles.size(); ++index) EXPECT_GE(tiles[index].x, tiles[0].x + tiles[0].width);
}

TEST(Layout, TilesAreEvenInsideAndApartForEveryCountAndSize) {
  for (const Size canvas : {kHd, Size{1920, 1080}, Size{640, 360}, Size{720, 1280}, Size{1080, 1080}, Size{64, 64}, Size{1278, 718}}) {
    for (const Layout layout : {Layout::kGrid, Layout::kSpeaker, Layout::kPresentation}) {
      for (std::size_t count = 0; count <= capacity(layout, canvas); ++count) {
        const auto tiles = arrange(layout, canvas, count);
        ASSERT_EQ(tiles.size(), count);
        for (std::size_t a = 0; a < tiles.size(); ++a) {
          const Rect& tile = tiles[a];
          EXPECT_EQ((tile.x | tile.y | tile.width | tile.height) & 1, 0);
          EXPECT_GE(tile.x, 0);
          EXPECT_GE(tile.y, 0);
          EXPECT_GT(tile.width, 0);
          EXPECT_GT(tile.height, 0);
          EXPECT_LE(tile.x + tile.width, canvas.width);
          EXPECT_LE(tile.y + tile.height, canvas.height);
          for (std::size_t b = a + 1; b < tiles.size(); ++b) EXPECT_FALSE(overlap(tile, tiles[b])) << to_string(layout) << ' ' << count;
        }
      }
    }
  }
}

TEST(Layout, APictureKeepsItsShapeInATile) {
  EXPECT_EQ(fit({640, 480}, {0, 0, 608, 342}), (Rect{76, 0, 456, 342}));
  EXPECT_EQ(fit({360, 640}, {100, 10, 608, 342}), (Rect{308, 10, 192, 342}));
  EXPECT_EQ(fit({0, 480}, {0, 0, 608, 342}), (Rect{0, 0, 608, 342}));
}

TEST(Layout, NamesAreThoseOfTheTimeline) {
  for (const Layout layout : {Layout::kGrid, Layout::kSpeaker, Layout::kPresentation}) EXPECT_EQ(parse_layout(to_string(layout)), layout);
  EXPECT_FALSE(parse_layout("mosaic").has_value());
}

}  // namespace
}  // namespace dd::composer
