// SPDX-License-Identifier: MIT
// The sending side of SRTP (RFC 3711) for the RTP of one transport: what libsrtp does for srtp_protect(), without its copies and look-ups.
// From one buffer to another, so the ciphertext can be written where it is sent from. GcmSender and CmSender have the ciphers. SRTCP
// and receiving stay libsrtp's. Owned by one SrtpSession.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace dd {

class SrtpSender {
 public:
  virtual ~SrtpSender() = default;
  SrtpSender(const SrtpSender&) = delete;
  SrtpSender& operator=(const SrtpSender&) = delete;

  // Writes length + trailer() bytes. False for what is no RTP, and for a packet older than libsrtp would still send (1024 packets).
  bool protect(const std::uint8_t* rtp, std::size_t length, std::uint8_t* out);
  std::size_t trailer() const { return trailer_; }
  // The next packet of this stream starts anew.
  void forget(std::uint32_t ssrc);

 protected:
  // What session keys are derived for, RFC 3711, section 4.3.2.
  enum class Label : std::uint8_t { kEncryption = 0, kAuthentication = 1, kSalt = 2 };

  explicit SrtpSender(std::size_t trailer) : trailer_(trailer) {}
  // RFC 3711, section 4.3: the key stream of AES in counter mode. `key` is the master key and behind it the salt; one shorter than 14 bytes
  // is filled up with zeros (RFC 7714, section 11).
  static bool derive(const std::uint8_t* key, std::size_t key_length, std::size_t salt_length, Label label, std::uint8_t* out,
                     std::size_t length);
  // Writes the whole packet: the first `header` bytes stay as they are. `index` is the rollover counter and the sequence number.
  virtual bool seal(std::uint64_t index, const std::uint8_t* rtp, std::size_t header, std::size_t length, std::uint8_t* out) = 0;

 private:
  struct Stream {
    std::uint64_t index = 0;  // the highest sent
  };

  bool place(std::uint32_t ssrc, std::uint16_t sequence, std::uint64_t& index);

  std::size_t trailer_;
  std::unordered_map<std::uint32_t, Stream> streams_;
  // The stream of the last packet: bursts come stream by stream. Its elements do not move.
  std::uint32_t last_ssrc_ = 0;
  Stream* last_ = nullptr;
};

}  // namespace dd
