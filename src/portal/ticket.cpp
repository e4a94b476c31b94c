// SPDX-License-Identifier: MIT
#include "portal/ticket.hpp"

#include <array>
#include <charconv>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/random.hpp"

namespace dd::portal {
namespace {

constexpr std::size_t kMacBytes = 32;

std::string hmac_sha256(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       digest.data(), &length);
  return std::string(reinterpret_cast<const char*>(digest.data()), length);
}

std::string hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(c));
  return out;
}

Error no_ticket() { return refused(Errc::kUnauthorized, "token_invalid", "this is no ticket of the recording"); }

}  // namespace

Tickets::Tickets(std::string_view api_key)
    : key_(api_key.empty() ? random_token(43) : hmac_sha256(api_key, "doordarshan recording tickets")) {}

std::string Tickets::mac(std::string_view expires, const RecordingId& recording) const {
  return hex(hmac_sha256(key_, fmt::format("{}\n{}", expires, recording.str())));
}

std::string Tickets::issue(const RecordingId& recording, WallTime expires) const {
  const std::string seconds = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(expires.time_since_epoch()).count());
  return seconds + "." + mac(seconds, recording);
}

Result<void> Tickets::check(std::string_view ticket, const RecordingId& recording, WallTime now) const {
  const auto dot = ticket.find('.');
  if (dot == std::string_view::npos || dot > 12 || ticket.size() != dot + 1 + kMacBytes * 2) return no_ticket();
  const std::string_view seconds = ticket.substr(0, dot);
  std::int64_t expires = 0;
  const auto [end, error] = std::from_chars(seconds.data(), seconds.data() + seconds.size(), expires);
  if (error != std::errc{} || end != seconds.data() + seconds.size()) return no_ticket();
  const std::string wanted = mac(seconds, recording);
  if (CRYPTO_memcmp(wanted.data(), ticket.data() + dot + 1, wanted.size()) != 0) return no_ticket();
  if (now >= WallTime{std::chrono::seconds{expires}}) {
    return refused(Errc::kUnauthorized, "token_expired", "the ticket has expired; get another");
  }
  return ok();
}

}  // namespace dd::portal
