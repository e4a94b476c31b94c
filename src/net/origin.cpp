// SPDX-License-Identifier: MIT
#include "net/origin.hpp"

#include <algorithm>

namespace dd::net {
namespace {

bool same_text(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view without(std::string_view text, std::string_view ending) {
  return text.ends_with(ending) ? text.substr(0, text.size() - ending.size()) : text;
}

}  // namespace

bool is_allowed_origin(std::string_view origin, std::string_view host, const std::vector<std::string>& allowed) {
  for (const std::string& one : allowed) {
    if (one == "*" || same_text(without(one, "/"), origin)) return true;
  }
  for (const auto& [scheme, port] : {std::pair<std::string_view, std::string_view>{"http://", ":80"}, {"https://", ":443"}}) {
    if (!same_text(origin.substr(0, scheme.size()), scheme)) continue;
    const std::string_view page = without(origin.substr(scheme.size()), port);
    return !page.empty() && same_text(page, without(host, port));
  }
  return false;  // "null", or no page of the web
}

}  // namespace dd::net
