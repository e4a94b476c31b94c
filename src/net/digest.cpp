// SPDX-License-Identifier: MIT
#include "net/digest.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/check.hpp"

namespace dd::net {
namespace {

std::string digest(const EVP_MD* kind, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  DD_CHECK(EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, kind, nullptr) == 1, "OpenSSL has no such digest");
  return {reinterpret_cast<const char*>(out.data()), size};
}

}  // namespace

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::string md5_binary(std::string_view bytes) { return digest(EVP_md5(), bytes); }
std::string md5_hex(std::string_view bytes) { return hex(md5_binary(bytes)); }
std::string sha256_hex(std::string_view bytes) { return hex(digest(EVP_sha256(), bytes)); }

std::string sha256_base64(std::string_view bytes) {
  const std::string binary = digest(EVP_sha256(), bytes);
  std::array<unsigned char, 4 * ((EVP_MAX_MD_SIZE + 2) / 3) + 1> out{};
  const int size = EVP_EncodeBlock(out.data(), reinterpret_cast<const unsigned char*>(binary.data()), static_cast<int>(binary.size()));
  return {reinterpret_cast<const char*>(out.data()), static_cast<std::size_t>(size)};
}

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()),
                          bytes.size(), out.data(), &size);
  DD_CHECK(made != nullptr, "OpenSSL has no HMAC");
  return hex({reinterpret_cast<const char*>(out.data()), size});
}

}  // namespace dd::net
