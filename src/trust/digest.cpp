// SPDX-License-Identifier: MIT
#include "trust/digest.hpp"

#include <openssl/evp.h>

#include "base/check.hpp"

namespace dd::trust {

std::string sha256(std::string_view bytes) {
  std::string made(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  DD_CHECK(EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(made.data()), &size, EVP_sha256(), nullptr) == 1,
           "OpenSSL has no SHA-256");
  made.resize(size);
  return made;
}

}  // namespace dd::trust
