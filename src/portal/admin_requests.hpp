// SPDX-License-Identifier: MIT
// The bodies and queries of the administration as typed values; every refusal names the field. Bounds are checked here.
// Whose affair it is, is checked by the routes. Pure functions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http.hpp"
#include "api/json.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "trust/token.hpp"

namespace dd::portal {

using Quotas = std::map<std::string, std::uint64_t, std::less<>>;

// Of the tenant's alphabet: no colon, and "_" in front only for the operator's.
Result<TenantId> parse_tenant_id(std::string_view field, std::string_view text);

struct TenantChange {
  std::optional<TenantId> tenant;  // of a POST
  std::optional<std::string> name;
  std::optional<bool> suspended;
  std::optional<Quotas> quotas;
};
Result<TenantChange> parse_tenant_change(const api::Json& body);
Result<Quotas> parse_quotas_body(const api::Json& body);  // {"quotas": {...}}; null as a quota: none
Result<bool> parse_suspension(const api::Json& body);     // {"suspended": true}; true when absent

struct NewKey {
  trust::Algorithm algorithm = trust::Algorithm::kHs256;
  std::optional<KeyId> id;
  std::string public_key;  // PEM; empty: a pair is made here
};
Result<NewKey> parse_new_key(const api::Json& body);
Result<WallTime> parse_retirement(const api::Json& body, WallTime now);  // {"at": RFC 3339 or Unix ms}; now when absent

struct NewToken {
  std::optional<TenantId> tenant;
  std::string meeting;
  std::string participant;
  std::string name;
  std::chrono::seconds lifetime{3600};
  trust::Grants grants;
};
Result<NewToken> parse_new_token(const api::Json& body);

struct UsageQuery {
  std::optional<TenantId> tenant;
  std::int32_t from = 0;
  std::int32_t to = 0;
  bool csv = false;
};
Result<UsageQuery> parse_usage_query(const api::HttpRequest& request, std::int32_t today);

struct MeetingsQuery {
  std::optional<TenantId> tenant;
  std::size_t limit = 200;
  std::string cursor;  // the last meeting of the page before
};
Result<MeetingsQuery> parse_meetings_query(const api::HttpRequest& request);

Result<std::int64_t> parse_number_parameter(const api::HttpRequest& request, std::string_view name, std::int64_t min, std::int64_t max,
                                            std::int64_t otherwise);

}  // namespace dd::portal
