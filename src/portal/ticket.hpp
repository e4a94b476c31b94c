// SPDX-License-Identifier: MIT
// Tickets: a link to one recording that works without a token, for an hour; what a <video> element or a download can carry.
// It knows no recording and no tenant: it vouches that this process, or one with the same key, wrote the ticket. Pure but for the key.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "recording/command.hpp"

namespace dd::portal {

inline constexpr std::chrono::hours kTicketLife{1};

class Tickets {
 public:
  // Replicas with the same API key take each other's tickets; without one each has a key of its own, made at start.
  explicit Tickets(std::string_view api_key);

  std::string issue(const RecordingId& recording, WallTime expires) const;
  // kUnauthorized with "token_invalid" or "token_expired".
  Result<void> check(std::string_view ticket, const RecordingId& recording, WallTime now) const;

 private:
  std::string mac(std::string_view expires, const RecordingId& recording) const;

  std::string key_;
};

}  // namespace dd::portal
