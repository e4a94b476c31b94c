// SPDX-License-Identifier: MIT
// RTP values to and from the JSON of browsers, mediasoup-client and kendra. Parsing takes whatever a caller sent, never throws,
// bounds every list and string, fills in defaults (rtp/validation.hpp) and names the field at fault; it negotiates nothing.
// Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "api/json.hpp"
#include "base/result.hpp"
#include "rtp/ortc.hpp"
#include "rtp/parameters.hpp"

namespace dd::api {

// Above what any browser sends (Chromium: 40 codecs, 20 header extensions) and low enough that no request costs much.
struct RtpLimits {
  static constexpr std::size_t kCodecs = 64;
  static constexpr std::size_t kEncodings = 16;
  static constexpr std::size_t kHeaderExtensions = 64;
  static constexpr std::size_t kFeedback = 32;
  static constexpr std::size_t kParameters = 64;
  static constexpr std::size_t kStringLength = 255;  // bytes
};

// `field` is where the value stands in the request ("rtpParameters"); an Error's field continues it:
// "rtpParameters.codecs[0].payloadType". The result is validated and ready to negotiate with.
//
// As lenient as JavaScript senders need: what mediasoup would take for absent (null, false, 0, "") is absent, members it
// would overwrite may have any type, and unknown members are ignored.
Result<rtp::Capabilities> parse_rtp_capabilities(const Json& json, const std::string& field);
Result<rtp::Parameters> parse_rtp_parameters(const Json& json, const std::string& field);
Result<rtp::SctpStreamParameters> parse_sctp_stream_parameters(const Json& json, const std::string& field);
Result<std::vector<rtp::CodecCapability>> parse_media_codecs(const Json& json, const std::string& field);
Result<rtp::MediaKind> parse_media_kind(const Json& json, const std::string& field);

OrderedJson to_json(const rtp::Capabilities& capabilities);
OrderedJson to_json(const rtp::Parameters& parameters);
OrderedJson to_json(const rtp::SctpStreamParameters& stream);
OrderedJson to_json(const rtp::Mapping& mapping);
std::string_view to_string(rtp::MediaKind kind);

}  // namespace dd::api
