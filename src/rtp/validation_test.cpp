// SPDX-License-Identifier: MIT
#include "rtp/validation.hpp"

#include <gtest/gtest.h>

#include "rtp/testing/samples.hpp"

namespace dd::rtp {
namespace {

TEST(Validation, TheKindFollowsTheMimeType) {
  CodecCapability codec;
  codec.kind = MediaKind::kAudio;
  codec.mime_type = "Video/vp8";
  codec.channels = 2;
  ASSERT_TRUE(validate(codec));
  EXPECT_EQ(codec.kind, MediaKind::kVideo);
  EXPECT_FALSE(codec.channels) << "video has none";
}

TEST(Validation, AudioHasOneChannelUnlessItSaysOtherwise) {
  CodecCapability codec;
  codec.mime_type = "audio/PCMU";
  ASSERT_TRUE(validate(codec));
  EXPECT_EQ(codec.channels, 1);
}

TEST(Validation, ATypeThatIsNeitherAudioNorVideoIsRefusedByName) {
  for (const char* mime_type : {"", "audio", "audio/", "text/plain", "videos/VP8", "video/\n"}) {
    Parameters parameters = testing::vp8_sender();
    parameters.codecs[1].mime_type = mime_type;
    const auto valid = validate(parameters);
    ASSERT_FALSE(valid) << mime_type;
    EXPECT_EQ(valid.error().field, "codecs[1].mimeType");
  }
}

TEST(Validation, WhatRtxRepairsIsANumber) {
  Parameters parameters = testing::vp8_sender();
  parameters.codecs[1].parameters["apt"] = "120";
  const auto valid = validate(parameters);
  ASSERT_FALSE(valid);
  EXPECT_EQ(valid.error().field, "codecs[1].parameters.apt");
}

TEST(Validation, EncodingsSayWhetherTheyUseDtxAndRtcpIsReducedSize) {
  Parameters parameters = testing::opus_sender();
  parameters.rtcp.reduced_size = false;
  ASSERT_TRUE(validate(parameters));
  EXPECT_EQ(parameters.encodings[0].dtx, false);
  EXPECT_TRUE(parameters.rtcp.reduced_size);
}

TEST(Validation, AStreamLimitsEitherItsLifeTimeOrItsRetransmissions) {
  SctpStreamParameters stream;
  stream.max_packet_life_time = 100;
  stream.max_retransmits = 3;
  EXPECT_EQ(validate(stream, false).error().field, "maxRetransmits");
}

TEST(Validation, ALimitedStreamIsUnorderedUnlessItInsists) {
  SctpStreamParameters stream;
  stream.max_retransmits = 3;
  EXPECT_EQ(validate(stream, true).error().field, "ordered");
  ASSERT_TRUE(validate(stream, false));
  EXPECT_FALSE(stream.ordered);
  EXPECT_TRUE(validate(stream, true));
}

TEST(Validation, ZeroRetransmissionsLimitNothingHere) {
  SctpStreamParameters stream;
  stream.max_retransmits = 0;
  ASSERT_TRUE(validate(stream, true));
  EXPECT_TRUE(stream.ordered);
}

}  // namespace
}  // namespace dd::rtp
