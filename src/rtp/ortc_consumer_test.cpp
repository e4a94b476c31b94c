// SPDX-License-Identifier: MIT
#include <algorithm>
#include <gtest/gtest.h>

#include "rtp/codec_match.hpp"
#include "rtp/ortc.hpp"
#include "rtp/testing/samples.hpp"

namespace dd::rtp {
namespace {

using testing::consumable_of;
using testing::counted_ssrcs;

Capabilities receiver() { return router_capabilities(); }

Capabilities receiver_without(std::string_view extension_uri) {
  Capabilities capabilities = receiver();
  auto& list = capabilities.header_extensions;
  list.erase(std::remove_if(list.begin(), list.end(), [&](const auto& extension) { return extension.uri == extension_uri; }), list.end());
  return capabilities;
}

Capabilities receiver_of(std::string_view mime_type) {
  Capabilities capabilities = receiver();
  auto& list = capabilities.codecs;
  list.erase(std::remove_if(list.begin(), list.end(), [&](const auto& codec) { return codec.mime_type != mime_type; }), list.end());
  return capabilities;
}

bool has_feedback(const CodecParameters& codec, const RtcpFeedback& feedback) {
  return std::find(codec.rtcp_feedback.begin(), codec.rtcp_feedback.end(), feedback) != codec.rtcp_feedback.end();
}

Parameters consume(const Parameters& sender, const Capabilities& capabilities, ConsumerOptions options = {}) {
  return consumer_parameters(consumable_of(MediaKind::kVideo, sender), capabilities, options, counted_ssrcs()).value();
}

TEST(ConsumerParameters, GiveTheReceiverOneEncodingWithRtxBesideIt) {
  const Parameters consumer = consume(testing::vp8_sender(), receiver());
  ASSERT_EQ(consumer.encodings.size(), 1u);
  EXPECT_EQ(consumer.encodings[0].ssrc, 100'000'000u);
  EXPECT_EQ(consumer.encodings[0].rtx_ssrc, 100'000'001u);
  ASSERT_EQ(consumer.codecs.size(), 2u);
  EXPECT_EQ(consumer.codecs[0].payload_type, 96);
  EXPECT_FALSE(consumer.mid) << "the transport numbers its consumers";
}

TEST(ConsumerParameters, SimulcastBecomesSpatialLayersWithTheHighestBitrate) {
  const Parameters consumer = consume(testing::simulcast_sender(), receiver());
  EXPECT_EQ(consumer.encodings[0].scalability_mode, "L3T3");
  EXPECT_EQ(consumer.encodings[0].max_bitrate, 2'500'000u);
}

TEST(ConsumerParameters, AScalableEncodingKeepsItsMode) {
  Parameters sender = testing::with_one_encoding({testing::video_codec("AV1", 45)});
  sender.encodings[0].scalability_mode = "L3T3_KEY";
  EXPECT_EQ(consume(sender, receiver()).encodings[0].scalability_mode, "L3T3_KEY");
}

TEST(ConsumerParameters, WithoutRtxThereIsNoPlainNack) {
  const Parameters consumer = consume(testing::vp8_sender(), receiver(), {.enable_rtx = false, .pipe = false});
  ASSERT_EQ(consumer.codecs.size(), 1u);
  EXPECT_FALSE(has_feedback(consumer.codecs[0], {"nack", ""}));
  EXPECT_TRUE(has_feedback(consumer.codecs[0], {"nack", "pli"}));
  EXPECT_FALSE(consumer.encodings[0].rtx_ssrc);
}

TEST(ConsumerParameters, UseTransportCcWhereTheReceiverCanAndElseRemb) {
  const CodecParameters best = consume(testing::vp8_sender(), receiver()).codecs[0];
  EXPECT_TRUE(has_feedback(best, {"transport-cc", ""}));
  EXPECT_FALSE(has_feedback(best, {"goog-remb", ""}));

  const CodecParameters older = consume(testing::vp8_sender(), receiver_without(kTransportWideCcUri)).codecs[0];
  EXPECT_FALSE(has_feedback(older, {"transport-cc", ""}));
  EXPECT_TRUE(has_feedback(older, {"goog-remb", ""}));

  Capabilities oldest = receiver();
  oldest.header_extensions.clear();
  const CodecParameters neither = consume(testing::vp8_sender(), oldest).codecs[0];
  EXPECT_FALSE(has_feedback(neither, {"transport-cc", ""}));
  EXPECT_FALSE(has_feedback(neither, {"goog-remb", ""}));
}

TEST(ConsumerParameters, AHeaderExtensionUnderAnotherNumberIsLeftOut) {
  Capabilities capabilities = receiver();
  for (auto& extension : capabilities.header_extensions) extension.preferred_id = 14;
  EXPECT_TRUE(consume(testing::vp8_sender(), capabilities).header_extensions.empty());
}

TEST(ConsumerParameters, RtxOfACodecTheReceiverLacksIsDropped) {
  Capabilities capabilities = receiver_of("video/VP8");
  capabilities.codecs.push_back(receiver_of("video/rtx").codecs.front());
  Parameters sender = testing::with_one_encoding({testing::video_codec("VP9", 98), testing::video_codec("VP8", 120)});
  const Parameters consumer = consume(sender, capabilities);
  ASSERT_EQ(consumer.codecs.size(), 2u);
  EXPECT_EQ(consumer.codecs[0].mime_type, "video/VP8");
  EXPECT_TRUE(repairs(consumer.codecs[1].parameters, 96));
}

TEST(ConsumerParameters, AReceiverThatSharesNoCodecIsAConflict) {
  const Parameters consumable = consumable_of(MediaKind::kVideo, testing::vp8_sender());
  for (const char* codec : {"video/H264", "audio/opus", "video/rtx", "none"}) {
    const Capabilities capabilities = receiver_of(codec);
    EXPECT_FALSE(can_consume(consumable, capabilities)) << codec;
    const auto consumer = consumer_parameters(consumable, capabilities, {});
    ASSERT_FALSE(consumer) << codec;
    EXPECT_EQ(consumer.error().code, Errc::kConflict);
  }
  EXPECT_TRUE(can_consume(consumable, receiver_of("video/VP8")));
}

TEST(ConsumerParameters, APipeKeepsAllEncodings) {
  const Parameters consumer = consume(testing::simulcast_sender(), receiver(), {.enable_rtx = true, .pipe = true});
  ASSERT_EQ(consumer.encodings.size(), 3u);
  EXPECT_EQ(consumer.encodings[2].ssrc, 100'000'002u);
  EXPECT_EQ(consumer.encodings[2].rtx_ssrc, 100'001'002u);
  EXPECT_EQ(consumer.encodings[2].scalability_mode, "L1T3");
}

TEST(PipeConsumerParameters, EstimateNoBandwidthAndRepairNothingBetweenRouters) {
  const Parameters pipe = pipe_consumer_parameters(consumable_of(MediaKind::kVideo, testing::simulcast_sender()), false, counted_ssrcs());
  ASSERT_EQ(pipe.codecs.size(), 1u);
  EXPECT_EQ(pipe.codecs[0].rtcp_feedback, (std::vector<RtcpFeedback>{{"nack", "pli"}, {"ccm", "fir"}}));
  EXPECT_EQ(pipe.encodings.size(), 3u);
  for (const std::string_view uri : {kMidUri, kAbsSendTimeUri, kTransportWideCcUri}) {
    EXPECT_FALSE(contains_extension(pipe.header_extensions, uri)) << uri;
  }
}

TEST(PipeConsumerParameters, CarryTheDependencyDescriptorInItsPlace) {
  const Parameters pipe = pipe_consumer_parameters(consumable_of(MediaKind::kVideo, testing::vp8_sender()), true, counted_ssrcs());
  EXPECT_TRUE(contains_extension(pipe.header_extensions, kDependencyDescriptorUri));
  EXPECT_TRUE(std::is_sorted(pipe.header_extensions.begin(), pipe.header_extensions.end(),
                             [](const auto& a, const auto& b) { return a.id < b.id; }));
  EXPECT_EQ(pipe.codecs.size(), 2u);
  EXPECT_TRUE(has_feedback(pipe.codecs[0], {"nack", ""}));
  EXPECT_EQ(pipe.encodings[0].rtx_ssrc, 100'001'000u);
}

}  // namespace
}  // namespace dd::rtp
