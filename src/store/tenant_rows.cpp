// SPDX-License-Identifier: MIT
#include "store/tenant_rows.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "store/whole_number.hpp"

namespace dd::store {
namespace {

using control::Tenant;

// Far from what a column can hold, so that no sum of increments runs over.
constexpr std::uint64_t kMaxIncrement = std::uint64_t{1} << 53U;
constexpr std::size_t kMaxMaterial = 16 * 1024;

std::string to_hexadecimal(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(c));
  return text;
}

std::string from_hexadecimal(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    unsigned value = 0;
    std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
    bytes += static_cast<char>(value);
  }
  return bytes;
}

Tenant tenant_of(const Row& row) {
  Tenant tenant;
  tenant.id = TenantId(row[0]);
  tenant.name = row[1];
  tenant.suspended = row[2] == "1";
  tenant.created = wall_time_of(row[3]);
  return tenant;
}

constexpr std::string_view kTenant = "SELECT tenant_id, name, suspended, created FROM tenant";

}  // namespace

Result<std::vector<Tenant>> tenants(Connection& connection) {
  std::vector<Tenant> all;
  std::map<std::string, std::size_t, std::less<>> places;
  DD_TRY(const auto rows, connection.query(fmt::format("{} ORDER BY tenant_id", kTenant), {}, 4));
  for (const auto& row : rows) {
    places.emplace(row[0], all.size());
    all.push_back(tenant_of(row));
  }
  DD_TRY(const auto quotas, connection.query("SELECT tenant_id, name, bound FROM tenant_quota", {}, 3));
  for (const auto& row : quotas) {
    const auto place = places.find(row[0]);
    if (place != places.end()) all[place->second].quotas[row[1]] = static_cast<std::uint64_t>(number_of(row[2]));
  }
  return all;
}

Result<std::optional<Tenant>> find_tenant(Connection& connection, const TenantId& tenant) {
  DD_TRY(const auto rows, connection.query(fmt::format("{} WHERE tenant_id = ?", kTenant), {tenant.str()}, 4));
  if (rows.empty()) return std::optional<Tenant>{};
  auto found = tenant_of(rows[0]);
  DD_TRY(const auto quotas, connection.query("SELECT name, bound FROM tenant_quota WHERE tenant_id = ?", {tenant.str()}, 2));
  for (const auto& row : quotas) found.quotas[row[0]] = static_cast<std::uint64_t>(number_of(row[1]));
  return std::optional(std::move(found));
}

Result<void> put_tenant(Connection& connection, const Tenant& tenant) {
  std::vector<Value> quotas;
  for (const auto& [name, bound] : tenant.quotas) {
    if (bound > INT64_MAX) return invalid_field(name, fmt::format("{} is too large", name));
    quotas.insert(quotas.end(), {tenant.id.str(), name, static_cast<std::int64_t>(bound)});
  }
  DD_TRY_VOID(connection.insert("INSERT INTO tenant (tenant_id, name, suspended, created)", 4,
                                {tenant.id.str(), tenant.name, std::int64_t{tenant.suspended ? 1 : 0}, nanoseconds_of(tenant.created)},
                                connection.dialect().overwrite("tenant_id", "name, suspended, created")));
  DD_TRY_VOID(connection.execute("DELETE FROM tenant_quota WHERE tenant_id = ?", {tenant.id.str()}));
  DD_TRY_VOID(connection.insert("INSERT INTO tenant_quota (tenant_id, name, bound)", 3, std::move(quotas)));
  return ok();
}

Result<void> delete_tenant(Connection& connection, const TenantId& tenant) {
  DD_TRY_VOID(connection.execute("DELETE FROM tenant WHERE tenant_id = ?", {tenant.str()}));
  DD_TRY_VOID(connection.execute("DELETE FROM tenant_quota WHERE tenant_id = ?", {tenant.str()}));
  DD_TRY_VOID(connection.execute("DELETE FROM tenant_key WHERE tenant_id = ?", {tenant.str()}));
  DD_TRY_VOID(connection.execute("DELETE FROM placement_lock WHERE name = ?", {"tenant/" + tenant.str()}));
  return ok();
}

