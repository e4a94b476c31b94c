// SPDX-License-Identifier: MIT
#include "studio/add_track.hpp"

#include <gtest/gtest.h>

#include "studio/session.hpp"

namespace dd::studio {
namespace {

recording::TapDescription vp8_tap() {
  recording::TapDescription tap;
  tap.kind = rtp::MediaKind::kVideo;
  tap.source_port = 41'000;
  rtp::CodecParameters vp8;
  vp8.mime_type = "video/VP8";
  vp8.payload_type = 101;
  vp8.clock_rate = 90'000;
  vp8.rtcp_feedback = {{"nack", ""}, {"nack", "pli"}};
  rtp::CodecParameters rtx;
  rtx.mime_type = "video/rtx";
  rtx.payload_type = 102;
  tap.parameters.codecs = {vp8, rtx};
  rtp::EncodingParameters encoding;
  encoding.ssrc = 1111;
  encoding.rtx_ssrc = 2222;
  tap.parameters.encodings = {encoding};
  tap.parameters.header_extensions.push_back({"urn:x", 7, false, {}});
  return tap;
}

const Source kCamera{ProducerId("p-1"), ParticipantId("asha"), "video", false};

TEST(AddTrack, SaysWhatTheRecorderNeedsToReceiveAndRepair) {
  const auto track = make_add_track(kCamera, "asha-video-p-1", vp8_tap());
  ASSERT_TRUE(track);
  EXPECT_EQ(track->codec, "vp8");
  EXPECT_EQ(track->payload_type, 101);
  EXPECT_EQ(track->ssrc, 1111U);
  EXPECT_EQ(track->rtx_payload_type, 102);
  EXPECT_EQ(track->rtx_ssrc, 2222U);
  EXPECT_TRUE(track->nack);
  EXPECT_EQ(track->extensions.at("urn:x"), 7);
  EXPECT_EQ(track->source_port, 41'000);
}

TEST(AddTrack, ASoundThatOnlyKnowsPliIsNotRepaired) {
  auto tap = vp8_tap();
  tap.parameters.codecs.resize(1);
  tap.parameters.codecs[0].rtcp_feedback = {{"nack", "pli"}};
  const auto track = make_add_track(kCamera, "t", tap);
  ASSERT_TRUE(track);
  EXPECT_FALSE(track->nack);
  EXPECT_FALSE(track->rtx_ssrc);
}

TEST(AddTrack, RefusesACodecThatCannotBeRecorded) {
  auto tap = vp8_tap();
  tap.parameters.codecs[0].mime_type = "video/H265";
  EXPECT_EQ(make_add_track(kCamera, "t", tap).error().code, Errc::kInvalidArgument);
  tap.parameters.codecs.clear();
  EXPECT_EQ(make_add_track(kCamera, "t", tap).error().code, Errc::kInvalidArgument);
}

}  // namespace
}  // namespace dd::studio
