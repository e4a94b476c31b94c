// SPDX-License-Identifier: MIT
#include "rtp/codec_match.hpp"

#include <gtest/gtest.h>

#include "rtp/testing/samples.hpp"

namespace dd::rtp {
namespace {

using testing::integer;
using testing::video_codec;

bool strict(const CodecParameters& a, const CodecParameters& b) { return matches(a, b, Strictness::kStrict); }

TEST(CodecMatch, IgnoresTheCaseOfTheType) {
  EXPECT_TRUE(strict(video_codec("VP8", 96), video_codec("vp8", 120)));
  EXPECT_FALSE(strict(video_codec("VP8", 96), video_codec("VP9", 96)));
}

TEST(CodecMatch, ClockRateAndChannelsMustAgree) {
  CodecParameters stereo{"audio/opus", 111, 48000, 2, {}, {}};
  CodecParameters mono = stereo;
  mono.channels = 1;
  EXPECT_FALSE(strict(stereo, mono));
  CodecParameters slow = stereo;
  slow.clock_rate = 16000;
  EXPECT_FALSE(strict(stereo, slow));
}

TEST(CodecMatch, Vp9ProfilesAreDifferentCodecsAndNoneMeansZero) {
  const auto vp9 = [](ParameterMap parameters) { return video_codec("VP9", 98, std::move(parameters)); };
  EXPECT_TRUE(strict(vp9({}), vp9({{"profile-id", integer(0)}})));
  EXPECT_FALSE(strict(vp9({}), vp9({{"profile-id", integer(2)}})));
  EXPECT_FALSE(strict(vp9({{"profile-id", "2"}}), vp9({{"profile-id", integer(2)}}))) << "text is not a number";
  EXPECT_TRUE(matches(vp9({}), vp9({{"profile-id", integer(2)}}), Strictness::kLoose));
}

TEST(CodecMatch, H264NeedsTheSameProfileAndPacketizationMode) {
  const CodecParameters baseline = video_codec("H264", 125, testing::h264("42e01f"));
  CodecParameters single_nal = baseline;
  single_nal.parameters.erase("packetization-mode");
  EXPECT_TRUE(strict(baseline, video_codec("h264", 102, testing::h264("42e034"))));
  EXPECT_FALSE(strict(baseline, video_codec("H264", 102, testing::h264("640032"))));
  EXPECT_FALSE(strict(baseline, single_nal));
  EXPECT_TRUE(matches(baseline, single_nal, Strictness::kLoose));
}

TEST(CodecMatch, MultiopusNeedsTheSameStreams) {
  const CodecParameters surround{"audio/multiopus", 100, 48000, 6, {{"num_streams", integer(4)}, {"coupled_streams", integer(2)}}, {}};
  CodecParameters other = surround;
  other.parameters["coupled_streams"] = integer(1);
  EXPECT_TRUE(strict(surround, surround));
  EXPECT_FALSE(matches(surround, other, Strictness::kLoose));
}

TEST(CodecMatch, AnAdoptedH264CodecTakesTheNegotiatedLevel) {
  CodecCapability capability;
  capability.mime_type = "video/H264";
  capability.clock_rate = 90000;
  capability.parameters = {{"packetization-mode", integer(1)}, {"profile-level-id", "42e01f"}};
  CodecParameters codec = video_codec("H264", 102, testing::h264("42e034"));
  EXPECT_TRUE(match_and_adopt(codec, capability));
  EXPECT_EQ(codec.parameters.at("profile-level-id"), ParameterValue("42e01f"));
}

TEST(CodecMatch, RtxIsToldByTheEndOfItsType) {
  EXPECT_TRUE(is_rtx("video/rtx"));
  EXPECT_TRUE(is_rtx("audio/RTX"));
  EXPECT_FALSE(is_rtx("/rtx"));
  EXPECT_FALSE(is_rtx("video/rtx2"));
}

}  // namespace
}  // namespace dd::rtp
