// SPDX-License-Identifier: MIT
// Router: which route a method and a path mean, with the values of the path's parameters.
// "{name}" in a route's path stands for one segment, "{name...}" at its end for all that follow. It checks no access and calls
// nothing. Filled once, then constant; used on the control loop.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/route.hpp"

namespace dd::api {

class Router {
 public:
  struct Match {
    const Route* route = nullptr;         // null: there is none for this method
    std::vector<std::string> parameters;  // percent-decoded, in the order of the path
    std::string_view path;                // the route's, as declared; empty when no route has this path
    std::string allowed;                  // what the path takes instead, as Allow has it
  };

  void add(std::span<const Route> table);
  Match find(std::string_view method, std::string_view path) const;

 private:
  using Routes = std::vector<const Route*>;
  std::unordered_map<std::string_view, Routes> fixed_;
  std::vector<std::pair<std::string_view, Routes>> patterns_;
};

}  // namespace dd::api
