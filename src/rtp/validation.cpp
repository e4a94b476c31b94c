// SPDX-License-Identifier: MIT
#include "rtp/validation.hpp"

#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rtp/codec_match.hpp"

namespace dd::rtp {
namespace {

// "audio/x" or "video/x", in any case, with a subtype that starts on the same line.
std::optional<MediaKind> kind_of(std::string_view mime_type) {
  const std::string prefix = to_lower(mime_type.substr(0, 6));
  if (mime_type.size() < 7 || mime_type[6] == '\n' || mime_type[6] == '\r') return std::nullopt;
  if (prefix == "audio/") return MediaKind::kAudio;
  if (prefix == "video/") return MediaKind::kVideo;
  return std::nullopt;
}

void normalize_channels(MediaKind kind, std::optional<std::uint8_t>& channels) {
  if (kind == MediaKind::kVideo) {
    channels.reset();
  } else if (!channels) {
    channels = 1;
  }
}

Result<void> check_apt(const ParameterMap& parameters) {
  const auto apt = parameters.find("apt");
  if (apt == parameters.end()) return ok();
  if (std::holds_alternative<std::int64_t>(apt->second) || std::holds_alternative<double>(apt->second)) return ok();
  return invalid_field("parameters.apt", "the payload type that RTX repairs must be a number");
}

Result<void> check_feedback(const std::vector<RtcpFeedback>& feedback) {
  for (std::size_t i = 0; i < feedback.size(); ++i) {
    if (feedback[i].type.empty()) return invalid_field(fmt::format("rtcpFeedback[{}].type", i), "must not be empty");
  }
  return ok();
}

Result<void> validate(CodecParameters& codec) {
  const auto kind = kind_of(codec.mime_type);
  if (!kind) return invalid_field("mimeType", "must be audio/... or video/...");
  normalize_channels(*kind, codec.channels);
  DD_TRY_VOID(check_apt(codec.parameters));
  return check_feedback(codec.rtcp_feedback);
}

Error in_element(std::string_view list, std::size_t index, Error error) {
  error.field = fmt::format("{}[{}].{}", list, index, error.field);
  return error;
}

}  // namespace

Result<void> validate(CodecCapability& codec) {
  const auto kind = kind_of(codec.mime_type);
  if (!kind) return invalid_field("mimeType", "must be audio/... or video/...");
  codec.kind = *kind;
  normalize_channels(*kind, codec.channels);
  DD_TRY_VOID(check_apt(codec.parameters));
  return check_feedback(codec.rtcp_feedback);
}

Result<void> validate(Capabilities& capabilities) {
  for (std::size_t i = 0; i < capabilities.codecs.size(); ++i) {
    auto valid = validate(capabilities.codecs[i]);
    if (!valid) return in_element("codecs", i, std::move(valid.error()));
  }
  for (std::size_t i = 0; i < capabilities.header_extensions.size(); ++i) {
    if (capabilities.header_extensions[i].uri.empty()) {
      return invalid_field(fmt::format("headerExtensions[{}].uri", i), "must not be empty");
    }
  }
  return ok();
}

Result<void> validate(Parameters& parameters) {
  for (std::size_t i = 0; i < parameters.codecs.size(); ++i) {
    auto valid = validate(parameters.codecs[i]);
    if (!valid) return in_element("codecs", i, std::move(valid.error()));
  }
  for (std::size_t i = 0; i < parameters.header_extensions.size(); ++i) {
    if (parameters.header_extensions[i].uri.empty()) {
      return invalid_field(fmt::format("headerExtensions[{}].uri", i), "must not be empty");
    }
  }
  for (EncodingParameters& encoding : parameters.encodings) {
    if (!encoding.dtx) encoding.dtx = false;
  }
  // The worker sends reduced-size RTCP (RFC 5506) whatever a sender says, as every browser takes it.
  parameters.rtcp.reduced_size = true;
  return ok();
}

Result<void> validate(SctpStreamParameters& stream, bool ordered_given) {
  const bool limits_life_time = stream.max_packet_life_time.value_or(0) != 0;
  const bool limits_retransmits = stream.max_retransmits.value_or(0) != 0;
  if (limits_life_time && limits_retransmits) {
    return invalid_field("maxRetransmits", "must not be given together with maxPacketLifeTime");
  }
  if (!limits_life_time && !limits_retransmits) return ok();
  if (!ordered_given) {
    stream.ordered = false;
  } else if (stream.ordered) {
    return invalid_field("ordered", "must be false when maxPacketLifeTime or maxRetransmits is given");
  }
  return ok();
}

}  // namespace dd::rtp
