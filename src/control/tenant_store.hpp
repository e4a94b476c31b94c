// SPDX-License-Identifier: MIT
// What is remembered of tenants: their names, keys, quotas and usage. tenants.hpp gives it meaning and keeps copies for speed.
// It knows no SQL; store/ implements it on both databases, under one contract test. Called on the control loop.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "trust/token.hpp"

namespace dd::control {

struct Tenant {
  TenantId id;
  std::string name;
  bool suspended = false;  // its tokens are refused
  WallTime created{};
  std::map<std::string, std::uint64_t, std::less<>> quotas;  // by the names of quota.hpp; absent: no bound
};

// Usage is counted by day (UTC, days since 1970) and only grows: `add` is an increment, so that replicas need not agree.
struct UsageRow {
  TenantId tenant;
  std::int32_t day = 0;
  std::string meter;  // see usage.hpp: "participant_seconds", "bytes_in", "bytes_out", "recording_seconds", "stored_byte_hours"
  std::uint64_t value = 0;
};

// The tenants that are there without being written, "default" and the operator's: as they are until somebody writes them.
inline std::optional<Tenant> implied_tenant(const TenantId& id) {
  if (id == trust::kDefaultTenant) return Tenant{id, "Default", false, {}, {}};
  if (id == trust::kOperatorTenant) return Tenant{id, "Operator", false, {}, {}};
  return std::nullopt;
}

class TenantStore {
 public:
  virtual ~TenantStore() = default;

  virtual Task<Result<std::vector<Tenant>>> tenants() = 0;
  virtual Task<Result<std::optional<Tenant>>> find_tenant(TenantId tenant) = 0;
  virtual Task<Result<void>> put_tenant(Tenant tenant) = 0;  // creates or changes; quotas are replaced
  virtual Task<Result<void>> delete_tenant(TenantId tenant) = 0;

  virtual Task<Result<std::vector<trust::Key>>> keys_of(TenantId tenant) = 0;  // the retired too
  virtual Task<Result<void>> put_key(trust::Key key) = 0;
  virtual Task<Result<void>> delete_key(TenantId tenant, KeyId key) = 0;

  virtual Task<Result<void>> add_usage(std::vector<UsageRow> increments) = 0;
  virtual Task<Result<std::vector<UsageRow>>> usage(std::optional<TenantId> tenant, std::int32_t from_day, std::int32_t to_day) = 0;
};

}  // namespace dd::control
