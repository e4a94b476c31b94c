// SPDX-License-Identifier: MIT
// A token is whatever a stranger sends. It is refused with a reason, or it is one that the key has signed: the fuzzer holds no key,
// so nothing it makes may pass. A text that decodes as base64url is the only one that encodes back.
// links: dd_trust
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "trust/base64.hpp"
#include "trust/token.hpp"

namespace {

using namespace dd;
using namespace dd::trust;

const std::array<Key, 2>& keys() {
  static const std::array<Key, 2> made = [] {
    std::array<Key, 2> fresh;
    for (std::size_t i = 0; i < fresh.size(); ++i) {
      auto key = generate_key(TenantId("acme"), i == 0 ? Algorithm::kHs256 : Algorithm::kEdDsa);
      DD_CHECK(key.has_value(), "a key can be made");
      fresh[i] = *key;
      fresh[i].id = KeyId(i == 0 ? "secret" : "pair");
    }
    return fresh;
  }();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto claims = verify(text, keys(), WallTime{} + std::chrono::seconds{1'700'000'000});
  DD_CHECK(!claims.has_value(), "nobody signed this");
  DD_CHECK(claims.error().code == Errc::kUnauthorized && claims.error().reason.starts_with("token_"), "a refusal has a reason");
  if (const auto tenant = claimed_tenant(text)) DD_CHECK(is_valid_id(tenant->str()), "a tenant is an id");
  if (const auto decoded = decode_base64url(text)) DD_CHECK(base64url(*decoded) == text, "one text for one meaning");
  return 0;
}
