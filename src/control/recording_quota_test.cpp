// SPDX-License-Identifier: MIT
#include "control/recording_quota.hpp"

#include <gtest/gtest.h>

#include "control/testing/fake_tenant_store.hpp"
#include "control/testing/replica.hpp"

namespace dd::control {
namespace {

using namespace std::chrono_literals;

class RecordingQuotaTest : public ::testing::Test {
 protected:
  RecordingQuotaTest() {
    Tenant acme;
    acme.id = kAcme;
    store_.all_tenants[kAcme] = acme;
  }
  ~RecordingQuotaTest() override { quota_.stop(); }

  void allow(decltype(Tenant::quotas) quotas) {
    store_.all_tenants[kAcme].quotas = std::move(quotas);
    tenants_.forget_copy(kAcme);
  }
  void stores(const std::string& server, const std::string& answer) { stage_.cluster.server(server).storage = answer; }
  std::string outcome() {
    const auto checked = stage_.loop.run(quota_.check(kAcme));
    return checked ? "ok" : checked.error().reason;
  }
  std::uint64_t metered() {
    stage_.loop.run(flushed());
    std::uint64_t sum = 0;
    for (const auto& [key, value] : store_.all_usage) sum += std::get<2>(key) == kStoredByteHours ? value : 0;
    return sum;
  }

  inline static const TenantId kAcme{"acme"};
  testing::Stage stage_;
  testing::FakeTenantStore store_{stage_.loop};
  observe::Metrics metrics_;
  Tenants tenants_{stage_.loop, TenantsSettings{}, store_, metrics_};
  RecordingQuota quota_{stage_.loop, RecordingQuotaSettings{}, tenants_, stage_.replica.meetings, stage_.cluster};

 private:
  Task<bool> flushed() {
    co_await tenants_.flush();
    co_return true;
  }
};

TEST_F(RecordingQuotaTest, WithoutQuotasNobodyIsAsked) {
  EXPECT_EQ(outcome(), "ok");
  EXPECT_EQ(stage_.cluster.calls("/v1/getRecordingStorage"), 0U);
}

TEST_F(RecordingQuotaTest, MinutesOfTheMonthAreUsedUp) {
  allow({{"recording_minutes", 2}});
  tenants_.meter(kAcme, kRecordingSeconds, 119);
  EXPECT_EQ(metered(), 0U);
  EXPECT_EQ(outcome(), "ok");
  tenants_.meter(kAcme, kRecordingSeconds, 1);
  EXPECT_EQ(metered(), 0U);
  EXPECT_EQ(outcome(), "quota_recording");
}

TEST_F(RecordingQuotaTest, BytesOfAllServersCountAndASharedDiskOnce) {
  allow({{"storage_bytes", 1'000}});
  stores("s1",
         R"({"root":"disk-1","tenants":[{"tenant":" acme","bytes":600,"recordings":1},{"tenant":"beta","bytes":9000,"recordings":1}]})");
  stores("s2", R"({"root":"disk-1","tenants":[{"tenant":" acme","bytes":600,"recordings":1}]})");
  stores("s3", R"({"root":"disk-3","tenants":[{"tenant":"acme","bytes":399,"recordings":2}]})");
  EXPECT_EQ(outcome(), "ok");
  stores("s3", R"({"root":"disk-3","tenants":[{"tenant":"acme","bytes":400,"recordings":2}]})");
  EXPECT_EQ(outcome(), "ok") << "what was told is fresh";
  stage_.loop.advance(10s);
  EXPECT_EQ(outcome(), "quota_storage");
}

TEST_F(RecordingQuotaTest, AServerThatIsAwayOrTalksNonsenseCountsAsItLastDid) {
  allow({{"storage_bytes", 1'000}});
  stores("s1", R"({"root":"disk-1","tenants":[{"tenant":"acme","bytes":1000,"recordings":1}]})");
  EXPECT_EQ(outcome(), "quota_storage");
  for (const char* nonsense : {"", "[]", R"({"root":"disk-1","tenants":[{"tenant":"acme","bytes":-5}]})"}) {
    stores("s1", nonsense);
    stage_.loop.advance(11s);
    EXPECT_EQ(outcome(), "quota_storage") << nonsense;
  }
  stage_.cluster.kill("s1");
  stage_.loop.advance(11s);
  EXPECT_EQ(outcome(), "quota_storage");
  stage_.loop.advance(25h);
  EXPECT_EQ(outcome(), "ok") << "a disk of which nobody tells any more is gone";
}

TEST_F(RecordingQuotaTest, TheLeaderMetersByteHours) {
  stores("s2", R"({"root":"disk-2","tenants":[{"tenant":"acme","bytes":1200000,"recordings":1}]})");
  quota_.start();
  stage_.loop.advance(301s);
  EXPECT_EQ(metered(), 0U) << "it begins to count";
  stage_.loop.advance(600s);
  EXPECT_NEAR(static_cast<double>(metered()), 200'000, 2'000);
}

}  // namespace
}  // namespace dd::control
