// SPDX-License-Identifier: MIT
// When two descriptions name the same codec: type, clock rate, channels, and the parameters that change the bit stream
// (H264 profile and packetization mode, VP9 profile, multiopus streams). It negotiates nothing else. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rtp/parameters.hpp"

namespace dd::rtp {

// The part of a codec that matching looks at; refers to the codec it was made from.
struct CodecView {
  const std::string& mime_type;
  std::uint32_t clock_rate;
  const std::optional<std::uint8_t>& channels;
  const ParameterMap& parameters;

  CodecView(const CodecCapability& codec);  // NOLINT: converts by design
  CodecView(const CodecParameters& codec);  // NOLINT: converts by design
};

enum class Strictness { kLoose, kStrict };  // loose ignores profiles

bool matches(CodecView a, CodecView b, Strictness strictness);

// As a strict match, and on success an H264 `codec` gets the profile-level-id negotiated from both (or loses its own).
bool match_and_adopt(CodecParameters& codec, const CodecCapability& capability);

bool is_rtx(std::string_view mime_type);

// A parameter that is missing, 0, false or "" reads as null here: senders use all of them for "the default".
const ParameterValue* find_parameter(const ParameterMap& parameters, const std::string& name);

bool is_number(const ParameterValue& value, double number);

// Whether an RTX codec with these parameters repairs that payload type (RFC 4588, section 8.1).
bool repairs(const ParameterMap& rtx_parameters, std::uint8_t payload_type);

std::string to_lower(std::string_view text);  // ASCII

}  // namespace dd::rtp
