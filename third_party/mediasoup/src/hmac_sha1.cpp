// SPDX-License-Identifier: MIT
// OpenSSL's low-level SHA-1 is marked as deprecated, but only its state can be copied without an allocation.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "hmac_sha1.hpp"

#include <openssl/crypto.h>

#include <cstring>
#include <initializer_list>

namespace dd {

HmacSha1::~HmacSha1() {
  for (SHA_CTX* state : {&inner_, &outer_, &running_}) OPENSSL_cleanse(state, sizeof(*state));
}

void HmacSha1::set_key(const std::uint8_t* key, std::size_t length) {
  std::uint8_t pad[SHA_CBLOCK];
  std::memset(pad, 0x36, sizeof(pad));
  for (std::size_t i = 0; i < length; ++i) pad[i] ^= key[i];
  SHA1_Init(&inner_);
  SHA1_Update(&inner_, pad, sizeof(pad));
  for (std::uint8_t& byte : pad) byte ^= 0x36 ^ 0x5c;
  SHA1_Init(&outer_);
  SHA1_Update(&outer_, pad, sizeof(pad));
  OPENSSL_cleanse(pad, sizeof(pad));
  begin();
}

void HmacSha1::begin() { running_ = inner_; }

void HmacSha1::add(const std::uint8_t* text, std::size_t length) { SHA1_Update(&running_, text, length); }

void HmacSha1::end(std::uint8_t* tag, std::size_t length) {
  std::uint8_t digest[kDigest];
  SHA1_Final(digest, &running_);
  running_ = outer_;
  SHA1_Update(&running_, digest, sizeof(digest));
  SHA1_Final(digest, &running_);
  std::memcpy(tag, digest, length);
}

}  // namespace dd
