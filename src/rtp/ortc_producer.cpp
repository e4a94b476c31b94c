// SPDX-License-Identifier: MIT
// The sender's half of ortc.hpp: from what a producer says to what consumers start from.
#include <algorithm>
#include <fmt/format.h>

#include "base/check.hpp"
#include "base/random.hpp"
#include "rtp/codec_match.hpp"
#include "rtp/header_extension.hpp"
#include "rtp/ortc.hpp"

namespace dd::rtp {
namespace {

const CodecCapability* find_rtx_for(const Capabilities& capabilities, std::uint8_t payload_type) {
  for (const CodecCapability& codec : capabilities.codecs) {
    if (is_rtx(codec.mime_type) && repairs(codec.parameters, payload_type)) return &codec;
  }
  return nullptr;
}

Error unsupported_codec(std::size_t index, const CodecParameters& codec, std::string_view why) {
  std::string field = fmt::format("rtpParameters.codecs[{}]", index);
  std::string message = fmt::format("{}: {} with payload type {} {}", field, codec.mime_type, codec.payload_type, why);
  return invalid_field(std::move(field), std::move(message));
}

}  // namespace

std::uint32_t random_ssrc() {
  constexpr std::uint32_t kLowest = 100'000'000;
  constexpr std::uint32_t kRange = 899'999'999;
  return kLowest + static_cast<std::uint32_t>(random_u64() % kRange);
}

Result<Mapping> producer_mapping(Parameters& parameters, const Capabilities& router, const SsrcSource& draw_ssrc) {
  std::vector<CodecParameters>& codecs = parameters.codecs;
  // The router's codec for each of the producer's; its order is the mapping's: media codecs first, then RTX.
  std::vector<const CodecCapability*> matched(codecs.size(), nullptr);
  Mapping mapping;

  for (std::size_t i = 0; i < codecs.size(); ++i) {
    if (is_rtx(codecs[i].mime_type)) continue;
    for (const CodecCapability& candidate : router.codecs) {
      if (match_and_adopt(codecs[i], candidate)) {
        matched[i] = &candidate;
        break;
      }
    }
    if (matched[i] == nullptr || !matched[i]->preferred_payload_type) {
      return unsupported_codec(i, codecs[i], "is not supported by the router");
    }
    mapping.codecs.push_back({codecs[i].payload_type, *matched[i]->preferred_payload_type});
  }

  for (std::size_t i = 0; i < codecs.size(); ++i) {
    if (!is_rtx(codecs[i].mime_type)) continue;
    const auto media = std::find_if(codecs.begin(), codecs.end(),
                                    [&](const CodecParameters& codec) { return repairs(codecs[i].parameters, codec.payload_type); });
    if (media == codecs.end()) return unsupported_codec(i, codecs[i], "repairs a payload type that is not there");
    const CodecCapability* media_capability = matched[static_cast<std::size_t>(media - codecs.begin())];
    if (media_capability == nullptr) return unsupported_codec(i, codecs[i], "repairs another RTX codec");
    matched[i] = find_rtx_for(router, *media_capability->preferred_payload_type);
    if (matched[i] == nullptr || !matched[i]->preferred_payload_type) {
      return unsupported_codec(i, codecs[i], "has no RTX codec in the router");
    }
    mapping.codecs.push_back({codecs[i].payload_type, *matched[i]->preferred_payload_type});
  }

  std::uint32_t mapped_ssrc = draw_ssrc();
  for (const EncodingParameters& encoding : parameters.encodings) {
    mapping.encodings.push_back({encoding.ssrc, encoding.rid, mapped_ssrc++});
  }
  return mapping;
}

Parameters consumable_parameters(MediaKind kind, const Parameters& parameters, const Capabilities& router, const Mapping& mapping) {
  Parameters consumable;
  for (const CodecParameters& codec : parameters.codecs) {
    if (is_rtx(codec.mime_type)) continue;
    const auto entry = std::find_if(mapping.codecs.begin(), mapping.codecs.end(),
                                    [&](const CodecMapping& candidate) { return candidate.payload_type == codec.payload_type; });
    DD_CHECK(entry != mapping.codecs.end(), "the mapping is of the same parameters");
    const auto capability = std::find_if(router.codecs.begin(), router.codecs.end(), [&](const CodecCapability& candidate) {
      return candidate.preferred_payload_type == entry->mapped_payload_type;
    });
    DD_CHECK(capability != router.codecs.end(), "the mapping is of the same router");
    // Parameters stay the producer's: they describe the bits that consumers will be sent.
    consumable.codecs.push_back({capability->mime_type, entry->mapped_payload_type, capability->clock_rate, capability->channels,
                                 codec.parameters, capability->rtcp_feedback});
    if (const CodecCapability* rtx = find_rtx_for(router, entry->mapped_payload_type)) {
      consumable.codecs.push_back(
          {rtx->mime_type, rtx->preferred_payload_type.value_or(0), rtx->clock_rate, std::nullopt, rtx->parameters, rtx->rtcp_feedback});
    }
  }

  for (const HeaderExtensionCapability& extension : router.header_extensions) {
    if (extension.kind != kind) continue;
    if (extension.direction != Direction::kSendRecv && extension.direction != Direction::kSendOnly) continue;
    // The capture time is forwarded as the producer wrote it; announced without one, the worker would wait for it for ever.
    if (extension.uri == kAbsCaptureTimeUri && !contains_extension(parameters.header_extensions, kAbsCaptureTimeUri)) continue;
    consumable.header_extensions.push_back({extension.uri, extension.preferred_id, extension.preferred_encrypt, {}});
  }

  DD_CHECK(mapping.encodings.size() == parameters.encodings.size(), "the mapping is of the same parameters");
  for (std::size_t i = 0; i < parameters.encodings.size(); ++i) {
    EncodingParameters encoding = parameters.encodings[i];
    encoding.ssrc = mapping.encodings[i].mapped_ssrc;
    encoding.rid.reset();
    encoding.rtx_ssrc.reset();
    encoding.codec_payload_type.reset();
    consumable.encodings.push_back(std::move(encoding));
  }
  consumable.rtcp.cname = parameters.rtcp.cname;
  consumable.rtcp.reduced_size = true;
  consumable.msid = parameters.msid;
  return consumable;
}

}  // namespace dd::rtp
