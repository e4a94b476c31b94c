// SPDX-License-Identifier: MIT
#include "trust/token.hpp"

#include <algorithm>
#include <array>

#include "base/random.hpp"
#include "trust/base64.hpp"
#include "trust/signature.hpp"
#include "trust/token_json.hpp"

namespace dd::trust {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 3> kPublishable{"audio", "video", "screenshare"};
constexpr std::size_t kMaxWrittenId = 48;  // ids as tenants write them; see control/scoped_ids.hpp
constexpr std::size_t kMaxTokenId = 128;
constexpr std::size_t kMaxKeysTried = 64;  // of a token without `kid`
// The year 2255: what lies further away is as good as never, and would not fit nanoseconds in 64 bits.
constexpr double kLatest = 9'000'000'000.0;

Error malformed(std::string message) { return refused(Errc::kUnauthorized, "token_malformed", std::move(message)); }
// One sentence for every way of being wrong: which key, tenant or algorithm it was is nobody's business.
Error not_ours() { return refused(Errc::kUnauthorized, "token_invalid", "the token is not valid"); }

bool printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool valid_written_id(std::string_view text) {
  return is_valid_id(text) && text.size() <= kMaxWrittenId && text.find(':') == std::string_view::npos;
}

struct Parts {
  std::string_view signed_bytes;
  json header;
  json claims;
  std::string signature;
};

Result<Parts> split(std::string_view token) {
  if (token.size() > kMaxToken) return malformed("the token is too long");
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return malformed("a token is a JWT of three parts");
  }
  const auto header = decode_base64url(token.substr(0, first));
  const auto payload = decode_base64url(token.substr(first + 1, second - first - 1));
  auto signature = decode_base64url(token.substr(second + 1));
  if (!header || !payload || !signature) return malformed("a part of the token is not base64url");
  auto header_object = parse_token_object(*header);
  auto claims_object = parse_token_object(*payload);
  if (!header_object || !claims_object) return malformed("a part of the token is not a JSON object, or has a key twice");
  return Parts{token.substr(0, second), std::move(*header_object), std::move(*claims_object), std::move(*signature)};
}

// Absent is "", null too.
Result<std::string> text_member(const json& object, const char* name, std::size_t max) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return std::string{};
  if (!found->is_string()) return malformed(std::string("the claim ") + name + " must be a string");
  const auto& text = found->get_ref<const std::string&>();
  if (text.size() > max || !printable(text)) return malformed(std::string("the claim ") + name + " is too long or has control characters");
  return text;
}

Result<bool> flag_member(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return false;
  if (!found->is_boolean()) return malformed(std::string("the grant ") + name + " must be true or false");
  return found->get<bool>();
}

Result<std::optional<WallTime>> time_member(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return std::optional<WallTime>{};
  if (!found->is_number()) return malformed(std::string("the claim ") + name + " must be a number of seconds");
  const double seconds = found->get<double>();
  if (!(seconds >= 0)) return malformed(std::string("the claim ") + name + " lies before 1970");
  return std::optional<WallTime>(WallTime{} + std::chrono::milliseconds{static_cast<std::int64_t>(std::min(seconds, kLatest) * 1000)});
}

Result<Grants> grants_of(const json& claims) {
  Grants grants;
  const auto found = claims.find("grants");
  if (found == claims.end() || found->is_null()) return grants;
  if (!found->is_object()) return malformed("the claim grants must be an object");
  if (const auto publish = found->find("publish"); publish != found->end() && !publish->is_null()) {
    if (!publish->is_array() || publish->size() > kPublishable.size()) return malformed("the grant publish must be a list of kinds");
    for (const auto& kind : *publish) {
      if (!kind.is_string() ||
          std::find(kPublishable.begin(), kPublishable.end(), kind.get_ref<const std::string&>()) == kPublishable.end()) {
        return malformed("the grant publish may hold audio, video and screenshare");
      }
      grants.publish.push_back(kind.get<std::string>());
    }
  }
  DD_TRY(grants.subscribe, flag_member(*found, "subscribe"));
  DD_TRY(grants.data, flag_member(*found, "data"));
  DD_TRY(grants.record, flag_member(*found, "record"));
  DD_TRY(grants.moderate, flag_member(*found, "moderate"));
  DD_TRY(grants.admin, flag_member(*found, "admin"));
  return grants;
}

