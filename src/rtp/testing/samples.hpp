// SPDX-License-Identifier: MIT
// What browsers send and take, as values for tests: a Chromium-like sender of each codec, and receivers made from a router.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "rtp/header_extension.hpp"
#include "rtp/ortc.hpp"
#include "rtp/parameters.hpp"
#include "rtp/router_capabilities.hpp"
#include "rtp/validation.hpp"

namespace dd::rtp::testing {

inline ParameterValue integer(std::int64_t value) { return ParameterValue(value); }

inline CodecParameters video_codec(std::string name, std::uint8_t payload_type, ParameterMap parameters = {}) {
  return {"video/" + std::move(name),
          payload_type,
          90000,
          std::nullopt,
          std::move(parameters),
          {{"goog-remb", ""}, {"transport-cc", ""}, {"ccm", "fir"}, {"nack", ""}, {"nack", "pli"}}};
}

inline CodecParameters rtx_codec(std::uint8_t payload_type, std::uint8_t apt) {
  return {"video/rtx", payload_type, 90000, std::nullopt, {{"apt", integer(apt)}}, {}};
}

inline Parameters with_one_encoding(std::vector<CodecParameters> codecs) {
  Parameters parameters;
  parameters.mid = "0";
  parameters.codecs = std::move(codecs);
  EncodingParameters encoding;
  encoding.ssrc = 1111;
  if (parameters.codecs.size() > 1) encoding.rtx_ssrc = 1112;
  parameters.encodings = {encoding};
  parameters.rtcp.cname = "alice";
  return parameters;
}

inline Parameters opus_sender() {
  Parameters parameters =
      with_one_encoding({{"audio/opus", 111, 48000, 2, {{"useinbandfec", integer(1)}, {"minptime", integer(10)}}, {{"transport-cc", ""}}}});
  parameters.header_extensions = {{std::string(kMidUri), 4, false, {}}, {std::string(kSsrcAudioLevelUri), 1, false, {}}};
  return parameters;
}

inline Parameters vp8_sender() {
  Parameters parameters = with_one_encoding({video_codec("VP8", 120), rtx_codec(121, 120)});
  parameters.header_extensions = {{std::string(kMidUri), 4, false, {}}, {std::string(kAbsSendTimeUri), 2, false, {}}};
  return parameters;
}

inline Parameters simulcast_sender() {
  Parameters parameters = vp8_sender();
  parameters.encodings.clear();
  for (const auto& [rid, bitrate] : {std::pair{"r0", 150'000u}, std::pair{"r1", 500'000u}, std::pair{"r2", 2'500'000u}}) {
    EncodingParameters encoding;
    encoding.rid = rid;
    encoding.max_bitrate = bitrate;
    encoding.scalability_mode = "L1T3";
    parameters.encodings.push_back(encoding);
  }
  return parameters;
}

inline ParameterMap h264(std::string profile_level_id) {
  return {{"packetization-mode", integer(1)}, {"level-asymmetry-allowed", integer(1)}, {"profile-level-id", std::move(profile_level_id)}};
}

// 100 000 000, then one thousand more each time.
inline SsrcSource counted_ssrcs() {
  return [next = std::uint32_t{99'999'000}]() mutable { return next += 1000; };
}

inline Parameters consumable_of(MediaKind kind, Parameters parameters) {
  auto mapping = producer_mapping(parameters, router_capabilities(), counted_ssrcs());
  return consumable_parameters(kind, parameters, router_capabilities(), mapping.value());
}

}  // namespace dd::rtp::testing
