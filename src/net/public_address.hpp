// SPDX-License-Identifier: MIT
// Is an address one of the public internet? For calls whose target somebody else may have named: a name can resolve to our own
// network, so what is judged is the address a socket is about to be connected to, not the URL.
// By the special-purpose registries of IANA (RFC 6890). Pure functions.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>

namespace dd::net {

bool is_public(const std::array<std::uint8_t, 4>& address);
bool is_public(const std::array<std::uint8_t, 16>& address);
bool is_public(const sockaddr* address);  // false for what is neither IPv4 nor IPv6

}  // namespace dd::net
