// SPDX-License-Identifier: MIT
// The tables behind supported_capabilities(): what the worker of mediasoup 3.27.1 forwards, and the header extension numbers
// it expects. Both change only with the engine's version; tests/differential compares them with that version's own.
#include <optional>
#include <string>
#include <utility>

#include "base/check.hpp"
#include "rtp/header_extension.hpp"
#include "rtp/router_capabilities.hpp"
#include "rtp/validation.hpp"

namespace dd::rtp {
namespace {

using Feedback = std::vector<RtcpFeedback>;

CodecCapability audio(std::string name, std::uint32_t clock_rate, Feedback feedback, std::optional<std::uint8_t> payload_type = {},
                      std::optional<std::uint8_t> channels = {}, ParameterMap parameters = {}) {
  return {MediaKind::kAudio, "audio/" + std::move(name), payload_type, clock_rate, channels, std::move(parameters), std::move(feedback)};
}

CodecCapability video(std::string name, ParameterMap parameters = {}) {
  return {MediaKind::kVideo,
          "video/" + std::move(name),
          std::nullopt,
          90000,
          std::nullopt,
          std::move(parameters),
          {{"nack", ""}, {"nack", "pli"}, {"ccm", "fir"}, {"goog-remb", ""}, {"transport-cc", ""}}};
}

ParameterMap multiopus(const char* channel_mapping, std::int64_t streams, std::int64_t coupled_streams) {
  return {{"channel_mapping", channel_mapping}, {"num_streams", streams}, {"coupled_streams", coupled_streams}};
}

std::vector<CodecCapability> codecs() {
  const Feedback repaired{{"nack", ""}, {"transport-cc", ""}};
  const Feedback estimated{{"transport-cc", ""}};
  return {
      audio("opus", 48000, repaired, {}, 2),
      audio("multiopus", 48000, repaired, {}, 4, multiopus("0,1,2,3", 2, 2)),
      audio("multiopus", 48000, repaired, {}, 6, multiopus("0,4,1,2,3,5", 4, 2)),
      audio("multiopus", 48000, repaired, {}, 8, multiopus("0,6,1,2,3,4,5,7", 5, 3)),
      audio("PCMU", 8000, estimated, 0),
      audio("PCMA", 8000, estimated, 8),
      audio("ISAC", 32000, estimated),
      audio("ISAC", 16000, estimated),
      audio("G722", 8000, estimated, 9),
      audio("iLBC", 8000, estimated),
      audio("SILK", 24000, estimated),
      audio("SILK", 16000, estimated),
      audio("SILK", 12000, estimated),
      audio("SILK", 8000, estimated),
      audio("CN", 32000, {}, 13),
      audio("CN", 16000, {}, 13),
      audio("CN", 8000, {}, 13),
      audio("telephone-event", 48000, {}),
      audio("telephone-event", 32000, {}),
      audio("telephone-event", 16000, {}),
      audio("telephone-event", 8000, {}),
      video("VP8"),
      video("VP9"),
      video("H264", {{"level-asymmetry-allowed", std::int64_t{1}}}),
      video("AV1"),
  };
}

std::vector<HeaderExtensionCapability> header_extensions() {
  std::vector<HeaderExtensionCapability> list;
  const auto add = [&](MediaKind kind, std::string_view uri, std::uint16_t id, Direction direction = Direction::kSendRecv) {
    list.push_back({kind, std::string(uri), id, false, direction});
  };
  const auto add_for_both = [&](std::string_view uri, std::uint16_t id) {
    add(MediaKind::kAudio, uri, id);
    add(MediaKind::kVideo, uri, id);
  };
  add_for_both(kMidUri, 1);
  add(MediaKind::kVideo, kRtpStreamIdUri, 2, Direction::kRecvOnly);
  add(MediaKind::kVideo, kRepairedRtpStreamIdUri, 3, Direction::kRecvOnly);
  add_for_both(kAbsSendTimeUri, 4);
  // The worker estimates the bandwidth towards receivers from video alone.
  add(MediaKind::kAudio, kTransportWideCcUri, 5, Direction::kRecvOnly);
  add(MediaKind::kVideo, kTransportWideCcUri, 5);
  add(MediaKind::kAudio, kSsrcAudioLevelUri, 6);
  add(MediaKind::kVideo, kDependencyDescriptorUri, 7, Direction::kRecvOnly);
  add(MediaKind::kVideo, kVideoOrientationUri, 8);
  add(MediaKind::kVideo, kTimeOffsetUri, 9);
  add_for_both(kAbsCaptureTimeUri, 10);
  add_for_both(kPlayoutDelayUri, 11);
  add_for_both(kPacketIdUri, 12);
  return list;
}

}  // namespace

const Capabilities& supported_capabilities() {
  static const Capabilities kSupported = [] {
    Capabilities capabilities{codecs(), header_extensions()};
    DD_CHECK(validate(capabilities).has_value(), "the tables are valid");
    return capabilities;
  }();
  return kSupported;
}

}  // namespace dd::rtp
