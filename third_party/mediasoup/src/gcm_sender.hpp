// SPDX-License-Identifier: MIT
// The sending side of SRTP with AES-GCM (RFC 3711 with RFC 7714), for one transport: what libsrtp does for srtp_protect(), without its
// copies and look-ups, by Intel's ipsec-mb where the processor has AES instructions for it, by OpenSSL elsewhere. From one buffer to
// another, so the ciphertext can be written where it is sent from. SRTCP, receiving and the other suites stay libsrtp's.
// Owned by one SrtpSession.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

namespace dd {

class GcmSender {
 public:
  static constexpr std::size_t kTag = 16;
  enum class Engine : std::uint8_t { kBest, kOpenSsl, kIpsecMb };

  // `key` is the master key and behind it the 12 bytes of the master salt: 28 or 44 bytes. Null if the length is another, if OpenSSL
  // fails, or if the engine asked for is not there.
  static std::unique_ptr<GcmSender> make(const std::uint8_t* key, std::size_t length, Engine engine = Engine::kBest);
  ~GcmSender();
  GcmSender(const GcmSender&) = delete;
  GcmSender& operator=(const GcmSender&) = delete;

  // Writes length + kTag bytes. False for what is no RTP, and for a packet older than libsrtp would still send (1024 packets).
  bool protect(const std::uint8_t* rtp, std::size_t length, std::uint8_t* out);
  // The next packet of this stream starts anew.
  void forget(std::uint32_t ssrc);

  bool uses_ipsec_mb() const { return ipsec_key_ != nullptr; }

 private:
  struct Stream {
    std::uint64_t index = 0;  // the highest sent: rollover counter and sequence number
  };

  GcmSender() = default;
  bool place(std::uint32_t ssrc, std::uint16_t sequence, std::uint64_t& index);
  bool encrypt(const std::uint8_t* iv, const std::uint8_t* aad, std::size_t aad_length, const std::uint8_t* text, std::size_t length,
               std::uint8_t* out);

  struct Release {
    void operator()(void* key) const;
  };
  std::array<std::uint8_t, 12> salt_{};
  EVP_CIPHER_CTX* context_ = nullptr;
  std::unique_ptr<void, Release> ipsec_key_;
  bool long_key_ = false;
  std::unordered_map<std::uint32_t, Stream> streams_;
  // The stream of the last packet: bursts come stream by stream. Its elements do not move.
  std::uint32_t last_ssrc_ = 0;
  Stream* last_ = nullptr;
};

}  // namespace dd
