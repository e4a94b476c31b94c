// SPDX-License-Identifier: MIT
// The JSON of a token's two halves: strict UTF-8, shallow, no key twice, nothing after it. It gives no meaning to a member.
// trust/ stands below api/, so it has a reader of its own, with tighter bounds. Pure function.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace dd::trust {

inline constexpr std::size_t kMaxTokenDepth = 4;  // claims, grants, publish, and one for what others add
inline constexpr std::size_t kMaxTokenValues = 256;

// An object, or nothing. Library exceptions end here.
std::optional<nlohmann::json> parse_token_object(std::string_view text);

}  // namespace dd::trust
