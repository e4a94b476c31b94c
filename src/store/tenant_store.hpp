// SPDX-License-Identifier: MIT
// TenantStore: tenants, keys, quotas and usage, on the same database as everything else.
// It gives them no meaning and keeps no copy. Each method is one transaction of the database's pool. Lives on the control loop.
#pragma once

#include <string>
#include <vector>

#include "control/tenant_store.hpp"
#include "store/database.hpp"

namespace dd::store {

class TenantStore final : public control::TenantStore {
 public:
  // Outlives the store.
  explicit TenantStore(Database& database) : database_(database) {}

  Task<Result<std::vector<control::Tenant>>> tenants() override;
  Task<Result<std::optional<control::Tenant>>> find_tenant(TenantId tenant) override;
  Task<Result<void>> put_tenant(control::Tenant tenant) override;
  Task<Result<void>> delete_tenant(TenantId tenant) override;  // its usage stays

  Task<Result<std::vector<trust::Key>>> keys_of(TenantId tenant) override;
  Task<Result<void>> put_key(trust::Key key) override;
  Task<Result<void>> delete_key(TenantId tenant, KeyId key) override;

  Task<Result<void>> add_usage(std::vector<control::UsageRow> increments) override;
  Task<Result<std::vector<control::UsageRow>>> usage(std::optional<TenantId> tenant, std::int32_t from_day, std::int32_t to_day) override;

 private:
  template <typename T, typename Work>
  Task<Result<T>> run(std::string_view name, Work work);

  Database& database_;
};

}  // namespace dd::store
