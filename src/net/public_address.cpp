// SPDX-License-Identifier: MIT
#include "net/public_address.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace dd::net {
namespace {

struct Block4 {
  std::uint32_t network;
  unsigned bits;
};

constexpr std::uint32_t ip4(unsigned a, unsigned b, unsigned c, unsigned d) { return a << 24U | b << 16U | c << 8U | d; }

constexpr std::array kNotPublic4{
    Block4{ip4(0, 0, 0, 0), 8},        // this network
    Block4{ip4(10, 0, 0, 0), 8},       // private
    Block4{ip4(100, 64, 0, 0), 10},    // carriers' NAT
    Block4{ip4(127, 0, 0, 0), 8},      // loopback
    Block4{ip4(169, 254, 0, 0), 16},   // link-local, and the clouds' metadata services
    Block4{ip4(172, 16, 0, 0), 12},    // private
    Block4{ip4(192, 0, 0, 0), 24},     // protocol assignments
    Block4{ip4(192, 0, 2, 0), 24},     // documentation
    Block4{ip4(192, 88, 99, 0), 24},   // 6to4 relays
    Block4{ip4(192, 168, 0, 0), 16},   // private
    Block4{ip4(198, 18, 0, 0), 15},    // benchmarks
    Block4{ip4(198, 51, 100, 0), 24},  // documentation
    Block4{ip4(203, 0, 113, 0), 24},   // documentation
    Block4{ip4(224, 0, 0, 0), 4},      // multicast
    Block4{ip4(240, 0, 0, 0), 4},      // reserved, and broadcast
};

bool starts_with(const std::array<std::uint8_t, 16>& address, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.begin());
}

bool embedded(const std::array<std::uint8_t, 16>& address, std::size_t at) {
  std::array<std::uint8_t, 4> inner{};
  std::copy_n(address.begin() + static_cast<std::ptrdiff_t>(at), 4, inner.begin());
  return is_public(inner);
}

}  // namespace

bool is_public(const std::array<std::uint8_t, 4>& address) {
  const std::uint32_t value = ip4(address[0], address[1], address[2], address[3]);
  return std::none_of(kNotPublic4.begin(), kNotPublic4.end(),
                      [&](const Block4& block) { return (value ^ block.network) >> (32U - block.bits) == 0; });
}

bool is_public(const std::array<std::uint8_t, 16>& address) {
  if (starts_with(address, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff})) return embedded(address, 12);        // ::ffff:a.b.c.d
  if (starts_with(address, {0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) return embedded(address, 12);  // NAT64, RFC 6052
  if (starts_with(address, {0x20, 0x02})) return embedded(address, 2);                                       // 6to4, RFC 3056
  if ((address[0] & 0xe0U) != 0x20) return false;                                                            // outside 2000::/3
  if (starts_with(address, {0x20, 0x01}) && address[2] < 2) return false;             // 2001::/23: Teredo, ORCHID, benchmarks
  if (starts_with(address, {0x20, 0x01, 0x0d, 0xb8})) return false;                   // documentation
  if (starts_with(address, {0x3f, 0xff}) && (address[2] & 0xf0U) == 0) return false;  // documentation, RFC 9637
  return true;
}

bool is_public(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &in.sin_addr, bytes.size());
    return is_public(bytes);
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return is_public(bytes);
  }
  return false;
}

}  // namespace dd::net
