// SPDX-License-Identifier: MIT
#include "bench/load/stun.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

namespace dd::load {
namespace {

constexpr std::uint16_t kBindingRequest = 0x0001;
constexpr std::uint16_t kBindingSuccess = 0x0101;
constexpr std::uint16_t kBindingError = 0x0111;
constexpr std::uint32_t kMagicCookie = 0x2112A442;
constexpr std::size_t kStunHeader = 20;

constexpr std::uint16_t kUsername = 0x0006;
constexpr std::uint16_t kMessageIntegrity = 0x0008;
constexpr std::uint16_t kErrorCode = 0x0009;
constexpr std::uint16_t kPriorityAttribute = 0x0024;
constexpr std::uint16_t kUseCandidate = 0x0025;
constexpr std::uint16_t kFingerprint = 0x8028;
constexpr std::uint16_t kIceControlling = 0x802A;

constexpr std::size_t kSha1 = 20;
constexpr std::uint32_t kFingerprintXor = 0x5354554E;  // "STUN"

using Sha1 = std::array<std::uint8_t, kSha1>;

Sha1 hmac_sha1(std::string_view key, Bytes bytes) {
  Sha1 digest{};
  unsigned int length = 0;
  HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), bytes.data(), bytes.size(), digest.data(), &length);
  return digest;
}

// ITU-T V.42, as RFC 8489 section 14.7 wants it. A few requests a second need no table.
std::uint32_t crc32(Bytes bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

void append_attribute(std::vector<std::uint8_t>& out, std::uint16_t type, Bytes value) {
  append_u16(out, type);
  append_u16(out, static_cast<std::uint32_t>(value.size()));
  append(out, value);
  while (out.size() % 4 != 0) out.push_back(0);
}

// The header's length counts the attribute that is about to be appended (RFC 8489, section 14.5).
void set_length(std::vector<std::uint8_t>& out, std::size_t following) {
  write_u16(out, 2, static_cast<std::uint32_t>(out.size() - kStunHeader + following));
}

}  // namespace

std::vector<std::uint8_t> encode_binding_request(const BindingRequest& request) {
  std::vector<std::uint8_t> out;
  out.reserve(128);
  append_u16(out, kBindingRequest);
  append_u16(out, 0);
  append_u32(out, kMagicCookie);
  append(out, request.transaction);
  append_attribute(out, kUsername, {reinterpret_cast<const std::uint8_t*>(request.username.data()), request.username.size()});
  std::array<std::uint8_t, 8> number{};
  write_u64(number, 0, request.tie_breaker);
  append_attribute(out, kIceControlling, number);
  write_u32(number, 0, request.priority);
  append_attribute(out, kPriorityAttribute, Bytes(number).first(4));
  append_attribute(out, kUseCandidate, {});
  set_length(out, 4 + kSha1);
  append_attribute(out, kMessageIntegrity, hmac_sha1(request.password, out));
  set_length(out, 8);
  write_u32(number, 0, crc32(out) ^ kFingerprintXor);
  append_attribute(out, kFingerprint, Bytes(number).first(4));
  return out;
}

std::optional<BindingAnswer> parse_binding_answer(Bytes datagram, std::string_view password) {
  if (datagram.size() < kStunHeader || rtp::read_u32(datagram, 4) != kMagicCookie) return std::nullopt;
  if (kStunHeader + rtp::read_u16(datagram, 2) != datagram.size() || datagram.size() % 4 != 0) return std::nullopt;
  const std::uint16_t type = rtp::read_u16(datagram, 0);
  if (type != kBindingSuccess && type != kBindingError) return std::nullopt;
  BindingAnswer answer;
  answer.success = type == kBindingSuccess;
  std::copy_n(datagram.begin() + 8, answer.transaction.size(), answer.transaction.begin());

  bool signed_by_peer = false;
  for (std::size_t at = kStunHeader; at + 4 <= datagram.size();) {
    const std::uint16_t attribute = rtp::read_u16(datagram, at);
    const std::size_t length = rtp::read_u16(datagram, at + 2);
    const Bytes value = datagram.subspan(at + 4);
    if (length > value.size()) return std::nullopt;
    if (attribute == kErrorCode && length >= 4) answer.error_code = (value[2] & 7) * 100 + value[3];
    if (attribute == kMessageIntegrity) {
      if (length != kSha1) return std::nullopt;
      std::vector<std::uint8_t> covered(datagram.begin(), datagram.begin() + static_cast<std::ptrdiff_t>(at));
      set_length(covered, 4 + kSha1);
      const Sha1 expected = hmac_sha1(password, covered);
      if (!std::equal(expected.begin(), expected.end(), value.begin())) return std::nullopt;
      signed_by_peer = true;
    }
    if (attribute == kFingerprint) {
      if (length != 4 || (crc32(datagram.first(at)) ^ kFingerprintXor) != rtp::read_u32(value, 0)) return std::nullopt;
    }
    at += 4 + (length + 3) / 4 * 4;
  }
  if (answer.success && !signed_by_peer) return std::nullopt;
  return answer;
}

}  // namespace dd::load
