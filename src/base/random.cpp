// SPDX-License-Identifier: MIT
#include "base/random.hpp"

#include <array>
#include <fmt/format.h>
#include <span>
#include <sys/random.h>

#include "base/check.hpp"

namespace dd {
namespace {

void fill_random(std::span<unsigned char> bytes) {
  // Up to 256 bytes getrandom() never returns short and never blocks after boot (getrandom(2)).
  DD_CHECK(bytes.size() <= 256, "at most 256 random bytes at a time");
  DD_CHECK(getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()), "getrandom");
}

}  // namespace

std::string random_uuid() {
  std::array<unsigned char, 16> b;
  fill_random(b);
  b[6] = static_cast<unsigned char>((b[6] & 0x0f) | 0x40);
  b[8] = static_cast<unsigned char>((b[8] & 0x3f) | 0x80);
  return fmt::format("{:02x}{:02x}{:02x}{:02x}-{:02x}{:02x}-{:02x}{:02x}-{:02x}{:02x}-{:02x}{:02x}{:02x}{:02x}{:02x}{:02x}", b[0], b[1],
                     b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

std::string random_token(std::size_t length) {
  static constexpr char kAlphabet[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  std::string token;
  token.reserve(length);
  while (token.size() < length) {
    std::array<unsigned char, 64> bytes;
    fill_random(bytes);
    for (unsigned char byte : bytes) {
      if (token.size() < length) token.push_back(kAlphabet[byte & 63]);
    }
  }
  return token;
}

std::uint64_t random_u64() {
  std::array<unsigned char, 8> bytes;
  fill_random(bytes);
  std::uint64_t value = 0;
  for (unsigned char byte : bytes) value = value << 8 | byte;
  return value;
}

}  // namespace dd
