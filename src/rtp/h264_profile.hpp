// SPDX-License-Identifier: MIT
// H264's profile-level-id (RFC 6184, section 8.1): three bytes that say which tools and how large a picture a stream may use.
// It negotiates the level of two descriptions of one profile as libwebrtc does. Plain values and pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rtp/parameters.hpp"

namespace dd::rtp {

enum class H264Profile { kConstrainedBaseline, kBaseline, kMain, kConstrainedHigh, kHigh, kPredictiveHigh444 };

// Ten times the level's number; level 1b, between 1 and 1.1, is 0.
using H264Level = int;
inline constexpr H264Level kH264Level1b = 0;

struct H264ProfileLevel {
  H264Profile profile;
  H264Level level;
  friend bool operator==(const H264ProfileLevel&, const H264ProfileLevel&) = default;
};

std::optional<H264ProfileLevel> parse_profile_level_id(std::string_view hex);

// The canonical six digits; nothing for level 1b of a profile that has none.
std::optional<std::string> profile_level_id(const H264ProfileLevel& value);

// Of a codec's parameters; without one, constrained baseline 3.1, which old senders mean by silence (webrtc bug 6337).
std::optional<H264ProfileLevel> profile_level_of(const ParameterMap& parameters);

bool same_profile(const ParameterMap& a, const ParameterMap& b);

// What an answer to `remote` may say for `local`, both of the same profile: the local level where both allow
// level-asymmetry, else the lower one. Nothing when neither names a profile-level-id, or the answer has no spelling.
std::optional<std::string> answer_profile_level_id(const ParameterMap& local, const ParameterMap& remote);

}  // namespace dd::rtp
