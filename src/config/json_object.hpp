// SPDX-License-Identifier: MIT
// Reads a JSON object whose values are all strings, the only JSON a setting may be.
// Pure function; the JSON library stays inside json_object.cpp.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dd::config {

Result<std::map<std::string, std::string>> parse_string_object(std::string_view text);
std::string encode_string_object(const std::map<std::string, std::string>& object);

}  // namespace dd::config
