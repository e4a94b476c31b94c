// SPDX-License-Identifier: MIT
#include "srtp_sender.hpp"

#include <openssl/evp.h>

#include <cstring>

namespace dd {
namespace {

constexpr std::size_t kFixedHeader = 12;
constexpr std::int64_t kWindow = 1024;  // what SrtpSession sets for libsrtp

std::uint16_t read16(const std::uint8_t* at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); }
std::uint32_t read32(const std::uint8_t* at) { return std::uint32_t{read16(at)} << 16 | read16(at + 2); }

}  // namespace

bool SrtpSender::derive(const std::uint8_t* key, std::size_t key_length, std::size_t salt_length, Label label, std::uint8_t* out,
                        std::size_t length) {
  std::uint8_t counter[16]{};
  std::memcpy(counter, key + key_length, salt_length);
  counter[7] ^= static_cast<std::uint8_t>(label);
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  int done = 0;
  std::memset(out, 0, length);
  const bool ok = context &&
                  EVP_EncryptInit_ex(context, key_length == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr(), nullptr, key, counter) == 1 &&
                  EVP_EncryptUpdate(context, out, &done, out, static_cast<int>(length)) == 1;
  EVP_CIPHER_CTX_free(context);
  return ok;
}

void SrtpSender::forget(std::uint32_t ssrc) {
  streams_.erase(ssrc);
  last_ = nullptr;
}

// The packet's place in its stream as the receiver will guess it (RFC 3711, section 3.3.1). It must be exactly libsrtp's guess, which
// takes no rollover backwards before the first half of the first round is over.
bool SrtpSender::place(std::uint32_t ssrc, std::uint16_t sequence, std::uint64_t& index) {
  if (!last_ || last_ssrc_ != ssrc) {
    last_ = &streams_[ssrc];
    last_ssrc_ = ssrc;
  }
  Stream& stream = *last_;
  constexpr std::int64_t kHalf = 1 << 15;
  const auto round = static_cast<std::int64_t>(stream.index >> 16);
  const auto highest = static_cast<std::int64_t>(stream.index & 0xffff);
  std::int64_t guess = round;
  if (stream.index > static_cast<std::uint64_t>(kHalf)) {
    if (highest < kHalf) {
      if (sequence - highest > kHalf) --guess;
    } else if (highest - kHalf > sequence) {
      ++guess;
    }
  }
  const std::int64_t placed = guess * (std::int64_t{1} << 16) + sequence;
  if (placed < 0 || placed >= std::int64_t{1} << 48) return false;
  const std::int64_t ahead = placed - static_cast<std::int64_t>(stream.index);
  if (ahead + kWindow - 1 < 0) return false;
  if (ahead > 0) stream.index = static_cast<std::uint64_t>(placed);
  index = static_cast<std::uint64_t>(placed);
  return true;
}

bool SrtpSender::protect(const std::uint8_t* rtp, std::size_t length, std::uint8_t* out) {
  if (length < kFixedHeader || rtp[0] >> 6 != 2) return false;
  std::size_t header = kFixedHeader + std::size_t{4} * (rtp[0] & 0x0f);
  if (rtp[0] & 0x10) {
    if (length < header + 4) return false;
    header += 4 + std::size_t{4} * read16(rtp + header + 2);
  }
  if (length < header) return false;
  std::uint64_t index = 0;
  return place(read32(rtp + 8), read16(rtp + 2), index) && seal(index, rtp, header, length, out);
}

}  // namespace dd