Result<std::vector<trust::Key>> keys_of(Connection& connection, const TenantId& tenant) {
  DD_TRY(const auto rows,
         connection.query("SELECT key_id, algorithm, material, retires FROM tenant_key WHERE tenant_id = ? ORDER BY key_id", {tenant.str()},
                          4));
  std::vector<trust::Key> keys;
  for (const auto& row : rows) {
    const auto algorithm = trust::parse_algorithm(row[1]);
    if (!algorithm) continue;  // of a newer version; its tokens are none of ours to judge
    trust::Key key;
    key.id = KeyId(row[0]);
    key.tenant = tenant;
    key.algorithm = *algorithm;
    key.material = from_hexadecimal(row[2]);
    if (!row[3].empty()) key.retires = wall_time_of(row[3]);
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<void> put_key(Connection& connection, const trust::Key& key) {
  if (key.material.empty() || key.material.size() > kMaxMaterial) return invalid_field("material", "the key is empty or too long");
  const Value retires = key.retires ? Value(nanoseconds_of(*key.retires)) : Value(nullptr);
  DD_TRY_VOID(connection.insert(
      "INSERT INTO tenant_key (tenant_id, key_id, algorithm, material, retires)", 5,
      {key.tenant.str(), key.id.str(), std::string(trust::to_string(key.algorithm)), to_hexadecimal(key.material), retires},
      connection.dialect().overwrite("tenant_id, key_id", "algorithm, material, retires")));
  return ok();
}

Result<void> delete_key(Connection& connection, const TenantId& tenant, const KeyId& key) {
  DD_TRY_VOID(connection.execute("DELETE FROM tenant_key WHERE tenant_id = ? AND key_id = ?", {tenant.str(), key.str()}));
  return ok();
}

Result<void> add_usage(Connection& connection, const std::vector<UsageRow>& increments) {
  // One row for each key, in one order: two replicas that add to the same rows wait for each other instead of deadlocking.
  std::map<std::tuple<std::string, std::int32_t, std::string>, std::uint64_t> sums;
  for (const auto& row : increments) {
    auto& sum = sums[{row.tenant.str(), row.day, row.meter}];
    sum = std::min(kMaxIncrement, sum + std::min(kMaxIncrement, row.value));
  }
  std::vector<Value> values;
  for (const auto& [key, sum] : sums) {
    if (sum == 0) continue;
    const auto& [tenant, day, meter] = key;
    values.insert(values.end(), {tenant, std::int64_t{day}, meter, static_cast<std::int64_t>(sum)});
  }
  DD_TRY_VOID(connection.insert("INSERT INTO usage_day (tenant_id, day, meter, amount)", 4, std::move(values),
                                connection.dialect().accumulate("usage_day", "tenant_id, day, meter", "amount")));
  return ok();
}

Result<std::vector<UsageRow>> usage(Connection& connection, const std::optional<TenantId>& tenant, std::int32_t from_day,
                                    std::int32_t to_day) {
  std::vector<Value> values{std::int64_t{from_day}, std::int64_t{to_day}};
  if (tenant) values.emplace_back(tenant->str());
  DD_TRY(const auto rows, connection.query(fmt::format("SELECT tenant_id, day, meter, amount FROM usage_day WHERE day >= ? AND day <= ?{}"
                                                       " ORDER BY tenant_id, day, meter",
                                                       tenant ? " AND tenant_id = ?" : ""),
                                           std::move(values), 4));
  std::vector<UsageRow> all;
  all.reserve(rows.size());
  for (const auto& row : rows) {
    all.push_back({TenantId(row[0]), static_cast<std::int32_t>(number_of(row[1])), row[2], static_cast<std::uint64_t>(number_of(row[3]))});
  }
  return all;
}

}  // namespace dd::store
