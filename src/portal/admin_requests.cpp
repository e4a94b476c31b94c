// SPDX-License-Identifier: MIT
#include "portal/admin_requests.hpp"

#include <charconv>
#include <fmt/format.h>

#include "api/object_reader.hpp"
#include "control/quota.hpp"
#include "control/scoped_ids.hpp"
#include "portal/context.hpp"

namespace dd::portal {
namespace {

using api::HttpRequest;
using api::Json;
using api::ObjectReader;

constexpr std::size_t kMaxPem = 8 * 1024;
constexpr std::int32_t kMaxUsageDays = 400;
constexpr std::int64_t kLongestToken = 400LL * 24 * 3600;

Result<Quotas> read_quotas(const ObjectReader& reader) {
  DD_TRY(auto object, reader.object("quotas"));
  Quotas quotas;
  for (const auto& [name, value] : reader.find("quotas")->get_ref<const Json::object_t&>()) {
    const std::string path = object.path_of(name);
    if (!control::parse_quota(name)) return invalid_field("quotas", "quotas has a member that is no quota");
    if (value.is_null()) continue;
    if (!value.is_number_integer() || (!value.is_number_unsigned() && value.get<std::int64_t>() < 0)) {
      return ObjectReader::wrong_type(path, "a whole number, or null for no bound");
    }
    // What databases keep in a signed column.
    if (value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) return ObjectReader::wrong_type(path, "below 2^63");
    quotas.emplace(name, value.get<std::uint64_t>());
  }
  return quotas;
}

Result<trust::Grants> read_grants(const ObjectReader& reader) {
  trust::Grants grants;
  if (reader.find("grants") == nullptr) return grants;
  DD_TRY(auto object, reader.object("grants"));
  DD_TRY(const Json* publish, object.optional_array("publish", 3));
  for (std::size_t i = 0; publish != nullptr && i < publish->size(); ++i) {
    const Json& kind = (*publish)[i];
    if (kind != "audio" && kind != "video" && kind != "screenshare") {
      return ObjectReader::wrong_type(object.element_path("publish", i), "audio, video or screenshare");
    }
    grants.publish.push_back(kind.get<std::string>());
  }
  for (const auto& [name, flag] :
       {std::pair{"subscribe", &grants.subscribe}, std::pair{"data", &grants.data}, std::pair{"record", &grants.record},
        std::pair{"moderate", &grants.moderate}, std::pair{"admin", &grants.admin}}) {
    DD_TRY(auto given, object.optional_boolean(name));
    *flag = given.value_or(false);
  }
  return grants;
}

Result<std::string> outer_id(const ObjectReader& reader, std::string_view name) {
  DD_TRY(auto text, reader.optional_text(name, kMaxIdLength));
  if (text.empty()) return text;
  return control::checked_outer_id(reader.path_of(name), text);
}

Result<std::optional<TenantId>> tenant_parameter(const HttpRequest& request) {
  const auto text = request.query_parameter("tenant");
  if (!text || text->empty()) return std::optional<TenantId>{};
  DD_TRY(auto tenant, parse_tenant_id("tenant", *text));
  return std::optional<TenantId>(std::move(tenant));
}

}  // namespace

Result<TenantId> parse_tenant_id(std::string_view field, std::string_view text) {
  DD_TRY(auto checked, control::checked_outer_id(field, text));
  if (checked.front() == '_' && checked != trust::kOperatorTenant.str()) {
    return invalid_field(std::string(field), fmt::format("{} may not begin with _", field));
  }
  return TenantId(std::move(checked));
}

Result<TenantChange> parse_tenant_change(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  TenantChange change;
  DD_TRY(auto tenant, reader.optional_text("tenant", kMaxIdLength));
  if (!tenant.empty()) {
    DD_TRY(change.tenant, parse_tenant_id("tenant", tenant));
  }
  if (reader.find("name") != nullptr) {
    DD_TRY(change.name, reader.optional_text("name", trust::kMaxName));
  }
  DD_TRY(change.suspended, reader.optional_boolean("suspended"));
  if (reader.find("quotas") != nullptr) {
    DD_TRY(change.quotas, read_quotas(reader));
  }
  return change;
}

Result<Quotas> parse_quotas_body(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  return read_quotas(reader);
}

Result<bool> parse_suspension(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  DD_TRY(auto suspended, reader.optional_boolean("suspended"));
  return suspended.value_or(true);
}

Result<NewKey> parse_new_key(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  NewKey key;
  DD_TRY(auto algorithm, reader.optional_text("algorithm", 16));
  if (!algorithm.empty()) {
    const auto parsed = trust::parse_algorithm(algorithm);
    if (!parsed) return invalid_field("algorithm", "algorithm must be HS256, RS256 or EdDSA");
    key.algorithm = *parsed;
  }
  DD_TRY(key.id, reader.optional_id<KeyId>("keyId"));
  DD_TRY(key.public_key, reader.optional_text("publicKey", kMaxPem));
  if (!key.public_key.empty() && key.algorithm == trust::Algorithm::kHs256) {
    return invalid_field("publicKey", "an HS256 key has no public half");
  }
  return key;
}

Result<WallTime> parse_retirement(const Json& body, WallTime now) {
  DD_TRY(auto reader, ObjectReader::open(body));
  constexpr std::int64_t kLatest = 4'102'444'800'000;  // 2100
  DD_TRY(auto at, reader.optional_integer("at", 0, kLatest));
  return at ? WallTime{std::chrono::milliseconds{*at}} : now;
}

Result<NewToken> parse_new_token(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  NewToken token;
  DD_TRY(auto tenant, reader.optional_text("tenant", kMaxIdLength));
  if (!tenant.empty()) {
    DD_TRY(token.tenant, parse_tenant_id("tenant", tenant));
  }
  DD_TRY(token.meeting, outer_id(reader, "meeting"));
  DD_TRY(token.participant, outer_id(reader, "participant"));
  DD_TRY(token.name, reader.optional_text("name", trust::kMaxName));
  DD_TRY(auto lifetime, reader.optional_integer("expiresInSeconds", 1, kLongestToken));
  token.lifetime = std::chrono::seconds{lifetime.value_or(3600)};
  DD_TRY(token.grants, read_grants(reader));
  return token;
}

Result<UsageQuery> parse_usage_query(const HttpRequest& request, std::int32_t today) {
  UsageQuery query;
  DD_TRY(query.tenant, tenant_parameter(request));
  query.to = today;
  query.from = today - 30;
  if (const auto to = request.query_parameter("to"); to && !to->empty()) {
    DD_TRY(query.to, parse_day("to", *to));
    query.from = query.to - 30;
  }
  if (const auto from = request.query_parameter("from"); from && !from->empty()) {
    DD_TRY(query.from, parse_day("from", *from));
  }
  if (query.from > query.to) return invalid_field("from", "from must not be behind to");
  if (query.to - query.from > kMaxUsageDays)
    return invalid_field("from", fmt::format("at most {} days are answered at once", kMaxUsageDays));
  const std::string format = request.query_parameter("format").value_or("json");
  if (format != "json" && format != "csv") return invalid_field("format", "format must be json or csv");
  query.csv = format == "csv";
  return query;
}

Result<std::int64_t> parse_number_parameter(const HttpRequest& request, std::string_view name, std::int64_t min, std::int64_t max,
                                            std::int64_t otherwise) {
  const auto text = request.query_parameter(name);
  if (!text || text->empty()) return otherwise;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size() || value < min || value > max) {
    return invalid_field(std::string(name), fmt::format("{} must be a whole number from {} to {}", name, min, max));
  }
  return value;
}

Result<MeetingsQuery> parse_meetings_query(const HttpRequest& request) {
  MeetingsQuery query;
  DD_TRY(query.tenant, tenant_parameter(request));
  DD_TRY(const auto limit, parse_number_parameter(request, "limit", 1, 1'000, 200));
  query.limit = static_cast<std::size_t>(limit);
  query.cursor = request.query_parameter("cursor").value_or("");
  if (!query.cursor.empty() && !is_valid_id(query.cursor)) return invalid_field("cursor", "cursor is no `next` of a page");
  return query;
}

}  // namespace dd::portal
