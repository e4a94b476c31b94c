// SPDX-License-Identifier: MIT
#include "api/router.hpp"

#include <algorithm>
#include <optional>

#include "api/http.hpp"

namespace dd::api {
namespace {

std::string_view take_segment(std::string_view& path) {
  const auto slash = path.find('/');
  const std::string_view segment = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  return segment;
}

// Both begin behind their first slash. An empty segment is no value of a parameter.
std::optional<std::vector<std::string>> parameters_of(std::string_view pattern, std::string_view path) {
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

}  // namespace

void Router::add(std::span<const Route> table) {
  for (const Route& route : table) {
    if (route.path.find('{') == std::string_view::npos) {
      fixed_[route.path].push_back(&route);
      continue;
    }
    auto same = std::find_if(patterns_.begin(), patterns_.end(), [&](const auto& pattern) { return pattern.first == route.path; });
    if (same == patterns_.end()) same = patterns_.insert(patterns_.end(), {route.path, {}});
    same->second.push_back(&route);
  }
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
  Match match;
  const Routes* routes = nullptr;
  if (const auto found = fixed_.find(path); found != fixed_.end()) {
    match.path = found->first;
    routes = &found->second;
  } else if (path.starts_with('/')) {
    for (const auto& pattern : patterns_) {
      auto parameters = parameters_of(pattern.first.substr(1), path.substr(1));
      if (!parameters) continue;
      match.path = pattern.first;
      match.parameters = std::move(*parameters);
      routes = &pattern.second;
      break;
    }
  }
  if (routes == nullptr) return match;
  for (const Route* route : *routes) {
    if (route->method == method) {
      match.route = route;
      return match;
    }
    if (!match.allowed.empty()) match.allowed += ", ";
    match.allowed += route->method == "GET" ? "GET, HEAD" : std::string(route->method);
  }
  match.allowed += ", OPTIONS";
  return match;
}

}  // namespace dd::api