Result<TenantId> tenant_of(const json& claims) {
  DD_TRY(auto tenant, text_member(claims, "tenant", kMaxIdLength));
  if (!is_valid_id(tenant)) return malformed("the claim tenant must be an id");
  return TenantId(std::move(tenant));
}

struct TimedClaims {
  Claims claims;
  std::optional<WallTime> not_before;
};

Result<TimedClaims> claims_of(const json& object) {
  TimedClaims read;
  DD_TRY(read.claims.tenant, tenant_of(object));
  DD_TRY(auto meeting, text_member(object, "meeting", kMaxWrittenId));
  DD_TRY(auto participant, text_member(object, "participant", kMaxWrittenId));
  if (!meeting.empty() && !valid_written_id(meeting)) return malformed("the claim meeting must be an id");
  if (!participant.empty() && !valid_written_id(participant)) return malformed("the claim participant must be an id");
  read.claims.meeting = MeetingId(std::move(meeting));
  read.claims.participant = ParticipantId(std::move(participant));
  DD_TRY(read.claims.name, text_member(object, "name", kMaxName));
  DD_TRY(read.claims.token_id, text_member(object, "jti", kMaxTokenId));
  DD_TRY(read.claims.grants, grants_of(object));
  DD_TRY(auto expires, time_member(object, "exp"));
  if (!expires) return malformed("a token needs the claim exp");
  read.claims.expires = *expires;
  DD_TRY(read.not_before, time_member(object, "nbf"));
  DD_TRY_VOID(time_member(object, "iat"));
  return read;
}

// The key that the header and the claimed tenant lead to and whose signature it is; null when there is none.
const Key* signer(const Parts& parts, const TenantId& tenant, std::string_view algorithm, const std::optional<std::string>& kid,
                  std::span<const Key> keys, WallTime now) {
  std::size_t tried = 0;
  for (const Key& key : keys) {
    if (key.tenant != tenant || to_string(key.algorithm) != algorithm) continue;
    if (kid && key.id.str() != *kid) continue;
    if (key.retires && now >= *key.retires) continue;
    if (++tried > kMaxKeysTried) return nullptr;
    if (signature_matches(key, parts.signed_bytes, parts.signature)) return &key;
  }
  return nullptr;
}

json to_json(const Grants& grants) {
  json written = json::object();
  if (!grants.publish.empty()) written["publish"] = grants.publish;
  const std::pair<const char*, bool> flags[] = {{"subscribe", grants.subscribe},
                                                {"data", grants.data},
                                                {"record", grants.record},
                                                {"moderate", grants.moderate},
                                                {"admin", grants.admin}};
  for (const auto& [name, on] : flags) {
    if (on) written[name] = true;
  }
  return written;
}

std::int64_t seconds_of(WallTime time) { return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count(); }

}  // namespace

std::string_view to_string(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kHs256: return "HS256";
    case Algorithm::kRs256: return "RS256";
    case Algorithm::kEdDsa: return "EdDSA";
  }
  return "";
}

std::optional<Algorithm> parse_algorithm(std::string_view text) {
  for (const Algorithm algorithm : {Algorithm::kHs256, Algorithm::kRs256, Algorithm::kEdDsa}) {
    if (to_string(algorithm) == text) return algorithm;
  }
  return std::nullopt;
}

bool Grants::may_publish(std::string_view kind) const { return std::find(publish.begin(), publish.end(), kind) != publish.end(); }

