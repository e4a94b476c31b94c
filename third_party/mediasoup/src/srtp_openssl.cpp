// SPDX-License-Identifier: MIT
#include "srtp_openssl.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <new>

#include "hmac_sha1.hpp"

// The library's own types, for their descriptions and test vectors. They are exported, but in no public header.
extern "C" {
extern const srtp_cipher_type_t srtp_aes_icm_128;
extern const srtp_cipher_type_t srtp_aes_icm_256;
extern const srtp_cipher_type_t srtp_aes_gcm_128;
extern const srtp_cipher_type_t srtp_aes_gcm_256;
extern const srtp_auth_type_t srtp_hmac;
}

namespace dd {
namespace {

constexpr int kSaltLength = 14;     // of counter mode, RFC 3711, section 4.1.1
constexpr int kGcmSaltLength = 12;  // RFC 7714, section 12.1
constexpr int kIvLength = 12;

srtp_err_status_t status_of(bool ok, srtp_err_status_t error = srtp_err_status_cipher_fail) { return ok ? srtp_err_status_ok : error; }

// One cipher context; GCM uses `tag_length`, counter mode `offset`.
struct Cipher {
  srtp_cipher_t base{};
  EVP_CIPHER_CTX* context = nullptr;
  int key_length = 0;
  int tag_length = 0;
  bool gcm = false;
  bool decrypting = false;
  std::uint8_t offset[16]{};
};

extern srtp_cipher_type_t icm_128, icm_256, gcm_128, gcm_256;

srtp_err_status_t make(srtp_cipher_t** out, const srtp_cipher_type_t* type, bool gcm, int key_length, int salted_length, int tag_length) {
  auto* cipher = new (std::nothrow) Cipher;
  if (!cipher) return srtp_err_status_alloc_fail;
  cipher->context = EVP_CIPHER_CTX_new();
  if (!cipher->context) {
    delete cipher;
    return srtp_err_status_alloc_fail;
  }
  cipher->gcm = gcm;
  cipher->key_length = key_length;
  cipher->tag_length = tag_length;
  cipher->base.type = type;
  cipher->base.state = cipher;
  cipher->base.key_len = salted_length;
  cipher->base.algorithm = static_cast<int>(type->id);
  *out = &cipher->base;
  return srtp_err_status_ok;
}

srtp_err_status_t alloc_icm(srtp_cipher_t** out, int salted_length, int) {
  if (salted_length == 16 + kSaltLength) return make(out, &icm_128, false, 16, salted_length, 0);
  if (salted_length == 32 + kSaltLength) return make(out, &icm_256, false, 32, salted_length, 0);
  return srtp_err_status_bad_param;
}

srtp_err_status_t alloc_gcm(srtp_cipher_t** out, int salted_length, int tag_length) {
  if (tag_length != 8 && tag_length != 16) return srtp_err_status_bad_param;
  if (salted_length == 16 + kGcmSaltLength) return make(out, &gcm_128, true, 16, salted_length, tag_length);
  if (salted_length == 32 + kGcmSaltLength) return make(out, &gcm_256, true, 32, salted_length, tag_length);
  return srtp_err_status_bad_param;
}

srtp_err_status_t dealloc(srtp_cipher_t* base) {
  auto* cipher = static_cast<Cipher*>(base->state);
  EVP_CIPHER_CTX_free(cipher->context);
  OPENSSL_cleanse(cipher->offset, sizeof(cipher->offset));
  delete cipher;
  return srtp_err_status_ok;
}

srtp_err_status_t init(void* state, const std::uint8_t* key) {
  auto* cipher = static_cast<Cipher*>(state);
  const bool is_long = cipher->key_length == 32;
  const EVP_CIPHER* kind =
      cipher->gcm ? (is_long ? EVP_aes_256_gcm() : EVP_aes_128_gcm()) : (is_long ? EVP_aes_256_ctr() : EVP_aes_128_ctr());
  if (!cipher->gcm) {
    std::memset(cipher->offset, 0, sizeof(cipher->offset));
    std::memcpy(cipher->offset, key + cipher->key_length, kSaltLength);
  }
  return status_of(EVP_CipherInit_ex(cipher->context, kind, nullptr, key, nullptr, 1) == 1, srtp_err_status_init_fail);
}

srtp_err_status_t set_icm_iv(void* state, std::uint8_t* iv, srtp_cipher_direction_t) {
  auto* cipher = static_cast<Cipher*>(state);
  std::uint8_t counter[16];
  for (std::size_t i = 0; i < sizeof(counter); ++i) counter[i] = cipher->offset[i] ^ iv[i];
  return status_of(EVP_CipherInit_ex(cipher->context, nullptr, nullptr, nullptr, counter, 1) == 1);
}

srtp_err_status_t run_icm(void* state, std::uint8_t* buffer, unsigned int* length) {
  int done = 0;
  const bool ok = EVP_CipherUpdate(static_cast<Cipher*>(state)->context, buffer, &done, buffer, static_cast<int>(*length)) == 1;
  *length = static_cast<unsigned int>(done);
  return status_of(ok);
}

srtp_err_status_t set_gcm_iv(void* state, std::uint8_t* iv, srtp_cipher_direction_t direction) {
  auto* cipher = static_cast<Cipher*>(state);
  if (direction != srtp_direction_encrypt && direction != srtp_direction_decrypt) return srtp_err_status_bad_param;
  static_assert(kIvLength == 12, "the default of the context");
  cipher->decrypting = direction == srtp_direction_decrypt;
  return status_of(EVP_CipherInit_ex(cipher->context, nullptr, nullptr, nullptr, iv, cipher->decrypting ? 0 : 1) == 1,
                   srtp_err_status_init_fail);
}

srtp_err_status_t set_aad(void* state, const std::uint8_t* aad, std::uint32_t length) {
  int done = 0;
  return status_of(EVP_CipherUpdate(static_cast<Cipher*>(state)->context, nullptr, &done, aad, static_cast<int>(length)) == 1,
                   srtp_err_status_algo_fail);
}

srtp_err_status_t encrypt_gcm(void* state, std::uint8_t* buffer, unsigned int* length) {
  int done = 0;
  EVP_CIPHER_CTX* context = static_cast<Cipher*>(state)->context;
  std::uint8_t none[16];
  int rest = 0;
  const bool ok =
      EVP_EncryptUpdate(context, buffer, &done, buffer, static_cast<int>(*length)) == 1 && EVP_EncryptFinal_ex(context, none, &rest) == 1;
  return status_of(ok);
}

srtp_err_status_t get_tag(void* state, std::uint8_t* tag, std::uint32_t* length) {
  auto* cipher = static_cast<Cipher*>(state);
  *length = static_cast<std::uint32_t>(cipher->tag_length);
  return status_of(EVP_CIPHER_CTX_ctrl(cipher->context, EVP_CTRL_AEAD_GET_TAG, cipher->tag_length, tag) == 1, srtp_err_status_algo_fail);
}

srtp_err_status_t decrypt_gcm(void* state, std::uint8_t* buffer, unsigned int* length) {
  auto* cipher = static_cast<Cipher*>(state);
  const auto tag_length = static_cast<unsigned int>(cipher->tag_length);
  if (*length < tag_length) return srtp_err_status_bad_param;
  const unsigned int text_length = *length - tag_length;
  if (EVP_CIPHER_CTX_ctrl(cipher->context, EVP_CTRL_AEAD_SET_TAG, cipher->tag_length, buffer + text_length) != 1)
    return srtp_err_status_auth_fail;
  int done = 0;
  std::uint8_t none[16];
  int rest = 0;
  // An update of nothing is refused by some versions; the tag alone is what counts then.
  if (text_length > 0 && EVP_DecryptUpdate(cipher->context, buffer, &done, buffer, static_cast<int>(text_length)) != 1)
    return srtp_err_status_auth_fail;
  if (EVP_DecryptFinal_ex(cipher->context, none, &rest) != 1) return srtp_err_status_auth_fail;
  *length = text_length;
  return srtp_err_status_ok;
}

struct Hmac {
  srtp_auth_t base{};
  HmacSha1 hash;
};

extern srtp_auth_type_t hmac;

srtp_err_status_t alloc_hmac(srtp_auth_t** out, int key_length, int tag_length) {
  constexpr int kLongest = HmacSha1::kDigest;
  if (key_length > kLongest || tag_length > kLongest) return srtp_err_status_bad_param;
  auto* state = new (std::nothrow) Hmac;
  if (!state) return srtp_err_status_alloc_fail;
  state->base.type = &hmac;
  state->base.state = state;
  state->base.key_len = key_length;
  state->base.out_len = tag_length;
  *out = &state->base;
  return srtp_err_status_ok;
}

srtp_err_status_t dealloc_hmac(srtp_auth_t* base) {
  delete static_cast<Hmac*>(base->state);
  return srtp_err_status_ok;
}

srtp_err_status_t init_hmac(void* opaque, const std::uint8_t* key, int key_length) {
  if (key_length < 0 || key_length > static_cast<int>(HmacSha1::kLongestKey)) return srtp_err_status_bad_param;
  static_cast<Hmac*>(opaque)->hash.set_key(key, static_cast<std::size_t>(key_length));
  return srtp_err_status_ok;
}

srtp_err_status_t start_hmac(void* opaque) {
  static_cast<Hmac*>(opaque)->hash.begin();
  return srtp_err_status_ok;
}

srtp_err_status_t update_hmac(void* opaque, const std::uint8_t* text, int length) {
  static_cast<Hmac*>(opaque)->hash.add(text, static_cast<std::size_t>(length));
  return srtp_err_status_ok;
}

srtp_err_status_t compute_hmac(void* opaque, const std::uint8_t* text, int length, int tag_length, std::uint8_t* tag) {
  if (tag_length < 0 || tag_length > static_cast<int>(HmacSha1::kDigest)) return srtp_err_status_bad_param;
  HmacSha1& hash = static_cast<Hmac*>(opaque)->hash;
  hash.add(text, static_cast<std::size_t>(length));
  hash.end(tag, static_cast<std::size_t>(tag_length));
  return srtp_err_status_ok;
}

srtp_cipher_type_t icm_128{
    alloc_icm, dealloc, init, nullptr, run_icm, run_icm, set_icm_iv, nullptr, "AES-128 counter mode by OpenSSL", nullptr, SRTP_AES_ICM_128};
srtp_cipher_type_t icm_256{
    alloc_icm, dealloc, init, nullptr, run_icm, run_icm, set_icm_iv, nullptr, "AES-256 counter mode by OpenSSL", nullptr, SRTP_AES_ICM_256};
srtp_cipher_type_t gcm_128{
    alloc_gcm, dealloc, init, set_aad, encrypt_gcm, decrypt_gcm, set_gcm_iv, get_tag, "AES-128-GCM by OpenSSL", nullptr, SRTP_AES_GCM_128};
srtp_cipher_type_t gcm_256{
    alloc_gcm, dealloc, init, set_aad, encrypt_gcm, decrypt_gcm, set_gcm_iv, get_tag, "AES-256-GCM by OpenSSL", nullptr, SRTP_AES_GCM_256};
srtp_auth_type_t hmac{alloc_hmac, dealloc_hmac,           init_hmac, compute_hmac,  update_hmac,
                      start_hmac, "HMAC-SHA1 by OpenSSL", nullptr,   SRTP_HMAC_SHA1};

}  // namespace

srtp_err_status_t use_openssl_in_srtp() {
  icm_128.test_data = srtp_aes_icm_128.test_data;
  icm_256.test_data = srtp_aes_icm_256.test_data;
  gcm_128.test_data = srtp_aes_gcm_128.test_data;
  gcm_256.test_data = srtp_aes_gcm_256.test_data;
  hmac.test_data = srtp_hmac.test_data;
  for (const srtp_cipher_type_t* type : {&icm_128, &icm_256, &gcm_128, &gcm_256}) {
    if (const auto status = srtp_replace_cipher_type(type, type->id); status != srtp_err_status_ok) return status;
  }
  return srtp_replace_auth_type(&hmac, hmac.id);
}

}  // namespace dd
