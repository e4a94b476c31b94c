// SPDX-License-Identifier: MIT
#include "trust/turn_credentials.hpp"

#include <array>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.hpp"
#include "trust/base64.hpp"

namespace dd::trust {

IceServer turn_credentials(const TurnSettings& settings, std::string_view user, WallTime now) {
  IceServer server;
  if (settings.urls.empty()) return server;
  server.urls = settings.urls;
  const auto expiry = std::chrono::duration_cast<std::chrono::seconds>((now + settings.lifetime).time_since_epoch()).count();
  server.username = std::to_string(expiry) + ":" + std::string(user);
  std::array<unsigned char, EVP_MAX_MD_SIZE> made{};
  unsigned int size = 0;
  // SHA-1 is what coturn and the other servers of the draft "A REST API For Access To TURN Services" compare with.
  const auto* done = HMAC(EVP_sha1(), settings.secret.data(), static_cast<int>(settings.secret.size()),
                          reinterpret_cast<const unsigned char*>(server.username.data()), server.username.size(), made.data(), &size);
  DD_CHECK(done != nullptr, "OpenSSL has no HMAC-SHA1");
  server.credential = base64(std::string_view(reinterpret_cast<const char*>(made.data()), size));
  return server;
}

}  // namespace dd::trust