Result<Claims> verify(std::string_view token, std::span<const Key> keys, WallTime now, std::chrono::seconds leeway) {
  DD_TRY(const Parts parts, split(token));
  const auto algorithm = parts.header.find("alg");
  if (algorithm == parts.header.end() || !algorithm->is_string()) return malformed("the token's header needs alg");
  // RFC 7515, 4.1.11: whoever does not understand what is critical must refuse.
  if (parts.header.contains("crit")) return malformed("the token's header demands an extension that is not known here");
  std::optional<std::string> kid;
  if (const auto named = parts.header.find("kid"); named != parts.header.end()) {
    if (!named->is_string()) return malformed("the token's kid must be a string");
    kid = named->get<std::string>();
  }
  DD_TRY(auto read, claims_of(parts.claims));
  if (signer(parts, read.claims.tenant, algorithm->get_ref<const std::string&>(), kid, keys, now) == nullptr) return not_ours();
  if (now >= read.claims.expires + leeway) return refused(Errc::kUnauthorized, "token_expired", "the token has expired");
  if (read.not_before && now + leeway < *read.not_before) {
    return refused(Errc::kUnauthorized, "token_not_yet_valid", "the token is not valid yet");
  }
  return std::move(read.claims);
}

Result<TenantId> claimed_tenant(std::string_view token) {
  DD_TRY(const Parts parts, split(token));
  return tenant_of(parts.claims);
}

Result<std::string> issue(const Claims& claims, const Key& key, WallTime now) {
  if (claims.tenant != key.tenant) return invalid_field("tenant", "a key signs tokens of its own tenant only");
  json payload = json::object();
  payload["tenant"] = claims.tenant.str();
  if (!claims.meeting.empty()) payload["meeting"] = claims.meeting.str();
  if (!claims.participant.empty()) payload["participant"] = claims.participant.str();
  if (!claims.name.empty()) payload["name"] = claims.name;
  if (!claims.token_id.empty()) payload["jti"] = claims.token_id;
  payload["grants"] = to_json(claims.grants);
  payload["iat"] = seconds_of(now);
  payload["exp"] = seconds_of(claims.expires);
  json header = {{"alg", to_string(key.algorithm)}, {"typ", "JWT"}};
  if (!key.id.empty()) header["kid"] = key.id.str();

  // What would not be accepted is not issued; that the text is UTF-8 is seen by reading it back.
  const std::string text = payload.dump(-1, ' ', false, json::error_handler_t::replace);
  const auto read_back = parse_token_object(text);
  if (!read_back || *read_back != payload) return invalid_field("name", "the claims are not UTF-8");
  if (auto readable = claims_of(*read_back); !readable) return make_error(Errc::kInvalidArgument, readable.error().message);
  std::string token = base64url(header.dump(-1, ' ', false, json::error_handler_t::replace)) + "." + base64url(text);
  DD_TRY(const std::string signature, make_signature(key, token));
  token += "." + base64url(signature);
  if (token.size() > kMaxToken) return make_error(Errc::kInvalidArgument, "the token would be too long");
  return token;
}

Result<std::string> issue_with(std::span<const Key> keys, const Claims& claims, WallTime now) {
  for (const auto& key : keys) {
    if (key.retires && *key.retires <= claims.expires) continue;
    auto token = issue(claims, key, now);
    const bool cannot_sign = !token && token.error().code == Errc::kInvalidArgument && token.error().field.empty();
    if (!cannot_sign) return token;
  }
  return make_error(Errc::kConflict, "the tenant has no key here that can sign a token of so long a life; make an HS256 key");
}

KeyId fresh_key_id(const TenantId& tenant) { return KeyId(tenant.str() + "." + random_token(8)); }

Result<Key> generate_key(TenantId tenant, Algorithm algorithm) {
  Key key;
  key.id = fresh_key_id(tenant);
  key.tenant = std::move(tenant);
  key.algorithm = algorithm;
  DD_TRY(key.material, generate_material(algorithm));
  return key;
}

Result<Key> public_half(const Key& key) {
  Key half = key;
  DD_TRY(half.material, public_material(key));
  return half;
}

}  // namespace dd::trust
