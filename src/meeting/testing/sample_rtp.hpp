// SPDX-License-Identifier: MIT
// RTP and DTLS values that any engine accepts: what a browser sends for one microphone and one camera.
// Plain values for tests of meeting/ and of engines.
#pragma once

#include <cstdint>
#include <string>

#include "meeting/media_port.hpp"
#include "rtp/parameters.hpp"

namespace dd::meeting::testing {

inline rtp::Capabilities sample_router_capabilities() {
  rtp::Capabilities capabilities;
  rtp::CodecCapability opus;
  opus.kind = rtp::MediaKind::kAudio;
  opus.mime_type = "audio/opus";
  opus.preferred_payload_type = 111;
  opus.clock_rate = 48000;
  opus.channels = 2;
  rtp::CodecCapability vp8;
  vp8.kind = rtp::MediaKind::kVideo;
  vp8.mime_type = "video/VP8";
  vp8.preferred_payload_type = 96;
  vp8.clock_rate = 90000;
  capabilities.codecs = {opus, vp8};
  return capabilities;
}

inline rtp::Parameters sample_audio(std::uint32_t ssrc = 1111) {
  rtp::Parameters parameters;
  parameters.mid = std::to_string(ssrc);
  rtp::CodecParameters opus;
  opus.mime_type = "audio/opus";
  opus.payload_type = 111;
  opus.clock_rate = 48000;
  opus.channels = 2;
  parameters.codecs = {opus};
  rtp::EncodingParameters encoding;
  encoding.ssrc = ssrc;
  parameters.encodings = {encoding};
  parameters.rtcp.cname = "sample";
  return parameters;
}

inline rtp::Parameters sample_video(std::uint32_t ssrc = 2222) {
  rtp::Parameters parameters;
  parameters.mid = std::to_string(ssrc);
  rtp::CodecParameters vp8;
  vp8.mime_type = "video/VP8";
  vp8.payload_type = 96;
  vp8.clock_rate = 90000;
  vp8.rtcp_feedback = {{"nack", ""}, {"nack", "pli"}, {"ccm", "fir"}};
  parameters.codecs = {vp8};
  rtp::EncodingParameters encoding;
  encoding.ssrc = ssrc;
  parameters.encodings = {encoding};
  parameters.rtcp.cname = "sample";
  return parameters;
}

inline DtlsParameters sample_dtls_parameters() {
  DtlsParameters parameters;
  parameters.role = DtlsRole::kClient;
  parameters.fingerprints = {
      {"sha-256", "1B:EA:BF:33:B8:11:26:6D:91:AD:1B:A0:16:FD:5D:60:59:33:F7:46:A3:BA:99:2A:1D:04:99:A6:F2:C6:2D:43"}};
  return parameters;
}

}  // namespace dd::meeting::testing
