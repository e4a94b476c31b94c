// SPDX-License-Identifier: MIT
// Tokens: who is calling, for which tenant and meeting, and what they may do there; as JWT, signed with a key of the tenant.
// It keeps no keys and asks no database: whoever verifies hands in the keys. The algorithm is the key's, never the token's.
// Plain values and pure functions, safe from any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"

namespace dd::trust {

enum class Algorithm { kHs256, kRs256, kEdDsa };

std::string_view to_string(Algorithm algorithm);  // "HS256", "RS256", "EdDSA": the names of RFC 7518 and RFC 8037
std::optional<Algorithm> parse_algorithm(std::string_view text);

struct Key {
  KeyId id;
  TenantId tenant;
  Algorithm algorithm = Algorithm::kHs256;
  // HS256: the shared secret, 32 bytes or more. Otherwise a PEM public key, or a private one where tokens are issued.
  std::string material;
  std::optional<WallTime> retires;  // tokens signed with it are refused from then on
};

// What a token lets its bearer do. Everything is off unless the token says otherwise.
struct Grants {
  std::vector<std::string> publish;  // of "audio", "video", "screenshare"
  bool subscribe = false;
  bool data = false;      // messages to others, and data channels
  bool record = false;    // start and stop recordings, and see the meeting's
  bool moderate = false;  // mute, remove, lock, end for all
  bool admin = false;     // the tenant's administration; with the operator's tenant (kOperatorTenant) everyone's

  bool may_publish(std::string_view kind) const;
  friend bool operator==(const Grants&, const Grants&) = default;
};

struct Claims {
  TenantId tenant;
  MeetingId meeting;          // empty: any of the tenant's, as an administrator's token has it
  ParticipantId participant;  // empty: the client chooses one when it joins
  std::string name;           // shown to others; at most kMaxName bytes
  Grants grants;
  WallTime expires{};
  std::string token_id;  // `jti`; may be empty
};

inline constexpr std::size_t kMaxToken = 8 * 1024;
inline constexpr std::size_t kMaxName = 128;
inline const TenantId kDefaultTenant{"default"};     // whose everything is that names no tenant
inline const TenantId kOperatorTenant{"_operator"};  // its keys sign the tokens of those who run the servers

// Checks shape, size, `alg` against the key's, signature, `exp`, `nbf`, the tenant of the key against the claim, and every
// claim's alphabet and length. The key is the one whose id is the token's `kid`; without `kid`, each of the tenant's is tried.
// Refusals are kUnauthorized with reason "token_malformed", "token_expired", "token_not_yet_valid" or "token_invalid".
// `leeway` is for clocks that differ.
Result<Claims> verify(std::string_view token, std::span<const Key> keys, WallTime now,
                      std::chrono::seconds leeway = std::chrono::seconds{5});

// The tenant that an unverified token claims, to look its keys up with; nothing else may be done with it.
Result<TenantId> claimed_tenant(std::string_view token);

// kInvalidArgument when the key cannot sign (a public key).
Result<std::string> issue(const Claims& claims, const Key& key, WallTime now);

// With the first of the tenant's keys that can sign here and outlives the token; of public halves, none can. kConflict when there is none.
Result<std::string> issue_with(std::span<const Key> keys, const Claims& claims, WallTime now);

// "<tenant>.<8 characters>": whoever reads a token's `kid` sees whose key it names.
KeyId fresh_key_id(const TenantId& tenant);

// A fresh key of that algorithm, with its private half; `public_half` is what verifiers get of it, of a shared secret the secret itself.
Result<Key> generate_key(TenantId tenant, Algorithm algorithm);
Result<Key> public_half(const Key& key);

}  // namespace dd::trust
