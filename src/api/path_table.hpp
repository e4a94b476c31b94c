// SPDX-License-Identifier: MIT
// PathTable: which route a method and a path mean, with the values of the path's parameters.
// "{name}" in a route's path stands for one segment, "{name...}" at its end for all that follow. It checks no access and calls
// nothing; a route is any type with a `method` and a `path` that outlive the table. Filled once, then constant; on the control loop.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace dd::api {

// The values of the parameters, percent-decoded, in the order of the path; nullopt when `path` is not of the pattern. An empty segment
// is no value of a parameter.
std::optional<std::vector<std::string>> path_parameters(std::string_view pattern, std::string_view path);

template <typename RouteType>
class PathTable {
 public:
  struct Match {
    const RouteType* route = nullptr;     // null: there is none for this method
    std::vector<std::string> parameters;  // percent-decoded, in the order of the path
    std::string_view path;                // the route's, as declared; empty when no route has this path
    std::string allowed;                  // what the path takes instead, as Allow has it
  };

  void add(std::span<const RouteType> table) {
    for (const RouteType& route : table) {
      if (route.path.find('{') == std::string_view::npos) {
        fixed_[route.path].push_back(&route);
        continue;
      }
      auto same = std::find_if(patterns_.begin(), patterns_.end(), [&](const auto& pattern) { return pattern.first == route.path; });
      if (same == patterns_.end()) same = patterns_.insert(patterns_.end(), {route.path, {}});
      same->second.push_back(&route);
    }
  }

  Match find(std::string_view method, std::string_view path) const {
    Match match;
    const Routes* routes = nullptr;
    if (const auto found = fixed_.find(path); found != fixed_.end()) {
      match.path = found->first;
      routes = &found->second;
    } else {
      for (const auto& pattern : patterns_) {
        auto parameters = path_parameters(pattern.first, path);
        if (!parameters) continue;
        match.path = pattern.first;
        match.parameters = std::move(*parameters);
        routes = &pattern.second;
        break;
      }
    }
    if (routes == nullptr) return match;
    for (const RouteType* route : *routes) {
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

 private:
  using Routes = std::vector<const RouteType*>;
  std::unordered_map<std::string_view, Routes> fixed_;
  std::vector<std::pair<std::string_view, Routes>> patterns_;
};

}  // namespace dd::api
