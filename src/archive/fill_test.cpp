// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <deque>

#include "archive/fill_audio.hpp"
#include "archive/fill_video.hpp"

namespace dd::archive {
namespace {

using namespace std::chrono_literals;
using recording::Fill;
using recording::Time;

class Given : public FrameSource {
 public:
  std::deque<Frame> frames;
  Result<std::optional<Frame>> next() override {
    if (frames.empty()) return std::optional<Frame>{};
    Frame frame = std::move(frames.front());
    frames.pop_front();
    return std::optional(std::move(frame));
  }
};

std::vector<Frame> all_of(FrameSource& source) {
  std::vector<Frame> out;
  while (auto frame = source.next().value()) out.push_back(std::move(*frame));
  return out;
}

Frame packet(Time t) { return {t, {}, true, {0x78, 1, 2, 3}, 0}; }  // 20 ms, hybrid, mono
Frame picture(Time t, bool key) { return {t, {}, key, {key ? std::uint8_t{1} : std::uint8_t{2}}, 0}; }

constexpr std::uint8_t kBlack = 9;
std::optional<std::vector<std::uint8_t>> paint(std::size_t) { return std::vector<std::uint8_t>{kBlack}; }

Given packets(std::initializer_list<Time> times) {
  Given given;
  for (const Time t : times) given.frames.push_back(packet(t));
  return given;
}

// Nothing of a file is left without a packet, and no two overlap by more than the clock's rounding.
void expect_continuous(const std::vector<Frame>& frames, Time from, Time to) {
  Time cursor = from;
  for (const Frame& frame : frames) {
    EXPECT_LE(std::chrono::abs(frame.t - cursor), 20ms);
    cursor = frame.t + *opus_duration(frame.bytes);
  }
  EXPECT_LE(std::chrono::abs(cursor - to), 20ms);
}

TEST(FilledAudio, WithoutASourceAllIsSilence) {
  FilledAudio filled(nullptr, 1s, 3s);
  const auto frames = all_of(filled);
  EXPECT_EQ(frames.size(), 100U);
  EXPECT_EQ(frames.front().t, 1s);
  EXPECT_EQ(frames.back().t, 2980ms);
}

TEST(FilledAudio, AShortHoleIsConcealedAndALongOneIsSilent) {
  Given given = packets({0ms, 20ms, 100ms, 120ms, 500ms});
  FilledAudio filled(&given, 0ms, 520ms);
  const auto frames = all_of(filled);
  expect_continuous(frames, 0ms, 520ms);
  EXPECT_EQ(frames[2].bytes, (std::vector<std::uint8_t>{0x78})) << "60 ms: the decoder guesses";
  EXPECT_EQ(frames[7].bytes, (std::vector<std::uint8_t>{0xF8, 0xFF, 0xFE})) << "360 ms: silence";
  EXPECT_EQ(frames.back().t, 500ms) << "what was heard is where it was heard";
}

TEST(FilledAudio, TheRoundingOfMillisecondsIsNoHole) {
  Given given;
  for (int i = 0; i < 100; ++i) given.frames.push_back(packet(20ms * i + Time((i % 3 - 1) * 1000)));
  given.frames.front().t = 0ms;
  FilledAudio filled(&given, 0ms, 2s);
  EXPECT_EQ(all_of(filled).size(), 100U);
}

TEST(FilledAudio, WhatIsNoOpusIsLeftOut) {
  Given given = packets({0ms, 20ms});
  given.frames[1].bytes.clear();
  FilledAudio filled(&given, 0ms, 40ms);
  EXPECT_EQ(all_of(filled).size(), 2U);
}

TEST(FilledVideo, AGapIsBlackOnceASecondAndEndsWithAKeyFrame) {
  Given given;
  for (const Time t : {0ms, 40ms, 80ms}) given.frames.push_back(picture(t, t == 0ms));
  given.frames.push_back(picture(3s, false));  // its references are gone
  given.frames.push_back(picture(3200ms, true));
  FilledVideo filled(&given, 0ms, 3240ms, kCameraGap, Fill::kBlack, paint);
  const auto frames = all_of(filled);
  ASSERT_EQ(frames.size(), 8U);
  EXPECT_EQ(frames[3].t, 120ms);
  EXPECT_EQ(frames[6].t, 3120ms);
  for (std::size_t i = 3; i < 7; ++i) EXPECT_EQ(frames[i].bytes[0], kBlack);
  EXPECT_EQ(frames[7].t, 3200ms);
  EXPECT_TRUE(frames[7].key);
}

TEST(FilledVideo, AShortStallHoldsThePicture) {
  Given given;
  given.frames = {picture(0ms, true), picture(400ms, false)};
  FilledVideo filled(&given, 0ms, 440ms, kCameraGap, Fill::kBlack, paint);
  const auto frames = all_of(filled);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].duration, 400ms);
}

TEST(FilledVideo, HeldPicturesLastUntilTheNextOrTheEnd) {
  Given given;
  given.frames = {picture(1s, true), picture(5s, true)};
  FilledVideo filled(&given, 0ms, 9s, kCameraGap, Fill::kFreeze, paint);
  const auto frames = all_of(filled);
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[0].bytes[0], kBlack) << "before the first there is nothing to hold";
  EXPECT_EQ(frames[1].duration, 4s);
  EXPECT_EQ(frames[2].duration, 4s);
}

TEST(FilledVideo, WhereNoBlackCanBeMadeThePictureIsHeld) {
  Given given;
  given.frames = {picture(0ms, true), picture(5s, true)};
  FilledVideo filled(&given, 0ms, 6s, kCameraGap, Fill::kBlack, [](std::size_t) { return std::nullopt; });
  EXPECT_EQ(all_of(filled).size(), 2U);
}

}  // namespace
}  // namespace dd::archive
