// SPDX-License-Identifier: MIT
#include "rtp/scalability_mode.hpp"

#include <gtest/gtest.h>

namespace dd::rtp {
namespace {

TEST(ScalabilityMode, NamesSpatialAndTemporalLayers) {
  EXPECT_EQ(parse_scalability_mode("L1T3"), (ScalabilityMode{1, 3, false}));
  EXPECT_EQ(parse_scalability_mode("S3T2"), (ScalabilityMode{3, 2, false}));
  EXPECT_EQ(parse_scalability_mode("L3T3_KEY"), (ScalabilityMode{3, 3, true}));
  EXPECT_EQ(parse_scalability_mode("L12T10"), (ScalabilityMode{12, 10, false}));
}

TEST(ScalabilityMode, WhatFollowsTheLayersIsIgnored) {
  EXPECT_EQ(parse_scalability_mode("L3T2_KEY_SHIFT"), (ScalabilityMode{3, 2, true}));
  EXPECT_EQ(parse_scalability_mode("L2T1h"), (ScalabilityMode{2, 1, false}));
}

TEST(ScalabilityMode, NonsenseIsOneLayer) {
  for (const char* text : {"", "L", "T", "LT", "L0T1", "L1T0", "l1t3", "X1T3", " L1T3", "L1", "L1T", "L123T1"}) {
    EXPECT_EQ(parse_scalability_mode(text), (ScalabilityMode{1, 1, false})) << text;
  }
}

}  // namespace
}  // namespace dd::rtp
