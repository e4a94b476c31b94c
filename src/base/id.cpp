// SPDX-License-Identifier: MIT
#include "base/id.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace dd {
namespace {

bool is_id_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == ':' ||
         c == '@';
}

}  // namespace

bool is_valid_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxIdLength && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), is_id_character);
}

Result<std::string> checked_id(std::string_view field, std::string_view text) {
  if (!is_valid_id(text)) {
    return invalid_field(std::string(field), fmt::format("{} must be 1 to {} characters of A-Z a-z 0-9 - _ . : @", field, kMaxIdLength));
  }
  return std::string(text);
}

}  // namespace dd
