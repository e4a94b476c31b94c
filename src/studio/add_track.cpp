// SPDX-License-Identifier: MIT
#include "studio/add_track.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "recording/terms.hpp"
#include "studio/session.hpp"

namespace dd::studio {
namespace {

// "video/VP8" becomes "vp8".
std::string codec_name(std::string_view mime_type) {
  std::string name(mime_type.substr(mime_type.find('/') + 1));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return name;
}

}  // namespace

Result<recording::AddTrack> make_add_track(const Source& source, std::string track, const recording::TapDescription& tap) {
  const auto& parameters = tap.parameters;
  if (parameters.codecs.empty() || parameters.encodings.empty() || !parameters.encodings[0].ssrc) {
    return make_error(Errc::kInvalidArgument, "the tap has no codec or no SSRC");
  }
  const auto& codec = parameters.codecs[0];
  recording::AddTrack add;
  add.track = std::move(track);
  add.participant = source.participant.str();
  add.kind = source.kind;
  add.producer = source.producer.str();
  add.codec = codec_name(codec.mime_type);
  if (!recording::parse_codec(add.codec)) {
    return make_error(Errc::kInvalidArgument, fmt::format("{} cannot be recorded", codec.mime_type));
  }
  add.clock_rate = codec.clock_rate;
  add.channels = codec.channels.value_or(1);
  add.payload_type = codec.payload_type;
  add.ssrc = *parameters.encodings[0].ssrc;
  add.nack = std::any_of(codec.rtcp_feedback.begin(), codec.rtcp_feedback.end(),
                         [](const auto& feedback) { return feedback.type == "nack" && feedback.parameter.empty(); });
  if (parameters.codecs.size() > 1 && codec_name(parameters.codecs[1].mime_type) == "rtx") {
    add.rtx_payload_type = parameters.codecs[1].payload_type;
    add.rtx_ssrc = parameters.encodings[0].rtx_ssrc;
  }
  for (const auto& extension : parameters.header_extensions) {
    if (extension.id < 256) add.extensions[extension.uri] = static_cast<std::uint8_t>(extension.id);
  }
  add.source_port = tap.source_port;
  return add;
}

}  // namespace dd::studio
