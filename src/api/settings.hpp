// SPDX-License-Identifier: MIT
// What the HTTP API needs to be told once, at start; app/ fills it from the configuration.
// Plain values; nothing here is read from the environment or the disk.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/version.hpp"

namespace dd::api {

struct Settings {
  std::string version{kVersion};

  // With a key, /v1 and /metrics want it (`Authorization: Bearer` or `X-API-Key`), except from `allowed_networks`.
  // With networks only, everyone else is refused. With neither, the API is open, as kendra expects of a private network.
  std::string api_key;
  std::vector<std::string> allowed_networks;  // CIDR: "10.0.0.0/8", "fd00::/8", "127.0.0.1"

  std::string cors_origin = "*";  // the Access-Control-Allow-Origin of every answer; empty: no CORS headers at all

  bool development = false;       // serves /try
  std::string swagger_ui_folder;  // swagger-ui-dist of the npm packages; empty or unreadable: /docs/ is a plain list
  std::string try_folder;         // the page that /try/ serves in development

  // Age of the last heartbeat that the store took, for /ready; absent before the first. No function: not judged.
  std::function<std::optional<Duration>()> heartbeat_age;
  Duration heartbeat_limit = std::chrono::seconds{10};  // kendra gives a server up after 10 s

  std::size_t max_event_clients = 64;  // readers of /v1/events at one time
};

}  // namespace dd::api
