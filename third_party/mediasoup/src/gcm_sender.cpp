// SPDX-License-Identifier: MIT
#include "gcm_sender.hpp"

#include <openssl/crypto.h>

#include <cstdlib>
#include <cstring>

#ifdef DD_MS_IPSEC_MB
#include <intel-ipsec-mb.h>
#endif

namespace dd {
namespace {

constexpr std::size_t kSalt = 12;
constexpr std::size_t kFixedHeader = 12;
constexpr std::int64_t kWindow = 1024;  // what SrtpSession sets for libsrtp

std::uint16_t read16(const std::uint8_t* at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); }
std::uint32_t read32(const std::uint8_t* at) { return std::uint32_t{read16(at)} << 16 | read16(at + 2); }

// RFC 3711, section 4.3, with the salt filled up as RFC 7714, section 11 has it: the key stream of AES in counter mode.
bool derive(const std::uint8_t* key, std::size_t key_length, std::uint8_t label, std::uint8_t* out, std::size_t length) {
  std::uint8_t counter[16]{};
  std::memcpy(counter, key + key_length, kSalt);
  counter[7] ^= label;
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  int done = 0;
  std::memset(out, 0, length);
  const bool ok = context &&
                  EVP_EncryptInit_ex(context, key_length == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr(), nullptr, key, counter) == 1 &&
                  EVP_EncryptUpdate(context, out, &done, out, static_cast<int>(length)) == 1;
  EVP_CIPHER_CTX_free(context);
  return ok;
}

#ifdef DD_MS_IPSEC_MB
// One for the process: the direct calls below keep no state in it. Null where the processor lacks AES instructions: the library's
// emulation of them is far slower than OpenSSL.
IMB_MGR* ipsec() {
  static IMB_MGR* const manager = []() -> IMB_MGR* {
    IMB_MGR* made = alloc_mb_mgr(0);
    if (!made) return nullptr;
    init_mb_mgr_auto(made, nullptr);
    constexpr std::uint64_t kNeeded = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ;
    if ((made->features & kNeeded) == kNeeded && made->gcm128_enc) return made;
    free_mb_mgr(made);
    return nullptr;
  }();
  return manager;
}
#endif

}  // namespace

void GcmSender::Release::operator()(void* key) const {
#ifdef DD_MS_IPSEC_MB
  OPENSSL_cleanse(key, sizeof(gcm_key_data));
#endif
  std::free(key);
}

std::unique_ptr<GcmSender> GcmSender::make(const std::uint8_t* key, std::size_t length, Engine engine) {
  if (length != 16 + kSalt && length != 32 + kSalt) return nullptr;
  const std::size_t key_length = length - kSalt;
  std::unique_ptr<GcmSender> sender(new GcmSender);
  sender->long_key_ = key_length == 32;
  std::uint8_t session_key[32];
  // Labels 0 and 2: RTP encryption and RTP salt.
  bool ok = derive(key, key_length, 0, session_key, key_length) && derive(key, key_length, 2, sender->salt_.data(), kSalt);
#ifdef DD_MS_IPSEC_MB
  if (IMB_MGR* manager = engine == Engine::kOpenSsl ? nullptr : ipsec(); ok && manager) {
    sender->ipsec_key_.reset(std::aligned_alloc(64, (sizeof(gcm_key_data) + 63) / 64 * 64));
    auto* expanded = static_cast<gcm_key_data*>(sender->ipsec_key_.get());
    if (expanded && sender->long_key_) IMB_AES256_GCM_PRE(manager, session_key, expanded);
    if (expanded && !sender->long_key_) IMB_AES128_GCM_PRE(manager, session_key, expanded);
  }
#endif
  if (ok && !sender->ipsec_key_) {
    ok = engine != Engine::kIpsecMb;
    sender->context_ = ok ? EVP_CIPHER_CTX_new() : nullptr;
    ok =
        ok && sender->context_ &&
        EVP_EncryptInit_ex(sender->context_, sender->long_key_ ? EVP_aes_256_gcm() : EVP_aes_128_gcm(), nullptr, session_key, nullptr) == 1;
  }
  OPENSSL_cleanse(session_key, sizeof(session_key));
  return ok ? std::move(sender) : nullptr;
}

GcmSender::~GcmSender() {
  EVP_CIPHER_CTX_free(context_);
  OPENSSL_cleanse(salt_.data(), salt_.size());
}

void GcmSender::forget(std::uint32_t ssrc) {
  streams_.erase(ssrc);
  last_ = nullptr;
}

// The packet's place in its stream as the receiver will guess it (RFC 3711, section 3.3.1). It must be exactly libsrtp's guess, which
// takes no rollover backwards before the first half of the first round is over.
bool GcmSender::place(std::uint32_t ssrc, std::uint16_t sequence, std::uint64_t& index) {
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

bool GcmSender::protect(const std::uint8_t* rtp, std::size_t length, std::uint8_t* out) {
  if (length < kFixedHeader || rtp[0] >> 6 != 2) return false;
  std::size_t header = kFixedHeader + std::size_t{4} * (rtp[0] & 0x0f);
  if (rtp[0] & 0x10) {
    if (length < header + 4) return false;
    header += 4 + std::size_t{4} * read16(rtp + header + 2);
  }
  if (length < header) return false;

  const std::uint32_t ssrc = read32(rtp + 8);
  std::uint64_t index = 0;
  if (!place(ssrc, read16(rtp + 2), index)) return false;

  // RFC 7714, section 8.1: two zero bytes, SSRC, rollover counter, sequence number, all xor the salt.
  std::uint8_t iv[12]{};
  std::memcpy(iv + 2, rtp + 8, 4);
  for (int i = 0; i < 6; ++i) iv[6 + i] = static_cast<std::uint8_t>(index >> (40 - 8 * i));
  for (std::size_t i = 0; i < sizeof(iv); ++i) iv[i] ^= salt_[i];

  std::memcpy(out, rtp, header);
  return encrypt(iv, rtp, header, rtp + header, length - header, out + header);
}

bool GcmSender::encrypt(const std::uint8_t* iv, const std::uint8_t* aad, std::size_t aad_length, const std::uint8_t* text,
                        std::size_t length, std::uint8_t* out) {
#ifdef DD_MS_IPSEC_MB
  if (ipsec_key_) {
    const auto* key = static_cast<const gcm_key_data*>(ipsec_key_.get());
    gcm_context_data context;
    if (long_key_) {
      IMB_AES256_GCM_ENC(ipsec(), key, &context, out, text, length, iv, aad, aad_length, out + length, kTag);
    } else {
      IMB_AES128_GCM_ENC(ipsec(), key, &context, out, text, length, iv, aad, aad_length, out + length, kTag);
    }
    return true;
  }
#endif
  int done = 0;
  return EVP_EncryptInit_ex(context_, nullptr, nullptr, nullptr, iv) == 1 &&
         EVP_EncryptUpdate(context_, nullptr, &done, aad, static_cast<int>(aad_length)) == 1 &&
         (length == 0 || EVP_EncryptUpdate(context_, out, &done, text, static_cast<int>(length)) == 1) &&
         EVP_EncryptFinal_ex(context_, out + length, &done) == 1 &&
         EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_GET_TAG, kTag, out + length) == 1;
}

}  // namespace dd
