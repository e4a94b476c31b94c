// SPDX-License-Identifier: MIT
// FakeTenantStore: tenants in memory, with a database that can be slow, refuse, or lose a commit.
// It keeps the contract of control/tenant_store.hpp as store/ does. Owned by one test.
#pragma once

#include <map>
#include <tuple>
#include <utility>

#include "base/completion.hpp"
#include "base/loop.hpp"
#include "control/tenant_store.hpp"

namespace dd::control::testing {

class FakeTenantStore final : public TenantStore {
 public:
  explicit FakeTenantStore(Loop& loop) : loop_(loop) {}

  // How the next calls end, after `delay`.
  std::optional<Error> fault;
  Duration delay{0};
  int reads = 0;   // of tenants and keys
  int writes = 0;  // of usage

  std::map<TenantId, Tenant> all_tenants;
  std::map<std::pair<TenantId, KeyId>, trust::Key> all_keys;
  std::map<std::tuple<TenantId, std::int32_t, std::string>, std::uint64_t> all_usage;

  Task<Result<std::vector<Tenant>>> tenants() override {
    DD_CO_TRY_VOID(co_await answer());
    std::vector<Tenant> list;
    for (const auto& [id, tenant] : all_tenants) list.push_back(tenant);
    co_return list;
  }
  Task<Result<std::optional<Tenant>>> find_tenant(TenantId tenant) override {
    ++reads;
    DD_CO_TRY_VOID(co_await answer());
    const auto found = all_tenants.find(tenant);
    if (found == all_tenants.end()) co_return std::optional<Tenant>{};
    co_return std::optional<Tenant>(found->second);
  }
  Task<Result<void>> put_tenant(Tenant tenant) override {
    DD_CO_TRY_VOID(co_await answer());
    all_tenants[tenant.id] = tenant;
    co_return ok();
  }
  Task<Result<void>> delete_tenant(TenantId tenant) override {
    DD_CO_TRY_VOID(co_await answer());
    all_tenants.erase(tenant);
    for (auto key = all_keys.begin(); key != all_keys.end();) key = key->first.first == tenant ? all_keys.erase(key) : std::next(key);
    co_return ok();
  }

  Task<Result<std::vector<trust::Key>>> keys_of(TenantId tenant) override {
    ++reads;
    DD_CO_TRY_VOID(co_await answer());
    std::vector<trust::Key> keys;
    for (const auto& [id, key] : all_keys) {
      if (id.first == tenant) keys.push_back(key);
    }
    co_return keys;
  }
  Task<Result<void>> put_key(trust::Key key) override {
    DD_CO_TRY_VOID(co_await answer());
    all_keys[{key.tenant, key.id}] = key;
    co_return ok();
  }
  Task<Result<void>> delete_key(TenantId tenant, KeyId key) override {
    DD_CO_TRY_VOID(co_await answer());
    all_keys.erase({tenant, key});
    co_return ok();
  }

  Task<Result<void>> add_usage(std::vector<UsageRow> increments) override {
    ++writes;
    DD_CO_TRY_VOID(co_await answer());
    for (const auto& row : increments) all_usage[{row.tenant, row.day, row.meter}] += row.value;
    co_return ok();
  }
  Task<Result<std::vector<UsageRow>>> usage(std::optional<TenantId> tenant, std::int32_t from_day, std::int32_t to_day) override {
    DD_CO_TRY_VOID(co_await answer());
    std::vector<UsageRow> rows;
    for (const auto& [key, value] : all_usage) {
      const auto& [id, day, meter] = key;
      if ((!tenant || id == *tenant) && day >= from_day && day <= to_day) rows.push_back({id, day, meter, value});
    }
    co_return rows;
  }

 private:
  Task<Result<void>> answer() {
    if (delay > Duration{0}) co_await sleep_for(loop_, delay);
    if (fault) co_return *fault;
    co_return ok();
  }

  Loop& loop_;
};

}  // namespace dd::control::testing
