// SPDX-License-Identifier: MIT
#include "composer/decoder.hpp"

#include <gtest/gtest.h>

#include "composer/testing/sample_recording.hpp"

namespace dd::composer {
namespace {

using namespace std::chrono_literals;
using recording::Codec;
using recording::Kind;
using testing::SampleRecording;

// Pictures that take long to decode: it is not the end of what is written when the decoder has read all of it.
TEST(Decoder, OfAGrowingFileGivesAllThatIsWrittenHoweverLongItTakes) {
  ASSERT_TRUE(start_gstreamer().has_value());
  SampleRecording large;
  large.film("a", Kind::kVideo, Codec::kVp8, {0s, 300ms, "red", "4096x4096", 0, {}});
  large.end(300ms);
  auto opened = Decoder::open(large.file("a-video", 1), Codec::kVp8, {}, Growth::kGrowing);
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  const auto decoder = std::move(*opened);
  int pictures = 0;
  Decoder::Pulled pulled = decoder->pull();
  for (; std::holds_alternative<SamplePtr>(pulled); pulled = decoder->pull()) ++pictures;
  EXPECT_TRUE(std::holds_alternative<Decoder::NotYet>(pulled));
  EXPECT_EQ(pictures, 9);
  decoder->complete();
  EXPECT_TRUE(std::holds_alternative<Decoder::End>(decoder->pull()));
}

}  // namespace
}  // namespace dd::composer
