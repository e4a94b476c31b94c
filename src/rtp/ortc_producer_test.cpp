// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "rtp/codec_match.hpp"
#include "rtp/ortc.hpp"
#include "rtp/testing/samples.hpp"

namespace dd::rtp {
namespace {

using testing::counted_ssrcs;

TEST(ProducerMapping, TakesThePayloadTypesOfTheRouter) {
  Parameters sender = testing::vp8_sender();
  const auto mapping = producer_mapping(sender, router_capabilities(), counted_ssrcs());
  ASSERT_TRUE(mapping);
  EXPECT_EQ(mapping->codecs, (std::vector<CodecMapping>{{120, 96}, {121, 100}}));
  EXPECT_EQ(mapping->encodings, (std::vector<EncodingMapping>{{1111, std::nullopt, 100'000'000}}));
}

TEST(ProducerMapping, GivesEachEncodingAnSsrcOfItsOwn) {
  Parameters sender = testing::simulcast_sender();
  const auto mapping = producer_mapping(sender, router_capabilities(), counted_ssrcs());
  ASSERT_TRUE(mapping);
  ASSERT_EQ(mapping->encodings.size(), 3u);
  EXPECT_EQ(mapping->encodings[2], (EncodingMapping{std::nullopt, "r2", 100'000'002}));
}

TEST(ProducerMapping, RefusesACodecTheRouterDoesNotSpeak) {
  Parameters sender = testing::with_one_encoding({testing::video_codec("VP8", 120), testing::video_codec("H265", 122)});
  const auto mapping = producer_mapping(sender, router_capabilities());
  ASSERT_FALSE(mapping);
  EXPECT_EQ(mapping.error().code, Errc::kInvalidArgument);
  EXPECT_EQ(mapping.error().field, "rtpParameters.codecs[1]");
}

TEST(ProducerMapping, RefusesRtxOfNothingAndOfItself) {
  for (const std::uint8_t apt : {std::uint8_t{99}, std::uint8_t{121}}) {
    Parameters sender = testing::with_one_encoding({testing::video_codec("VP8", 120), testing::rtx_codec(121, apt)});
    EXPECT_FALSE(producer_mapping(sender, router_capabilities())) << int{apt};
  }
}

TEST(ProducerMapping, ChoosesTheH264ProfileAndKeepsTheSendersLevel) {
  Parameters sender = testing::with_one_encoding({testing::video_codec("H264", 102, testing::h264("64001f"))});
  const auto mapping = producer_mapping(sender, router_capabilities());
  ASSERT_TRUE(mapping);
  EXPECT_EQ(mapping->codecs[0].mapped_payload_type, 123);
  EXPECT_EQ(sender.codecs[0].parameters.at("profile-level-id"), ParameterValue("64001f"));
}

TEST(ConsumableParameters, SpeakTheRoutersPayloadTypesWithTheSendersCodecParameters) {
  const Parameters consumable = testing::consumable_of(MediaKind::kAudio, testing::opus_sender());
  ASSERT_EQ(consumable.codecs.size(), 1u);
  EXPECT_EQ(consumable.codecs[0].payload_type, 111);
  EXPECT_EQ(consumable.codecs[0].parameters.at("minptime"), testing::integer(10));
  EXPECT_EQ(consumable.codecs[0].rtcp_feedback, (std::vector<RtcpFeedback>{{"nack", ""}, {"transport-cc", ""}}));
  EXPECT_FALSE(consumable.mid);
  EXPECT_EQ(consumable.rtcp.cname, "alice");
}

TEST(ConsumableParameters, OfferRtxEvenIfTheSenderHasNone) {
  const Parameters consumable = testing::consumable_of(MediaKind::kVideo, testing::with_one_encoding({testing::video_codec("VP8", 120)}));
  ASSERT_EQ(consumable.codecs.size(), 2u);
  EXPECT_TRUE(is_rtx(consumable.codecs[1].mime_type));
}

TEST(ConsumableParameters, ForgetHowTheSenderLabelledItsEncodings) {
  const Parameters consumable = testing::consumable_of(MediaKind::kVideo, testing::simulcast_sender());
  ASSERT_EQ(consumable.encodings.size(), 3u);
  EXPECT_EQ(consumable.encodings[1].ssrc, 100'000'001u);
  EXPECT_FALSE(consumable.encodings[1].rid);
  EXPECT_FALSE(consumable.encodings[1].rtx_ssrc);
  EXPECT_EQ(consumable.encodings[1].max_bitrate, 500'000u);
}

TEST(ConsumableParameters, AnnounceTheCaptureTimeOnlyIfTheSenderWritesIt) {
  Parameters sender = testing::vp8_sender();
  EXPECT_FALSE(contains_extension(testing::consumable_of(MediaKind::kVideo, sender).header_extensions, kAbsCaptureTimeUri));
  sender.header_extensions.push_back({std::string(kAbsCaptureTimeUri), 9, false, {}});
  EXPECT_TRUE(contains_extension(testing::consumable_of(MediaKind::kVideo, sender).header_extensions, kAbsCaptureTimeUri));
}

TEST(RandomSsrc, LeavesRoomForTheEncodingsAboveIt) {
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t ssrc = random_ssrc();
    EXPECT_GE(ssrc, 100'000'000u);
    EXPECT_LT(ssrc, 999'999'999u);
  }
}

}  // namespace
}  // namespace dd::rtp
