// SPDX-License-Identifier: MIT
// The URIs of the RTP header extensions that negotiation treats specially (RFC 8285 numbers them per session).
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "rtp/parameters.hpp"

namespace dd::rtp {

inline constexpr std::string_view kMidUri = "urn:ietf:params:rtp-hdrext:sdes:mid";
inline constexpr std::string_view kRtpStreamIdUri = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
inline constexpr std::string_view kRepairedRtpStreamIdUri = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
inline constexpr std::string_view kAbsSendTimeUri = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
inline constexpr std::string_view kTransportWideCcUri = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
inline constexpr std::string_view kSsrcAudioLevelUri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
inline constexpr std::string_view kDependencyDescriptorUri =
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";
inline constexpr std::string_view kVideoOrientationUri = "urn:3gpp:video-orientation";
inline constexpr std::string_view kTimeOffsetUri = "urn:ietf:params:rtp-hdrext:toffset";
inline constexpr std::string_view kAbsCaptureTimeUri = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time";
inline constexpr std::string_view kPlayoutDelayUri = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
inline constexpr std::string_view kPacketIdUri = "urn:mediasoup:params:rtp-hdrext:packet-id";

inline bool contains_extension(const std::vector<HeaderExtensionParameters>& extensions, std::string_view uri) {
  return std::any_of(extensions.begin(), extensions.end(), [&](const auto& extension) { return extension.uri == uri; });
}

}  // namespace dd::rtp
