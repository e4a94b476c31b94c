// SPDX-License-Identifier: MIT
// What is remembered of tenants: themselves with their quotas, keys of any bytes, usage that only grows.
#include <fmt/format.h>

#include "control_fixture.hpp"

namespace dd::store::testing {
namespace {

class TenantContract : public ControlContract {
 protected:
  static control::Tenant tenant(const std::string& id) {
    control::Tenant tenant;
    tenant.id = TenantId(id);
    tenant.name = "Acme \"Ünïted\" 🙂 'Ltd' \\ ?";
    tenant.created = WallTime(std::chrono::seconds{1'800'000'000});
    tenant.quotas = {{"meetings", 5}, {"storage_bytes", 5'000'000'000'000ULL}};
    return tenant;
  }
  static trust::Key key(const std::string& id, const std::string& tenant, std::string material) {
    trust::Key key;
    key.id = KeyId(id);
    key.tenant = TenantId(tenant);
    key.material = std::move(material);
    return key;
  }
};

TEST_P(TenantContract, ATenantIsFoundAsItWasPut) {
  EXPECT_FALSE(run(tenants_.find_tenant(TenantId("acme")))->has_value());
  ASSERT_TRUE(run(tenants_.put_tenant(tenant("acme"))).has_value());
  auto found = run(tenants_.find_tenant(TenantId("acme"))).value().value();
  EXPECT_EQ(found.name, tenant("acme").name);
  EXPECT_FALSE(found.suspended);
  EXPECT_EQ(found.created, tenant("acme").created);
  EXPECT_EQ(found.quotas, tenant("acme").quotas);
  EXPECT_FALSE(run(tenants_.find_tenant(TenantId("ACME")))->has_value()) << "case tells ids apart";

  found.suspended = true;
  found.quotas = {{"participants", 0}};
  ASSERT_TRUE(run(tenants_.put_tenant(found)).has_value());
  ASSERT_TRUE(run(tenants_.put_tenant(tenant("beta"))).has_value());
  const auto all = run(tenants_.tenants());
  ASSERT_EQ(all->size(), 2u);
  EXPECT_TRUE((*all)[0].suspended);
  EXPECT_EQ((*all)[0].quotas, found.quotas) << "quotas are replaced as a whole";
  EXPECT_EQ((*all)[1].quotas, tenant("beta").quotas);
}

TEST_P(TenantContract, AQuotaThatNoColumnHoldsIsRefusedAndChangesNothing) {
  ASSERT_TRUE(run(tenants_.put_tenant(tenant("acme"))).has_value());
  auto changed = tenant("acme");
  changed.name = "other";
  changed.quotas["meetings"] = UINT64_MAX;
  EXPECT_EQ(run(tenants_.put_tenant(changed)).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(run(tenants_.find_tenant(TenantId("acme"))).value()->name, tenant("acme").name);
}

TEST_P(TenantContract, KeysHoldAnyBytesAndKeepTheirTimes) {
  std::string bytes;
  for (int value = 0; value < 256; ++value) bytes += static_cast<char>(value);
  auto first = key("acme.k1", "acme", bytes);
  auto second = key("acme.k2", "acme", "-----BEGIN PUBLIC KEY-----\nMCowBQ==\n-----END PUBLIC KEY-----\n");
  second.algorithm = trust::Algorithm::kEdDsa;
  second.retires = WallTime(std::chrono::seconds{1'900'000'000});
  ASSERT_TRUE(run(tenants_.put_key(first)).has_value());
  ASSERT_TRUE(run(tenants_.put_key(second)).has_value());
  ASSERT_TRUE(run(tenants_.put_key(key("beta.k1", "beta", std::string(32, 'x')))).has_value());

  auto keys = run(tenants_.keys_of(TenantId("acme")));
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ((*keys)[0].material, bytes);
  EXPECT_EQ((*keys)[0].algorithm, trust::Algorithm::kHs256);
  EXPECT_FALSE((*keys)[0].retires.has_value());
  EXPECT_EQ((*keys)[0].tenant.str(), "acme");
  EXPECT_EQ((*keys)[1].material, second.material);
  EXPECT_EQ((*keys)[1].algorithm, trust::Algorithm::kEdDsa);
  EXPECT_EQ((*keys)[1].retires, second.retires);

  first.retires = WallTime(std::chrono::seconds{1});
  ASSERT_TRUE(run(tenants_.put_key(first)).has_value());
  ASSERT_TRUE(run(tenants_.delete_key(TenantId("acme"), KeyId("acme.k2"))).has_value());
  ASSERT_TRUE(run(tenants_.delete_key(TenantId("acme"), KeyId("beta.k1"))).has_value()) << "absent is fine";
  keys = run(tenants_.keys_of(TenantId("acme")));
  ASSERT_EQ(keys->size(), 1u);
  EXPECT_EQ((*keys)[0].retires, first.retires);
  EXPECT_EQ(run(tenants_.keys_of(TenantId("beta")))->size(), 1u) << "another tenant's key stays";
  EXPECT_FALSE(run(tenants_.put_key(key("acme.k3", "acme", ""))).has_value());
}

TEST_P(TenantContract, OneTenantCannotTakeTheKeyIdOfAnother) {
  ASSERT_TRUE(run(tenants_.put_key(key("shared", "acme", std::string(32, 'a')))).has_value());
  ASSERT_TRUE(run(tenants_.put_key(key("shared", "beta", std::string(32, 'b')))).has_value());
  EXPECT_EQ(run(tenants_.keys_of(TenantId("acme"))).value().at(0).material, std::string(32, 'a'));
}

TEST_P(TenantContract, ADeletedTenantLeavesItsUsageOnly) {
  ASSERT_TRUE(run(tenants_.put_tenant(tenant("acme"))).has_value());
  ASSERT_TRUE(run(tenants_.put_key(key("acme.k1", "acme", std::string(32, 'a')))).has_value());
  ASSERT_TRUE(run(tenants_.add_usage({{TenantId("acme"), 20'000, "bytes_in", 5}})).has_value());
  ASSERT_TRUE(run(tenants_.delete_tenant(TenantId("acme"))).has_value());
  EXPECT_FALSE(run(tenants_.find_tenant(TenantId("acme")))->has_value());
  EXPECT_TRUE(run(tenants_.keys_of(TenantId("acme")))->empty());
  EXPECT_EQ(count("tenant_quota"), 0u);
  EXPECT_EQ(run(tenants_.usage(TenantId("acme"), 0, 30'000))->size(), 1u);
  EXPECT_TRUE(run(tenants_.delete_tenant(TenantId("acme"))).has_value()) << "absent is fine";
}

TEST_P(TenantContract, UsageGrowsByDayTenantAndMeter) {
  const TenantId acme("acme");
  const TenantId beta("beta");
  ASSERT_TRUE(
      run(tenants_.add_usage({{acme, 20'000, "bytes_in", 5}, {acme, 20'000, "bytes_out", 7}, {beta, 20'001, "bytes_in", 1}})).has_value());
  ASSERT_TRUE(
      run(tenants_.add_usage({{acme, 20'000, "bytes_in", 5'000'000'000}, {acme, 20'000, "bytes_in", 1}, {acme, 20'002, "bytes_in", 0}}))
          .has_value());
  ASSERT_TRUE(run(tenants_.add_usage({})).has_value());
  const auto all = run(tenants_.usage(std::nullopt, 19'999, 20'001));
  ASSERT_EQ(all->size(), 3u);
  EXPECT_EQ((*all)[0].tenant, acme);
  EXPECT_EQ((*all)[0].day, 20'000);
  EXPECT_EQ((*all)[0].meter, "bytes_in");
  EXPECT_EQ((*all)[0].value, 5'000'000'006u);
  EXPECT_EQ((*all)[1].value, 7u);
  EXPECT_EQ((*all)[2].tenant, beta);
  EXPECT_EQ(run(tenants_.usage(acme, 20'000, 20'002))->size(), 2u);
  EXPECT_TRUE(run(tenants_.usage(acme, 20'001, 20'002))->empty());
}

TEST_P(TenantContract, AnAbsurdIncrementDoesNotSpoilTheMeter) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(run(tenants_.add_usage({{TenantId("acme"), 1, "bytes_in", UINT64_MAX}})).has_value());
  EXPECT_EQ(run(tenants_.usage(std::nullopt, 1, 1)).value().at(0).value, 3 * (std::uint64_t{1} << 53U));
}

INSTANTIATE_TEST_SUITE_P(Sqlite, TenantContract, ::testing::Values(DatabaseKind::kSqlite));
INSTANTIATE_TEST_SUITE_P(Mariadb, TenantContract, ::testing::Values(DatabaseKind::kMysql));

}  // namespace
}  // namespace dd::store::testing
