// SPDX-License-Identifier: MIT
// Time-limited credentials of a TURN server that shares a secret with us (coturn's use-auth-secret).
// It opens no connection. Pure functions, safe from any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace dd::trust {

struct TurnSettings {
  std::vector<std::string> urls;  // "turn:turn.example.org:3478?transport=udp"; empty: no TURN server
  std::string secret;
  std::chrono::seconds lifetime{std::chrono::hours{12}};
};

struct IceServer {
  std::vector<std::string> urls;
  std::string username;    // "<expiry as Unix seconds>:<tenant>.<participant>"
  std::string credential;  // base64 of HMAC-SHA1 over the user name, as coturn wants it
};

IceServer turn_credentials(const TurnSettings& settings, std::string_view user, WallTime now);

}  // namespace dd::trust
