// SPDX-License-Identifier: MIT
#include "rtp/router_capabilities.hpp"

#include <algorithm>
#include <deque>
#include <fmt/format.h>

#include "base/check.hpp"
#include "rtp/codec_match.hpp"
#include "rtp/validation.hpp"

namespace dd::rtp {
namespace {

// From 100 up first, since 96 to 99 are what most peers take for their own first codecs.
std::deque<std::uint8_t> dynamic_payload_types() {
  std::deque<std::uint8_t> types;
  for (int type = 100; type <= 127; ++type) types.push_back(static_cast<std::uint8_t>(type));
  for (int type = 96; type <= 99; ++type) types.push_back(static_cast<std::uint8_t>(type));
  return types;
}

Result<std::uint8_t> take_first(std::deque<std::uint8_t>& types) {
  if (types.empty()) return invalid_field("", "more codecs than dynamic payload types");
  const std::uint8_t first = types.front();
  types.pop_front();
  return first;
}

CodecCapability rtx_for(const CodecCapability& media, std::uint8_t payload_type) {
  CodecCapability rtx;
  rtx.kind = media.kind;
  rtx.mime_type = "video/rtx";
  rtx.preferred_payload_type = payload_type;
  rtx.clock_rate = media.clock_rate;
  rtx.parameters["apt"] = std::int64_t{*media.preferred_payload_type};
  return rtx;
}

CodecCapability declared(MediaKind kind, std::string mime_type, std::uint8_t payload_type, ParameterMap parameters) {
  CodecCapability codec;
  codec.kind = kind;
  codec.mime_type = std::move(mime_type);
  codec.preferred_payload_type = payload_type;
  codec.clock_rate = kind == MediaKind::kAudio ? 48000 : 90000;
  if (kind == MediaKind::kAudio) codec.channels = 2;
  codec.parameters = std::move(parameters);
  return codec;
}

ParameterMap h264(const char* profile_level) {
  return {{"packetization-mode", std::int64_t{1}}, {"level-asymmetry-allowed", std::int64_t{1}}, {"profile-level-id", profile_level}};
}

}  // namespace

Result<Capabilities> generate_router_capabilities(std::vector<CodecCapability> codecs) {
  const Capabilities& supported = supported_capabilities();
  auto free_types = dynamic_payload_types();
  Capabilities capabilities;
  capabilities.header_extensions = supported.header_extensions;

  for (std::size_t i = 0; i < codecs.size(); ++i) {
    CodecCapability& wanted = codecs[i];
    const std::string field = fmt::format("[{}]", i);
    auto valid = validate(wanted);
    if (!valid) return invalid_field(fmt::format("{}.{}", field, valid.error().field), valid.error().message);
    const auto known = std::find_if(supported.codecs.begin(), supported.codecs.end(),
                                    [&](const CodecCapability& candidate) { return matches(wanted, candidate, Strictness::kLoose); });
    if (known == supported.codecs.end()) return invalid_field(field, fmt::format("unsupported codec {}", wanted.mime_type));

    CodecCapability codec = *known;
    if (wanted.preferred_payload_type) {
      codec.preferred_payload_type = wanted.preferred_payload_type;
      free_types.erase(std::remove(free_types.begin(), free_types.end(), *wanted.preferred_payload_type), free_types.end());
    } else if (!codec.preferred_payload_type) {
      DD_TRY(codec.preferred_payload_type, take_first(free_types));
    }
    const bool taken = std::any_of(capabilities.codecs.begin(), capabilities.codecs.end(), [&](const CodecCapability& other) {
      return other.preferred_payload_type == codec.preferred_payload_type;
    });
    if (taken) {
      return invalid_field(field + ".preferredPayloadType", fmt::format("payload type {} is taken", *codec.preferred_payload_type));
    }
    for (auto& [name, value] : wanted.parameters) codec.parameters[name] = std::move(value);

    capabilities.codecs.push_back(codec);
    if (codec.kind == MediaKind::kVideo) {
      DD_TRY(const std::uint8_t rtx_type, take_first(free_types));
      capabilities.codecs.push_back(rtx_for(codec, rtx_type));
    }
  }
  return capabilities;
}

const std::vector<CodecCapability>& router_codecs() {
  // Clients of the reference server know Opus as 111 and VP8 as 96 with RTX 100, so those stay first and unchanged. DTX is
  // the sender's choice and needs no word here. The rest takes
  // numbers that no RTX codec is given and every browser accepts (RFC 5761, section 4, forbids 64 to 95).
  static const std::vector<CodecCapability> kCodecs{
      declared(MediaKind::kAudio, "audio/opus", 111, {{"useinbandfec", std::int64_t{1}}}),
      declared(MediaKind::kVideo, "video/VP8", 96, {}),
      declared(MediaKind::kVideo, "video/VP9", 98, {{"profile-id", std::int64_t{0}}}),
      declared(MediaKind::kVideo, "video/VP9", 99, {{"profile-id", std::int64_t{2}}}),
      declared(MediaKind::kVideo, "video/H264", 125, h264("42e01f")),
      declared(MediaKind::kVideo, "video/H264", 123, h264("640032")),
      declared(MediaKind::kVideo, "video/AV1", 127, {}),
  };
  return kCodecs;
}

const Capabilities& router_capabilities() {
  static const Capabilities kCapabilities = [] {
    auto generated = generate_router_capabilities(router_codecs());
    DD_CHECK(generated.has_value(), "our own codecs are supported");
    return *std::move(generated);
  }();
  return kCapabilities;
}

}  // namespace dd::rtp
