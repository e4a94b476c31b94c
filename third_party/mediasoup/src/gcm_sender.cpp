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
  bool ok = derive(key, key_length, kSalt, Label::kEncryption, session_key, key_length) &&
            derive(key, key_length, kSalt, Label::kSalt, sender->salt_.data(), kSalt);
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

bool GcmSender::seal(std::uint64_t index, const std::uint8_t* rtp, std::size_t header, std::size_t length, std::uint8_t* out) {
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
