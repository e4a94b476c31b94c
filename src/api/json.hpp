// SPDX-License-Identifier: MIT
// JSON text in and out, with the bounds of docs/api.md: strict UTF-8, depth and number of values, no key twice in an object.
// It gives no meaning to a field; object_reader.hpp does. Library exceptions end here. Pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dd::api {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;  // answers keep the order in which they were written down

inline constexpr std::size_t kMaxJsonDepth = 32;
// A body of 2 MiB could hold a million empty arrays, and reading them would hold the loop for long. The largest useful
// request, a replacement of 10,000 meetings, has about 150,000 values.
inline constexpr std::size_t kMaxJsonValues = 250'000;

// A parsed text. Wrapped, because nlohmann::json converts from and to almost everything, also Result's own constructors.
struct JsonText {
  Json root;
};

Result<JsonText> parse_json(std::string_view text);

// What is not UTF-8 in a string is replaced (U+FFFD), so that writing an answer cannot fail.
std::string to_text(const OrderedJson& json);

}  // namespace dd::api
