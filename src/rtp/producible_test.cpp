// SPDX-License-Identifier: MIT
#include "rtp/producible.hpp"

#include <gtest/gtest.h>

#include "rtp/testing/samples.hpp"

namespace dd::rtp {
namespace {

std::string refused_field(MediaKind kind, const Parameters& parameters) {
  const auto type = producer_type(kind, parameters);
  return type ? "" : type.error().field;
}

TEST(ProducerType, OneEncodingIsSimpleAndSeveralAreSimulcast) {
  EXPECT_EQ(producer_type(MediaKind::kAudio, testing::opus_sender()).value(), ProducerType::kSimple);
  EXPECT_EQ(producer_type(MediaKind::kVideo, testing::vp8_sender()).value(), ProducerType::kSimple);
  EXPECT_EQ(producer_type(MediaKind::kVideo, testing::simulcast_sender()).value(), ProducerType::kSimulcast);
}

TEST(ProducerType, LayersWithinOneEncodingAreSvc) {
  for (const auto& [codec, mode] : {std::pair{"VP9", "L3T3_KEY"}, std::pair{"AV1", "L1T2"}, std::pair{"VP8", "L1T3"}}) {
    Parameters sender = testing::with_one_encoding({testing::video_codec(codec, 98)});
    sender.encodings[0].scalability_mode = mode;
    EXPECT_EQ(producer_type(MediaKind::kVideo, sender).value(), ProducerType::kSvc) << codec;
  }
}

TEST(ProducerType, TheWorkerKnowsNoSimulcastOfVp9OrAv1) {
  Parameters sender = testing::simulcast_sender();
  sender.codecs = {testing::video_codec("VP9", 98)};
  EXPECT_EQ(refused_field(MediaKind::kVideo, sender), "rtpParameters.encodings");
}

TEST(ProducerType, AudioHasNoLayers) {
  Parameters sender = testing::opus_sender();
  sender.encodings[0].scalability_mode = "L1T2";
  EXPECT_EQ(refused_field(MediaKind::kAudio, sender), "rtpParameters.encodings[0].scalabilityMode");
}

TEST(ProducerType, SimulcastOfSpatialLayersIsRefused) {
  Parameters sender = testing::simulcast_sender();
  sender.encodings[1].scalability_mode = "L2T1";
  EXPECT_EQ(refused_field(MediaKind::kVideo, sender), "rtpParameters.encodings[1].scalabilityMode");
}

TEST(ProducerType, TheKindIsThatOfTheCodecs) {
  EXPECT_EQ(refused_field(MediaKind::kAudio, testing::vp8_sender()), "rtpParameters.codecs[0].mimeType");
}

TEST(ProducerType, EachPayloadTypeAndSsrcIsUsedOnce) {
  Parameters sender = testing::vp8_sender();
  sender.codecs[1].payload_type = 120;
  EXPECT_EQ(refused_field(MediaKind::kVideo, sender), "rtpParameters.codecs[1].payloadType");
  sender = testing::vp8_sender();
  sender.encodings[0].rtx_ssrc = sender.encodings[0].ssrc;
  EXPECT_EQ(refused_field(MediaKind::kVideo, sender), "rtpParameters.encodings[0].rtx.ssrc");
}

TEST(ProducerType, AnEncodingNamesAMediaCodec) {
  Parameters sender = testing::vp8_sender();
  sender.encodings[0].codec_payload_type = 121;
  EXPECT_EQ(refused_field(MediaKind::kVideo, sender), "rtpParameters.encodings[0].codecPayloadType");
  sender.encodings[0].codec_payload_type = 120;
  EXPECT_EQ(refused_field(MediaKind::kVideo, sender), "");
  sender.codecs.clear();
  EXPECT_EQ(refused_field(MediaKind::kVideo, sender), "rtpParameters.encodings[0].codecPayloadType");
  sender.encodings[0].codec_payload_type.reset();
  EXPECT_EQ(refused_field(MediaKind::kVideo, sender), "rtpParameters.codecs");
}

TEST(ProducerType, StreamsCanBeToldApart) {
  Parameters sender = testing::vp8_sender();
  sender.encodings[0] = {};
  EXPECT_EQ(refused_field(MediaKind::kVideo, sender), "") << "the MID is enough for one";
  sender.mid.reset();
  EXPECT_EQ(refused_field(MediaKind::kVideo, sender), "rtpParameters.encodings[0]");
  sender = testing::simulcast_sender();
  sender.encodings[2].rid.reset();
  EXPECT_EQ(refused_field(MediaKind::kVideo, sender), "rtpParameters.encodings[2]");
  sender = testing::simulcast_sender();
  sender.mid.reset();
  sender.encodings[2].rid = "r0";
  EXPECT_EQ(refused_field(MediaKind::kVideo, sender), "rtpParameters.encodings[2].rid");
}

TEST(ProducerType, OnlyHeaderExtensionsTheWorkerKnowsAreLookedAt) {
  Parameters sender = testing::vp8_sender();
  sender.header_extensions.push_back({"urn:x-unknown", 0, false, {}});
  EXPECT_EQ(refused_field(MediaKind::kVideo, sender), "");
  sender.header_extensions[1].id = 0;
  EXPECT_EQ(refused_field(MediaKind::kVideo, sender), "rtpParameters.headerExtensions[1].id");
}

}  // namespace
}  // namespace dd::rtp
