// SPDX-License-Identifier: MIT
// SrtpSession: encrypts and decrypts the RTP and RTCP of one transport by libsrtp2 on OpenSSL, in place; and what SRTP's profiles are called.
// Where the keys come from is dtls_client.hpp's affair. One for each transport.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bench/load/wire.hpp"

struct srtp_ctx_t_;

namespace dd::load {

enum class SrtpProfile { kAeadAes128Gcm, kAeadAes256Gcm, kAes128CmSha1 };

struct SrtpSizes {
  std::size_t key = 0;
  std::size_t salt = 0;
};

struct SrtpKeys {
  SrtpProfile profile = SrtpProfile::kAeadAes128Gcm;
  std::vector<std::uint8_t> local;   // key and salt, one after the other, of what we send
  std::vector<std::uint8_t> remote;  // of what we receive
};

SrtpSizes sizes_of(SrtpProfile profile);
std::string_view dtls_name(SrtpProfile profile);  // OpenSSL's
std::optional<SrtpProfile> parse_dtls_name(std::string_view name);
std::string_view to_string(SrtpProfile profile);

// What a profile adds to a packet at most: a tag, and for RTCP the index.
inline constexpr std::size_t kSrtpOverhead = 32;

class SrtpSession {
 public:
  static Result<SrtpSession> open(const SrtpKeys& keys);
  ~SrtpSession();
  SrtpSession(SrtpSession&& other) noexcept;
  SrtpSession& operator=(SrtpSession&& other) noexcept;

  // `buffer` holds a packet of `size` bytes and kSrtpOverhead of room. The new size, or nothing when it cannot be encrypted.
  std::optional<std::size_t> protect_rtp(MutableBytes buffer, std::size_t size);
  std::optional<std::size_t> protect_rtcp(MutableBytes buffer, std::size_t size);
  // The size of the plain packet at the beginning of the datagram; nothing for what is forged, damaged or repeated.
  std::optional<std::size_t> unprotect_rtp(MutableBytes datagram);
  std::optional<std::size_t> unprotect_rtcp(MutableBytes datagram);

 private:
  SrtpSession(srtp_ctx_t_* outgoing, srtp_ctx_t_* incoming) : outgoing_(outgoing), incoming_(incoming) {}

  srtp_ctx_t_* outgoing_;
  srtp_ctx_t_* incoming_;
};

}  // namespace dd::load
