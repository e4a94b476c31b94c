// SPDX-License-Identifier: MIT
// Signatures of the three algorithms over any bytes, by OpenSSL: the lowest step of a token, which knows nothing of JSON.
// What a key may be is decided here (lengths, curve, kind), so that no caller can weaken it. Pure functions, safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "trust/token.hpp"

namespace dd::trust {

inline constexpr std::size_t kMinSecret = 32;  // RFC 7518, 3.2: no shorter than the hash
inline constexpr int kMinRsaBits = 2048;       // RFC 7518, 3.3
inline constexpr std::size_t kMaxMaterial = 16 * 1024;

// False for any signature that is not the key's over these bytes, and for a key that may not be used with its algorithm.
// Secrets are compared in constant time.
bool signature_matches(const Key& key, std::string_view signed_bytes, std::string_view signature);

// kInvalidArgument for a key that cannot sign.
Result<std::string> make_signature(const Key& key, std::string_view bytes);

// The private half as PEM (PKCS #8), or the secret.
Result<std::string> generate_material(Algorithm algorithm);
// The public half as PEM; of a shared secret, which has no halves, itself.
Result<std::string> public_material(const Key& key);

}  // namespace dd::trust
