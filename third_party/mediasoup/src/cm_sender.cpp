// SPDX-License-Identifier: MIT
#include "cm_sender.hpp"

#include <cstring>

namespace dd {
namespace {

constexpr std::size_t kKey = 16;
constexpr std::size_t kSalt = 14;
constexpr std::size_t kAuthenticationKey = 20;

}  // namespace

std::unique_ptr<CmSender> CmSender::make(const std::uint8_t* key, std::size_t length, std::size_t tag_length) {
  if (length != kKey + kSalt || (tag_length != 10 && tag_length != 4)) return nullptr;
  std::unique_ptr<CmSender> sender(new CmSender(tag_length));
  sender->context_ = EVP_CIPHER_CTX_new();
  std::uint8_t encryption[kKey];
  std::uint8_t authentication[kAuthenticationKey];
  const bool ok = sender->context_ && derive(key, kKey, kSalt, Label::kEncryption, encryption, kKey) &&
                  derive(key, kKey, kSalt, Label::kAuthentication, authentication, kAuthenticationKey) &&
                  derive(key, kKey, kSalt, Label::kSalt, sender->salt_.data(), kSalt) &&
                  EVP_EncryptInit_ex(sender->context_, EVP_aes_128_ctr(), nullptr, encryption, nullptr) == 1;
  if (ok) sender->hmac_.set_key(authentication, kAuthenticationKey);
  OPENSSL_cleanse(encryption, sizeof(encryption));
  OPENSSL_cleanse(authentication, sizeof(authentication));
  return ok ? std::move(sender) : nullptr;
}

CmSender::~CmSender() {
  EVP_CIPHER_CTX_free(context_);
  OPENSSL_cleanse(salt_.data(), salt_.size());
}

bool CmSender::seal(std::uint64_t index, const std::uint8_t* rtp, std::size_t header, std::size_t length, std::uint8_t* out) {
  // Section 4.1.1: the salt, xor the SSRC, xor the index; the last two bytes count blocks.
  std::uint8_t counter[16]{};
  std::memcpy(counter, salt_.data(), kSalt);
  for (std::size_t i = 0; i < 4; ++i) counter[4 + i] ^= rtp[8 + i];
  for (std::size_t i = 0; i < 6; ++i) counter[8 + i] ^= static_cast<std::uint8_t>(index >> (40 - 8 * i));

  std::memcpy(out, rtp, header);
  int done = 0;
  if (EVP_EncryptInit_ex(context_, nullptr, nullptr, nullptr, counter) != 1) return false;
  if (length > header && EVP_EncryptUpdate(context_, out + header, &done, rtp + header, static_cast<int>(length - header)) != 1)
    return false;

  // Section 4.2: the tag is over the packet and the rollover counter.
  std::uint8_t rollover[4];
  for (std::size_t i = 0; i < 4; ++i) rollover[i] = static_cast<std::uint8_t>(index >> (40 - 8 * i));
  hmac_.begin();
  hmac_.add(out, length);
  hmac_.add(rollover, sizeof(rollover));
  hmac_.end(out + length, trailer());
  return true;
}

}  // namespace dd
