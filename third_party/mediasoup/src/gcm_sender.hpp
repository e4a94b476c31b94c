// SPDX-License-Identifier: MIT
// SRTP with AES-GCM (RFC 7714), by Intel's ipsec-mb where the processor has AES instructions for it, by OpenSSL elsewhere.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <memory>

#include "srtp_sender.hpp"

namespace dd {

class GcmSender : public SrtpSender {
 public:
  static constexpr std::size_t kTag = 16;
  enum class Engine : std::uint8_t { kBest, kOpenSsl, kIpsecMb };

  // `key` is the master key and behind it the 12 bytes of the master salt: 28 or 44 bytes. Null if the length is another, if OpenSSL
  // fails, or if the engine asked for is not there.
  static std::unique_ptr<GcmSender> make(const std::uint8_t* key, std::size_t length, Engine engine = Engine::kBest);
  ~GcmSender() override;

 private:
  GcmSender() : SrtpSender(kTag) {}
  bool seal(std::uint64_t index, const std::uint8_t* rtp, std::size_t header, std::size_t length, std::uint8_t* out) override;
  bool encrypt(const std::uint8_t* iv, const std::uint8_t* aad, std::size_t aad_length, const std::uint8_t* text, std::size_t length,
               std::uint8_t* out);

  struct Release {
    void operator()(void* key) const;
  };
  std::array<std::uint8_t, 12> salt_{};
  EVP_CIPHER_CTX* context_ = nullptr;
  std::unique_ptr<void, Release> ipsec_key_;
  bool long_key_ = false;
};

}  // namespace dd
