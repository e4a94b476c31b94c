// SPDX-License-Identifier: MIT
// Who may call: the API key, compared in constant time, and the networks that need none or are the only ones let in.
// It knows no tenant and no participant; ownership is checked by meeting/. Values made at start, used on the control loop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/http.hpp"
#include "base/result.hpp"

namespace dd::api {

class Network {
 public:
  static Result<Network> parse(std::string_view cidr);  // "10.0.0.0/8", "fd00::/8", or one address
  bool contains(const PeerAddress& address) const;

 private:
  PeerAddress prefix_{};
  unsigned bits_ = 128;
};

class AccessRule {
 public:
  enum class Verdict { kAllowed, kNeedsKey, kForbidden };

  static Result<AccessRule> open(std::string key, const std::vector<std::string>& networks);

  Verdict judge(const HttpRequest& request) const;
  bool open_to_everyone() const { return key_.empty() && networks_.empty(); }

 private:
  std::string key_;
  std::vector<Network> networks_;
};

// What the request calls itself by: X-API-Key, or what follows "Bearer" in Authorization; empty when neither is there.
std::string_view sent_credential(const HttpRequest& request);

}  // namespace dd::api
