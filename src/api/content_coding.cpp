// SPDX-License-Identifier: MIT
#include "api/content_coding.hpp"

#include <algorithm>
#include <optional>

namespace dd::api {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_same(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; });
}

// "q=0", "q=0.0": everything else is some wish for it.
bool is_refusal(std::string_view parameters) {
  const auto equals = parameters.find('=');
  if (equals == std::string_view::npos || !is_same(trimmed(parameters.substr(0, equals)), "q")) return false;
  const std::string_view weight = trimmed(parameters.substr(equals + 1));
  return weight.starts_with('0') && std::all_of(weight.begin(), weight.end(), [](char c) { return c == '0' || c == '.'; });
}

}  // namespace

bool accepts_coding(std::string_view accept_encoding, std::string_view coding) {
  std::optional<bool> any;  // what "*" says, unless the coding is named
  std::string_view rest = accept_encoding;
  while (!rest.empty()) {
    const auto end = rest.find(',');
    const std::string_view item = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    const auto semicolon = item.find(';');
    const std::string_view name = trimmed(item.substr(0, semicolon));
    const bool wanted = semicolon == std::string_view::npos || !is_refusal(item.substr(semicolon + 1));
    if (is_same(name, coding)) return wanted;
    if (name == "*") any = wanted;
  }
  return any.value_or(false);
}

}  // namespace dd::api
