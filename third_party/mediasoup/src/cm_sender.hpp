// SPDX-License-Identifier: MIT
// SRTP with AES-128 in counter mode and HMAC-SHA1 (RFC 3711, sections 4.1.1 and 4.2.1), which older and small clients negotiate, by OpenSSL.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <memory>

#include "hmac_sha1.hpp"
#include "srtp_sender.hpp"

namespace dd {

class CmSender : public SrtpSender {
 public:
  // `key` is the master key and behind it the 14 bytes of the master salt: 30 bytes. The tag has 10 or 4 bytes. Null if a length is another,
  // or if OpenSSL fails.
  static std::unique_ptr<CmSender> make(const std::uint8_t* key, std::size_t length, std::size_t tag_length);
  ~CmSender() override;

 private:
  explicit CmSender(std::size_t tag_length) : SrtpSender(tag_length) {}
  bool seal(std::uint64_t index, const std::uint8_t* rtp, std::size_t header, std::size_t length, std::uint8_t* out) override;

  std::array<std::uint8_t, 14> salt_{};
  EVP_CIPHER_CTX* context_ = nullptr;
  HmacSha1 hmac_;
};

}  // namespace dd
