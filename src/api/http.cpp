// SPDX-License-Identifier: MIT
#include "api/http.hpp"

namespace dd::api {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Plus { kIsSpace, kIsItself };

std::string percent_decoded(std::string_view text, Plus plus = Plus::kIsSpace) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i] == '+' && plus == Plus::kIsSpace ? ' ' : text[i]);
    }
  }
  return out;
}

}  // namespace

std::string percent_decoded_path(std::string_view text) { return percent_decoded(text, Plus::kIsItself); }

std::optional<std::string> HttpRequest::query_parameter(std::string_view name) const {
  std::string_view rest = query();
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    const auto equals = pair.find('=');
    if (percent_decoded(pair.substr(0, equals)) == name) {
      return equals == std::string_view::npos ? std::string{} : percent_decoded(pair.substr(equals + 1));
    }
  }
  return std::nullopt;
}

}  // namespace dd::api
