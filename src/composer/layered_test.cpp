// SPDX-License-Identifier: MIT
// What is shown when is live_test.cpp's affair.
#include "composer/layered.hpp"

#include <gtest/gtest.h>

namespace dd::composer {
namespace {

TEST(Layered, CountsHowOftenAPictureMayBeHalvedForItsTile) {
  constexpr Size kCanvas{1280, 720};
  const auto in_a_grid_of = [&](std::size_t people) { return halvings(kCanvas, arrange(Layout::kGrid, kCanvas, people)[0]); };
  EXPECT_EQ(in_a_grid_of(1), 0U);
  EXPECT_EQ(in_a_grid_of(4), 1U) << "360 lines of 720";
  EXPECT_EQ(in_a_grid_of(9), 1U) << "180 lines would be too few for 235";
  EXPECT_EQ(in_a_grid_of(16), 2U);
  EXPECT_EQ(halvings({320, 180}, arrange(Layout::kGrid, kCanvas, 4)[0]), 0U) << "a small picture is not made smaller still";
  EXPECT_EQ(halvings({720, 1280}, {0, 0, 640, 360}), 1U) << "a phone held upright fills the height";
}

TEST(Layered, AnEnlargedPictureDoesNotFill) {
  EXPECT_TRUE(fills({640, 360}, {0, 0, 640, 360}));
  EXPECT_TRUE(fills({640, 360}, {0, 0, 700, 394}));
  EXPECT_FALSE(fills({320, 180}, {0, 0, 420, 236}));
}

}  // namespace
}  // namespace dd::composer
