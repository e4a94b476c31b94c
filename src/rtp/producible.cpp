// SPDX-License-Identifier: MIT
#include "rtp/producible.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fmt/format.h>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "rtp/codec_match.hpp"
#include "rtp/router_capabilities.hpp"
#include "rtp/scalability_mode.hpp"

namespace dd::rtp {
namespace {

// The worker sorts codecs into media, complementary (CN, DTMF) and feature (RTX, FEC); only the first can be an encoding's.
constexpr std::array<std::string_view, 12> kMediaCodecs{"opus", "multiopus", "pcma", "pcmu", "isac", "g722",
                                                        "ilbc", "silk",      "vp8",  "vp9",  "h264", "av1"};

// Every route that produces has the parameters under this name.
Error refuse(std::string_view path, std::string_view problem) {
  std::string field = fmt::format("rtpParameters.{}", path);
  std::string message = fmt::format("{} {}", field, problem);
  return invalid_field(std::move(field), std::move(message));
}

std::string subtype_of(const CodecParameters& codec) {
  const std::size_t slash = codec.mime_type.find('/');
  return slash == std::string::npos ? std::string() : to_lower(std::string_view(codec.mime_type).substr(slash + 1));
}

bool is_media(const CodecParameters& codec) {
  return std::find(kMediaCodecs.begin(), kMediaCodecs.end(), subtype_of(codec)) != kMediaCodecs.end();
}

Result<void> check_codecs(MediaKind kind, const std::vector<CodecParameters>& codecs) {
  const std::string_view prefix = kind == MediaKind::kAudio ? "audio/" : "video/";
  std::set<std::uint8_t> payload_types;
  for (std::size_t i = 0; i < codecs.size(); ++i) {
    const CodecParameters& codec = codecs[i];
    if (to_lower(std::string_view(codec.mime_type).substr(0, prefix.size())) != prefix) {
      return refuse(fmt::format("codecs[{}].mimeType", i), fmt::format("must be {}...", prefix));
    }
    if (!payload_types.insert(codec.payload_type).second) {
      return refuse(fmt::format("codecs[{}].payloadType", i), fmt::format("{} is used twice", codec.payload_type));
    }
    if (!is_rtx(codec.mime_type)) continue;
    const bool repairs_media = std::any_of(codecs.begin(), codecs.end(), [&](const CodecParameters& media) {
      return repairs(codec.parameters, media.payload_type) && !is_rtx(media.mime_type);
    });
    if (!repairs_media) return refuse(fmt::format("codecs[{}].parameters.apt", i), "must be a media codec's payload type");
  }
  return ok();
}

Result<const CodecParameters*> codec_of(const std::vector<CodecParameters>& codecs, const EncodingParameters& encoding, std::size_t index) {
  const auto found = std::find_if(codecs.begin(), codecs.end(), [&](const CodecParameters& codec) {
    return encoding.codec_payload_type ? codec.payload_type == *encoding.codec_payload_type : is_media(codec);
  });
  if (found == codecs.end() && !encoding.codec_payload_type) return refuse("codecs", "must have a media codec");
  if (found == codecs.end() || !is_media(*found)) {
    return refuse(fmt::format("encodings[{}].codecPayloadType", index), "must be a media codec's payload type");
  }
  return &*found;
}

bool can_be_simulcast(const std::string& subtype) { return subtype == "vp8" || subtype == "h264"; }

bool can_be_svc(const std::string& subtype) { return can_be_simulcast(subtype) || subtype == "vp9" || subtype == "av1"; }

// The others never reach the worker, so what they say does not matter.
bool is_forwarded(std::string_view header_extension_uri) {
  const auto& known = supported_capabilities().header_extensions;
  return std::any_of(known.begin(), known.end(), [&](const auto& extension) { return extension.uri == header_extension_uri; });
}

// 0 is how the worker writes "no SSRC".
bool has_ssrc(const EncodingParameters& encoding) { return encoding.ssrc.value_or(0) != 0; }
bool has_rid(const EncodingParameters& encoding) { return encoding.rid && !encoding.rid->empty(); }

Result<void> check_streams_can_be_told_apart(const Parameters& parameters) {
  std::set<std::uint32_t> ssrcs;
  for (std::size_t i = 0; i < parameters.encodings.size(); ++i) {
    const EncodingParameters& encoding = parameters.encodings[i];
    const std::string field = fmt::format("encodings[{}]", i);
    const bool has_mid = parameters.encodings.size() == 1 && parameters.mid && !parameters.mid->empty();
    if (!has_ssrc(encoding) && !has_rid(encoding) && !has_mid) return refuse(field, "needs an ssrc or a rid");
    if (has_ssrc(encoding) && !ssrcs.insert(*encoding.ssrc).second) return refuse(field + ".ssrc", "is used twice");
    if (encoding.rtx_ssrc.value_or(0) != 0 && !ssrcs.insert(*encoding.rtx_ssrc).second) {
      return refuse(field + ".rtx.ssrc", "is used twice");
    }
    // With a MID the worker tolerates it, as it finds the producer by that.
    const auto before = parameters.encodings.begin() + static_cast<std::ptrdiff_t>(i);
    const bool rid_taken = has_rid(encoding) && parameters.mid.value_or("").empty() &&
                           std::any_of(parameters.encodings.begin(), before, [&](const auto& other) { return other.rid == encoding.rid; });
    if (rid_taken) return refuse(field + ".rid", "is used twice");
  }
  return ok();
}

}  // namespace

Result<ProducerType> producer_type(MediaKind kind, const Parameters& parameters) {
  if (parameters.encodings.empty()) return refuse("encodings", "must not be empty");
  DD_TRY_VOID(check_codecs(kind, parameters.codecs));
  for (std::size_t i = 0; i < parameters.header_extensions.size(); ++i) {
    const HeaderExtensionParameters& extension = parameters.header_extensions[i];
    if (!is_forwarded(extension.uri)) continue;
    if (extension.id == 0 || extension.id > 255) return refuse(fmt::format("headerExtensions[{}].id", i), "must be from 1 to 255");
  }
  DD_TRY_VOID(check_streams_can_be_told_apart(parameters));

  std::string subtype;
  ScalabilityMode first_mode;
  for (std::size_t i = 0; i < parameters.encodings.size(); ++i) {
    const EncodingParameters& encoding = parameters.encodings[i];
    DD_TRY(const CodecParameters* codec, codec_of(parameters.codecs, encoding, i));
    const ScalabilityMode mode = parse_scalability_mode(encoding.scalability_mode.value_or(""));
    if (i == 0) {
      subtype = subtype_of(*codec);
      first_mode = mode;
    }
    if (parameters.encodings.size() > 1 && mode.spatial_layers > 1) {
      return refuse(fmt::format("encodings[{}].scalabilityMode", i), "must have one spatial layer, as there are several encodings");
    }
  }

  if (parameters.encodings.size() > 1) {
    if (!can_be_simulcast(subtype)) return refuse("encodings", fmt::format("must be one, since {} cannot be simulcast", subtype));
    return ProducerType::kSimulcast;
  }
  if (first_mode.spatial_layers == 1 && first_mode.temporal_layers == 1) return ProducerType::kSimple;
  if (!can_be_svc(subtype))
    return refuse("encodings[0].scalabilityMode", fmt::format("must have one layer, since the codec is {}", subtype));
  return ProducerType::kSvc;
}

}  // namespace dd::rtp
