// SPDX-License-Identifier: MIT
// The receiver's half of ortc.hpp: what of a producer one receiver, or another router, is sent.
#include <algorithm>
#include <fmt/format.h>

#include "rtp/codec_match.hpp"
#include "rtp/header_extension.hpp"
#include "rtp/ortc.hpp"
#include "rtp/router_capabilities.hpp"
#include "rtp/scalability_mode.hpp"

namespace dd::rtp {
namespace {

const CodecCapability* find_match(const Capabilities& remote, const CodecParameters& codec) {
  for (const CodecCapability& candidate : remote.codecs) {
    if (matches(candidate, codec, Strictness::kStrict)) return &candidate;
  }
  return nullptr;
}

template <typename Keep>
void keep_feedback(std::vector<RtcpFeedback>& feedback, Keep keep) {
  feedback.erase(std::remove_if(feedback.begin(), feedback.end(), [&](const RtcpFeedback& item) { return !keep(item); }), feedback.end());
}

bool is_plain_nack(const RtcpFeedback& feedback) { return feedback.type == "nack" && feedback.parameter.empty(); }

enum class RtxLeft { kNone, kSome };

// An RTX codec whose media codec the receiver does not take has nothing to repair.
RtxLeft drop_orphaned_rtx(std::vector<CodecParameters>& codecs) {
  auto left = RtxLeft::kNone;
  for (std::size_t i = codecs.size(); i-- > 0;) {
    if (!is_rtx(codecs[i].mime_type)) continue;
    const bool has_media = std::any_of(codecs.begin(), codecs.end(),
                                       [&](const CodecParameters& codec) { return repairs(codecs[i].parameters, codec.payload_type); });
    if (has_media) {
      left = RtxLeft::kSome;
    } else {
      codecs.erase(codecs.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return left;
}

// One bandwidth estimation: transport-cc where the receiver can, else REMB, which needs abs-send-time.
void choose_bandwidth_estimation(Parameters& parameters) {
  const bool transport_cc = contains_extension(parameters.header_extensions, kTransportWideCcUri);
  const bool remb = !transport_cc && contains_extension(parameters.header_extensions, kAbsSendTimeUri);
  for (CodecParameters& codec : parameters.codecs) {
    keep_feedback(codec.rtcp_feedback, [&](const RtcpFeedback& item) {
      if (item.type == "transport-cc") return transport_cc;
      if (item.type == "goog-remb") return remb;
      return true;
    });
  }
}

// The one encoding that a receiver sees of all that the producer sends.
EncodingParameters merged_encoding(const std::vector<EncodingParameters>& encodings, RtxLeft rtx, const SsrcSource& draw_ssrc) {
  EncodingParameters merged;
  merged.ssrc = draw_ssrc();
  if (rtx == RtxLeft::kSome) merged.rtx_ssrc = *merged.ssrc + 1;

  // All encodings of a simulcast producer have the same temporal layers; the first that says so speaks for them.
  const auto scalable = std::find_if(encodings.begin(), encodings.end(), [](const EncodingParameters& encoding) {
    return encoding.scalability_mode && !encoding.scalability_mode->empty();
  });
  if (scalable != encodings.end()) merged.scalability_mode = scalable->scalability_mode;
  if (encodings.size() > 1) {
    const auto temporal = parse_scalability_mode(merged.scalability_mode.value_or("")).temporal_layers;
    merged.scalability_mode = fmt::format("L{}T{}", encodings.size(), temporal);
  }
  std::uint32_t max_bitrate = 0;
  for (const EncodingParameters& encoding : encodings) max_bitrate = std::max(max_bitrate, encoding.max_bitrate.value_or(0));
  if (max_bitrate > 0) merged.max_bitrate = max_bitrate;
  return merged;
}

std::vector<EncodingParameters> renumbered(std::vector<EncodingParameters> encodings, RtxLeft rtx, const SsrcSource& draw_ssrc) {
  std::uint32_t ssrc = draw_ssrc();
  std::uint32_t rtx_ssrc = draw_ssrc();
  for (EncodingParameters& encoding : encodings) {
    encoding.ssrc = ssrc++;
    if (rtx == RtxLeft::kSome) {
      encoding.rtx_ssrc = rtx_ssrc++;
    } else {
      encoding.rtx_ssrc.reset();
    }
  }
  return encodings;
}

}  // namespace

bool can_consume(const Parameters& consumable, const Capabilities& remote) {
  for (const CodecParameters& codec : consumable.codecs) {
    if (find_match(remote, codec) != nullptr) return !is_rtx(codec.mime_type);
  }
  return false;
}

Result<Parameters> consumer_parameters(const Parameters& consumable, const Capabilities& remote, const ConsumerOptions& options,
                                       const SsrcSource& draw_ssrc) {
  Parameters consumer;
  consumer.rtcp = consumable.rtcp;
  consumer.msid = consumable.msid;

  for (const CodecParameters& codec : consumable.codecs) {
    if (!options.enable_rtx && is_rtx(codec.mime_type)) continue;
    const CodecCapability* capability = find_match(remote, codec);
    if (capability == nullptr) continue;
    consumer.codecs.push_back(codec);
    auto& feedback = consumer.codecs.back().rtcp_feedback;
    feedback = capability->rtcp_feedback;
    keep_feedback(feedback, [&](const RtcpFeedback& item) { return options.enable_rtx || !is_plain_nack(item); });
  }
  const RtxLeft rtx = drop_orphaned_rtx(consumer.codecs);
  if (consumer.codecs.empty() || is_rtx(consumer.codecs.front().mime_type)) {
    return make_error(Errc::kConflict, "the receiver's capabilities share no media codec with the producer");
  }

  for (const HeaderExtensionParameters& extension : consumable.header_extensions) {
    const bool known =
        std::any_of(remote.header_extensions.begin(), remote.header_extensions.end(), [&](const HeaderExtensionCapability& capability) {
          return capability.preferred_id == extension.id && capability.uri == extension.uri;
        });
    if (known) consumer.header_extensions.push_back(extension);
  }
  choose_bandwidth_estimation(consumer);

  if (options.pipe) {
    consumer.encodings = renumbered(consumable.encodings, rtx, draw_ssrc);
  } else {
    consumer.encodings.push_back(merged_encoding(consumable.encodings, rtx, draw_ssrc));
  }
  return consumer;
}

Parameters pipe_consumer_parameters(const Parameters& consumable, bool enable_rtx, const SsrcSource& draw_ssrc) {
  Parameters consumer;
  consumer.rtcp = consumable.rtcp;
  consumer.msid = consumable.msid;

  for (const CodecParameters& codec : consumable.codecs) {
    if (!enable_rtx && is_rtx(codec.mime_type)) continue;
    consumer.codecs.push_back(codec);
    keep_feedback(consumer.codecs.back().rtcp_feedback, [&](const RtcpFeedback& item) {
      return item == RtcpFeedback{"nack", "pli"} || item == RtcpFeedback{"ccm", "fir"} || (enable_rtx && is_plain_nack(item));
    });
  }

  // Between routers there is no MID to demultiplex by and no bandwidth to estimate.
  for (const HeaderExtensionParameters& extension : consumable.header_extensions) {
    if (extension.uri == kMidUri || extension.uri == kAbsSendTimeUri || extension.uri == kTransportWideCcUri) continue;
    consumer.header_extensions.push_back(extension);
  }
  // Receivers are not offered the dependency descriptor, but the other router needs it to choose AV1 layers.
  for (const HeaderExtensionCapability& extension : supported_capabilities().header_extensions) {
    if (extension.uri != kDependencyDescriptorUri || extension.direction == Direction::kSendRecv) continue;
    consumer.header_extensions.push_back({extension.uri, extension.preferred_id, extension.preferred_encrypt, {}});
    break;
  }
  std::stable_sort(consumer.header_extensions.begin(), consumer.header_extensions.end(),
                   [](const auto& a, const auto& b) { return a.id < b.id; });

  consumer.encodings = renumbered(consumable.encodings, enable_rtx ? RtxLeft::kSome : RtxLeft::kNone, draw_ssrc);
  return consumer;
}

}  // namespace dd::rtp
