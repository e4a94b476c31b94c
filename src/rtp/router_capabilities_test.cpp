// SPDX-License-Identifier: MIT
#include "rtp/router_capabilities.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include "rtp/codec_match.hpp"
#include "rtp/testing/samples.hpp"

namespace dd::rtp {
namespace {

CodecCapability declared(std::string mime_type, std::optional<std::uint8_t> payload_type = {}) {
  CodecCapability codec;
  codec.mime_type = std::move(mime_type);
  codec.clock_rate = 90000;
  codec.preferred_payload_type = payload_type;
  return codec;
}

TEST(RouterCapabilities, ClientsOfTheReferenceServerFindTheirPayloadTypes) {
  const auto& codecs = router_capabilities().codecs;
  ASSERT_GE(codecs.size(), 3u);
  EXPECT_EQ(
      codecs[0],
      (CodecCapability{
          MediaKind::kAudio, "audio/opus", 111, 48000, 2, {{"useinbandfec", testing::integer(1)}}, {{"nack", ""}, {"transport-cc", ""}}}));
  EXPECT_EQ(codecs[1], (CodecCapability{MediaKind::kVideo,
                                        "video/VP8",
                                        96,
                                        90000,
                                        std::nullopt,
                                        {},
                                        {{"nack", ""}, {"nack", "pli"}, {"ccm", "fir"}, {"goog-remb", ""}, {"transport-cc", ""}}}));
  EXPECT_EQ(codecs[2], (CodecCapability{MediaKind::kVideo, "video/rtx", 100, 90000, std::nullopt, {{"apt", testing::integer(96)}}, {}}));
}

TEST(RouterCapabilities, PreferVp8ThenVp9ThenH264ThenAv1) {
  std::vector<std::string> order;
  for (const auto& codec : router_capabilities().codecs) {
    if (!is_rtx(codec.mime_type)) order.push_back(codec.mime_type);
  }
  EXPECT_EQ(order,
            (std::vector<std::string>{"audio/opus", "video/VP8", "video/VP9", "video/VP9", "video/H264", "video/H264", "video/AV1"}));
}

TEST(RouterCapabilities, EachVideoCodecIsFollowedByItsRtxAndNoPayloadTypeIsUsedTwice) {
  const auto& codecs = router_capabilities().codecs;
  std::set<int> payload_types;
  for (std::size_t i = 0; i < codecs.size(); ++i) {
    EXPECT_TRUE(payload_types.insert(codecs[i].preferred_payload_type.value()).second);
    if (codecs[i].kind != MediaKind::kVideo || is_rtx(codecs[i].mime_type)) continue;
    ASSERT_LT(i + 1, codecs.size());
    EXPECT_TRUE(repairs(codecs[i + 1].parameters, *codecs[i].preferred_payload_type));
  }
}

TEST(RouterCapabilities, UndeclaredPayloadTypesStartAt100) {
  const auto generated = generate_router_capabilities({declared("video/vp8"), declared("video/AV1", 101)});
  ASSERT_FALSE(generated) << "101 went to the RTX of VP8";
  EXPECT_EQ(generated.error().field, "[1].preferredPayloadType");
  const auto fine = generate_router_capabilities({declared("video/vp8"), declared("video/AV1", 102)});
  ASSERT_TRUE(fine);
  EXPECT_EQ(fine->codecs[0].preferred_payload_type, 100);
  EXPECT_EQ(fine->codecs[0].mime_type, "video/VP8") << "our spelling, not the caller's";
  EXPECT_EQ(fine->codecs[3].preferred_payload_type, 103);
}

TEST(RouterCapabilities, AnUnsupportedCodecIsRefused) {
  EXPECT_EQ(generate_router_capabilities({declared("video/VP8"), declared("video/H265")}).error().field, "[1]");
  EXPECT_EQ(generate_router_capabilities({declared("nonsense")}).error().field, "[0].mimeType");
}

TEST(RouterCapabilities, PayloadTypesRunOut) {
  EXPECT_TRUE(generate_router_capabilities(std::vector<CodecCapability>(16, declared("video/VP8"))));
  EXPECT_FALSE(generate_router_capabilities(std::vector<CodecCapability>(17, declared("video/VP8"))));
}

}  // namespace
}  // namespace dd::rtp
