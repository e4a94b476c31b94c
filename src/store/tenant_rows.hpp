// SPDX-License-Identifier: MIT
// The statements behind control::TenantStore. They open no transaction and retry nothing: the pool runs each inside one.
// A key's material is kept in hexadecimal, for it may be any bytes. Blocking; used by the pool's threads.
#pragma once

#include <optional>
#include <vector>

#include "base/result.hpp"
#include "control/tenant_store.hpp"
#include "store/connection.hpp"

namespace dd::store {

using control::UsageRow;

Result<std::vector<control::Tenant>> tenants(Connection& connection);
Result<std::optional<control::Tenant>> find_tenant(Connection& connection, const TenantId& tenant);
Result<void> put_tenant(Connection& connection, const control::Tenant& tenant);
// Its keys and quotas go too; its usage stays, for it has yet to be paid.
Result<void> delete_tenant(Connection& connection, const TenantId& tenant);

Result<std::vector<trust::Key>> keys_of(Connection& connection, const TenantId& tenant);
Result<void> put_key(Connection& connection, const trust::Key& key);
Result<void> delete_key(Connection& connection, const TenantId& tenant, const KeyId& key);

Result<void> add_usage(Connection& connection, const std::vector<UsageRow>& increments);
Result<std::vector<UsageRow>> usage(Connection& connection, const std::optional<TenantId>& tenant, std::int32_t from_day,
                                    std::int32_t to_day);

}  // namespace dd::store
