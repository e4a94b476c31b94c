// SPDX-License-Identifier: MIT
// Base64 of RFC 4648: the URL alphabet without padding, as tokens are written in, and the plain one that TURN wants.
// Decoding is strict: one text has one meaning, so that a token cannot be rewritten into another that is accepted too.
// Pure functions, safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dd::trust {

std::string base64url(std::string_view bytes);
std::string base64(std::string_view bytes);

// Nothing for a foreign character, padding, an impossible length, or unused bits that are not zero.
std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace dd::trust
