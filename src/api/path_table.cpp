// SPDX-License-Identifier: MIT
#include "api/path_table.hpp"

#include "api/http.hpp"

namespace dd::api {
namespace {

std::string_view take_segment(std::string_view& path) {
  const auto slash = path.find('/');
  const std::string_view segment = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  return segment;
}

}  // namespace

std::optional<std::vector<std::string>> path_parameters(std::string_view pattern, std::string_view path) {
  if (!pattern.starts_with('/') || !path.starts_with('/')) return std::nullopt;
  pattern.remove_prefix(1);
  path.remove_prefix(1);
  std::vector<std::string> parameters;
  while (!pattern.empty()) {
    const std::string_view wanted = take_segment(pattern);
    if (path.empty()) return std::nullopt;
    if (wanted.ends_with("...}")) {
      parameters.push_back(percent_decoded_path(path));
      return parameters;
    }
    const std::string_view given = take_segment(path);
    if (wanted.starts_with('{')) {
      if (given.empty()) return std::nullopt;
      parameters.push_back(percent_decoded_path(given));
    } else if (wanted != given) {
      return std::nullopt;
    }
  }
  if (!path.empty()) return std::nullopt;
  return parameters;
}

}  // namespace dd::api
