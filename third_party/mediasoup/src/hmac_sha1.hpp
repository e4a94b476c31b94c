// SPDX-License-Identifier: MIT
// HMAC-SHA1 (RFC 2104) for many messages under one key: the hash states behind the inner and the outer key are kept, which halves a short
// one. By OpenSSL.
#pragma once

#include <openssl/sha.h>

#include <cstddef>
#include <cstdint>

namespace dd {

class HmacSha1 {
 public:
  static constexpr std::size_t kDigest = SHA_DIGEST_LENGTH;
  static constexpr std::size_t kLongestKey = SHA_CBLOCK;

  HmacSha1() = default;
  ~HmacSha1();
  HmacSha1(const HmacSha1&) = delete;
  HmacSha1& operator=(const HmacSha1&) = delete;

  // Of at most kLongestKey bytes. Begins a message.
  void set_key(const std::uint8_t* key, std::size_t length);
  void begin();
  void add(const std::uint8_t* text, std::size_t length);
  // Writes the first `length` bytes of the digest, at most kDigest.
  void end(std::uint8_t* tag, std::size_t length);

 private:
  SHA_CTX inner_{};
  SHA_CTX outer_{};
  SHA_CTX running_{};
};

}  // namespace dd
