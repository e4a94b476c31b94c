// SPDX-License-Identifier: MIT
// The RTP vocabulary of ORTC and mediasoup as plain values: capabilities (what an end can do) and parameters (what a
// stream is). They hold no behaviour; ortc_*.hpp negotiates with them. The field names are the wire's, in snake_case.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace dd::rtp {

enum class MediaKind { kAudio, kVideo };

// A codec parameter as SDP's fmtp carries it; null, arrays and objects are refused where JSON is parsed.
using ParameterValue = std::variant<bool, std::int64_t, double, std::string>;
using ParameterMap = std::map<std::string, ParameterValue>;

struct RtcpFeedback {
  std::string type;
  std::string parameter;  // "" when there is none
  friend bool operator==(const RtcpFeedback&, const RtcpFeedback&) = default;
};

struct CodecCapability {
  MediaKind kind = MediaKind::kAudio;
  std::string mime_type;
  std::optional<std::uint8_t> preferred_payload_type;
  std::uint32_t clock_rate = 0;
  std::optional<std::uint8_t> channels;  // audio only
  ParameterMap parameters;
  std::vector<RtcpFeedback> rtcp_feedback;
  friend bool operator==(const CodecCapability&, const CodecCapability&) = default;
};

enum class Direction { kSendRecv, kSendOnly, kRecvOnly, kInactive };

struct HeaderExtensionCapability {
  MediaKind kind = MediaKind::kAudio;
  std::string uri;
  std::uint16_t preferred_id = 0;
  bool preferred_encrypt = false;
  Direction direction = Direction::kSendRecv;
  friend bool operator==(const HeaderExtensionCapability&, const HeaderExtensionCapability&) = default;
};

struct Capabilities {
  std::vector<CodecCapability> codecs;
  std::vector<HeaderExtensionCapability> header_extensions;
  friend bool operator==(const Capabilities&, const Capabilities&) = default;
};

struct CodecParameters {
  std::string mime_type;
  std::uint8_t payload_type = 0;
  std::uint32_t clock_rate = 0;
  std::optional<std::uint8_t> channels;
  ParameterMap parameters;
  std::vector<RtcpFeedback> rtcp_feedback;
  friend bool operator==(const CodecParameters&, const CodecParameters&) = default;
};

struct HeaderExtensionParameters {
  std::string uri;
  std::uint16_t id = 0;
  bool encrypt = false;
  ParameterMap parameters;
  friend bool operator==(const HeaderExtensionParameters&, const HeaderExtensionParameters&) = default;
};

struct EncodingParameters {
  std::optional<std::uint32_t> ssrc;
  std::optional<std::string> rid;
  std::optional<std::uint8_t> codec_payload_type;
  std::optional<std::uint32_t> rtx_ssrc;
  std::optional<bool> dtx;
  std::optional<std::string> scalability_mode;
  std::optional<std::uint32_t> max_bitrate;  // bits a second
  friend bool operator==(const EncodingParameters&, const EncodingParameters&) = default;
};

struct RtcpParameters {
  std::optional<std::string> cname;
  bool reduced_size = true;
  friend bool operator==(const RtcpParameters&, const RtcpParameters&) = default;
};

struct Parameters {
  std::optional<std::string> mid;
  std::vector<CodecParameters> codecs;
  std::vector<HeaderExtensionParameters> header_extensions;
  std::vector<EncodingParameters> encodings;
  RtcpParameters rtcp;
  std::optional<std::string> msid;
  friend bool operator==(const Parameters&, const Parameters&) = default;
};

struct SctpStreamParameters {
  std::uint16_t stream_id = 0;
  bool ordered = true;
  std::optional<std::uint16_t> max_packet_life_time;  // milliseconds; excludes max_retransmits
  std::optional<std::uint16_t> max_retransmits;
  friend bool operator==(const SctpStreamParameters&, const SctpStreamParameters&) = default;
};

}  // namespace dd::rtp
