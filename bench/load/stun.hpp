// SPDX-License-Identifier: MIT
// The STUN (RFC 8489) that ICE needs: a binding request made, and its answer read with its integrity checked.
// No other method, no TURN. Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/wire.hpp"

namespace dd::load {

using StunTransaction = std::array<std::uint8_t, 12>;

struct BindingRequest {
  StunTransaction transaction{};
  std::string username;
  std::string password;
  std::uint64_t tie_breaker = 0;
  std::uint32_t priority = 0;
};

// As a controlling agent that nominates at once (RFC 8445, section 7.1): with USE-CANDIDATE.
std::vector<std::uint8_t> encode_binding_request(const BindingRequest& request);

struct BindingAnswer {
  StunTransaction transaction{};
  bool success = false;
  int error_code = 0;  // of an error response
};

// RFC 7983: what begins with 0 to 3 is STUN.
inline bool is_stun(Bytes datagram) { return !datagram.empty() && datagram[0] < 4; }

// Nothing for what is no answer to a binding request, or is not signed with `password`. Error responses may be unsigned: a server
// that does not know the user cannot sign.
std::optional<BindingAnswer> parse_binding_answer(Bytes datagram, std::string_view password);

}  // namespace dd::load
