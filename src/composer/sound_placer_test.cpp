// SPDX-License-Identifier: MIT
#include "composer/sound_placer.hpp"

#include <cmath>
#include <gtest/gtest.h>

namespace dd::composer {
namespace {

constexpr std::int64_t kPacket = 960;

std::vector<float> packet(float value = 0.5F) { return std::vector<float>(kPacket * kChannels, value); }

TEST(SoundPlacer, ASteadyStreamHasNoSeam) {
  SoundPlacer placer;
  std::int64_t next = 4800;
  for (int index = 0; index < 500; ++index) {
    const PlacedSound placed = placer.place(4800 + index * kPacket, packet());
    ASSERT_EQ(placed.at, next);
    next = placed.end();
  }
  EXPECT_EQ(next, 4800 + 500 * kPacket);
}

TEST(SoundPlacer, TimesRoundedToAMillisecondDoNotMoveIt) {
  SoundPlacer placer;
  for (int index = 0; index < 2000; ++index) {
    const std::int64_t position = (index * 20 + (index % 3 == 0 ? 1 : 0)) * kSampleRate / 1000;
    EXPECT_LE(std::abs(placer.place(position, packet()).at - index * kPacket), 48);
  }
}

TEST(SoundPlacer, AClockOffBy100PpmStaysWithinAMillisecondForTenMinutes) {
  for (const double drift : {100e-6, -100e-6}) {
    SoundPlacer placer;
    std::int64_t next = 0;
    for (int index = 0; index < 30'000; ++index) {
      const double wanted = index * kPacket * (1 + drift);
      const PlacedSound placed = placer.place(std::llround(wanted / 48) * 48, packet());
      if (index > 0) {
        ASSERT_EQ(placed.at, next) << "a seam";
      }
      ASSERT_LE(std::abs(static_cast<double>(placed.at) - wanted), 96) << index;
      next = placed.end();
    }
  }
}

TEST(SoundPlacer, ALostPacketIsAGapAndNotAShift) {
  SoundPlacer placer;
  placer.place(0, packet());
  EXPECT_EQ(placer.place(2 * kPacket, packet()).at, 2 * kPacket);
}

TEST(SoundPlacer, SoundAfterSilenceFadesInWithoutAClick) {
  SoundPlacer placer;
  const PlacedSound placed = placer.place(0, packet());
  EXPECT_EQ(placed.frames.front(), 0.0F);
  EXPECT_EQ(placed.frames.back(), 0.5F);
}

TEST(SoundPlacer, WhatGoesBackIsNotHeardTwice) {
  SoundPlacer placer;
  placer.place(0, packet());
  placer.place(kPacket, packet());
  EXPECT_TRUE(placer.place(0, packet()).frames.empty());
  const PlacedSound half = placer.place(kPacket + kPacket / 2, packet());
  EXPECT_EQ(half.at, 2 * kPacket);
  EXPECT_EQ(half.end(), 2 * kPacket + kPacket / 2);
}

}  // namespace
}  // namespace dd::composer
