// SPDX-License-Identifier: MIT
// IceAgent: a full, controlling ICE agent (RFC 8445) with one candidate pair, towards a server that is ICE-lite: it checks and
// nominates in one request, and afterwards renews the server's consent (RFC 7675) for as long as it sends.
// It owns no socket and no clock: it is asked what to send now, and told what was answered. One for each transport.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "bench/load/stun.hpp"

namespace dd::load {

struct IceCredentials {
  std::string local_ufrag;
  std::string remote_ufrag;
  std::string remote_password;
};

class IceAgent {
 public:
  enum class State { kChecking, kConnected, kFailed };

  IceAgent(IceCredentials credentials, std::uint64_t tie_breaker, MonotonicTime now);

  // A request to send now, or nothing; to be asked every few milliseconds.
  std::optional<std::vector<std::uint8_t>> poll(MonotonicTime now);
  // True when it was an answer to the request under way.
  bool handle(MonotonicTime now, Bytes datagram);

  State state() const { return state_; }

 private:
  std::vector<std::uint8_t> request(MonotonicTime now);

  IceCredentials credentials_;
  std::uint64_t tie_breaker_;
  std::uint64_t random_;
  State state_ = State::kChecking;
  StunTransaction transaction_{};
  bool waiting_ = false;   // for the answer to transaction_
  int sent_ = 0;           // how often transaction_ was sent
  MonotonicTime next_;     // when something is to be sent
  MonotonicTime expires_;  // of the check, then of the consent
};

}  // namespace dd::load
