// SPDX-License-Identifier: MIT
// Reads the two kinds of JSON a setting may be: an object whose values are all strings, and the storage profiles.
// Pure functions; the JSON library stays inside json_object.cpp.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/settings.hpp"

namespace dd::config {

Result<std::map<std::string, std::string>> parse_string_object(std::string_view text);
std::string encode_string_object(const std::map<std::string, std::string>& object);

// Checks names and types only. A member that is none of a profile's is refused: it is most likely a misspelt one.
Result<std::map<std::string, StorageProfile>> parse_storage_profiles(std::string_view text);

}  // namespace dd::config
