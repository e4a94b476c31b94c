// SPDX-License-Identifier: MIT
// What the portal needs to be told once, at start; app/ fills it from the configuration.
// Plain values; nothing here is read from the environment or the disk.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/version.hpp"

namespace dd::portal {

struct PortalSettings {
  std::string version{kVersion};

  // The key is the operator: kendra's API, the recordings and the administration of every tenant. The networks may use kendra's API
  // (and read /metrics) without it. With neither, tokens are the only way in, except in development.
  std::string api_key;
  std::vector<std::string> allowed_networks;  // CIDR

  std::string cors_origin;        // empty: pages of other origins are not let in
  bool development = false;       // kendra's API and /metrics for everybody
  std::string web_app_folder;     // the built web app; empty or unreadable: a plain page stands in
  std::string swagger_ui_folder;  // of the npm packages; empty or unreadable: /docs/ is a plain list
  std::string public_url;         // "https://meet.example.org", without a slash at the end; begins the links that are made

  std::string pool;                          // media servers of this TENANT, leading blanks removed
  std::chrono::seconds heartbeat_limit{10};  // a server silent for longer gets no meetings and is not asked for recordings
};

}  // namespace dd::portal
