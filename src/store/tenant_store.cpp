// SPDX-License-Identifier: MIT
#include "store/tenant_store.hpp"

#include <utility>

#include "store/tenant_rows.hpp"

namespace dd::store {

template <typename T, typename Work>
Task<Result<T>> TenantStore::run(std::string_view name, Work work) {
  Operation operation;
  operation.name = name;
  return database_.pool().run(operation, Pool::Work<T>(std::move(work)));
}

Task<Result<std::vector<control::Tenant>>> TenantStore::tenants() {
  return run<std::vector<control::Tenant>>("tenants", [](Connection& connection) { return store::tenants(connection); });
}

Task<Result<std::optional<control::Tenant>>> TenantStore::find_tenant(TenantId tenant) {
  return run<std::optional<control::Tenant>>(
      "find_tenant", [tenant = std::move(tenant)](Connection& connection) { return store::find_tenant(connection, tenant); });
}

Task<Result<void>> TenantStore::put_tenant(control::Tenant tenant) {
  return run<void>("put_tenant", [tenant = std::move(tenant)](Connection& connection) { return store::put_tenant(connection, tenant); });
}

Task<Result<void>> TenantStore::delete_tenant(TenantId tenant) {
  return run<void>("delete_tenant",
                   [tenant = std::move(tenant)](Connection& connection) { return store::delete_tenant(connection, tenant); });
}

Task<Result<std::vector<trust::Key>>> TenantStore::keys_of(TenantId tenant) {
  return run<std::vector<trust::Key>>("keys_of",
                                      [tenant = std::move(tenant)](Connection& connection) { return store::keys_of(connection, tenant); });
}

Task<Result<void>> TenantStore::put_key(trust::Key key) {
  return run<void>("put_key", [key = std::move(key)](Connection& connection) { return store::put_key(connection, key); });
}

Task<Result<void>> TenantStore::delete_key(TenantId tenant, KeyId key) {
  return run<void>("delete_key", [tenant = std::move(tenant), key = std::move(key)](Connection& connection) {
    return store::delete_key(connection, tenant, key);
  });
}

Task<Result<void>> TenantStore::add_usage(std::vector<control::UsageRow> increments) {
  return run<void>("add_usage",
                   [increments = std::move(increments)](Connection& connection) { return store::add_usage(connection, increments); });
}

Task<Result<std::vector<control::UsageRow>>> TenantStore::usage(std::optional<TenantId> tenant, std::int32_t from_day,
                                                                std::int32_t to_day) {
  return run<std::vector<control::UsageRow>>("usage", [tenant = std::move(tenant), from_day, to_day](Connection& connection) {
    return store::usage(connection, tenant, from_day, to_day);
  });
}

}  // namespace dd::store
