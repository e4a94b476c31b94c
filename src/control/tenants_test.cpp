// SPDX-License-Identifier: MIT
#include "control/tenants.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "base/testing/manual_loop.hpp"
#include "control/tenant_copies.hpp"
#include "control/testing/fake_tenant_store.hpp"
#include "control/usage.hpp"

namespace dd::control {
namespace {

using namespace std::chrono_literals;

class TenantsTest : public ::testing::Test {
 protected:
  TenantsTest() : tenants_(std::make_unique<Tenants>(loop_, TenantsSettings{}, store_, metrics_)) {
    add_tenant("acme");
    key_ = add_key("acme");
  }

  void add_tenant(const std::string& id) {
    Tenant tenant;
    tenant.id = TenantId(id);
    tenant.name = id;
    store_.all_tenants[tenant.id] = tenant;
  }
  trust::Key add_key(const std::string& tenant) {
    auto key = trust::generate_key(TenantId(tenant), trust::Algorithm::kHs256).value();
    store_.all_keys[{key.tenant, key.id}] = key;
    return key;
  }
  std::string token(const trust::Key& key, Duration valid = 1h) {
    trust::Claims claims;
    claims.tenant = key.tenant;
    claims.meeting = MeetingId("standup");
    claims.expires = loop_.wall_now() + valid;
    return trust::issue(claims, key, loop_.wall_now()).value();
  }
  std::string refusal(const std::string& text) {
    const auto claims = loop_.run(tenants_->authenticate(text));
    return claims ? "ok" : claims.error().reason.empty() ? std::string(to_string(claims.error().code)) : claims.error().reason;
  }
  std::uint64_t written(const std::string& tenant, std::string_view meter, std::int32_t day) {
    const auto found = store_.all_usage.find({TenantId(tenant), day, std::string(meter)});
    return found == store_.all_usage.end() ? 0 : found->second;
  }
  std::int32_t today() { return day_of(loop_.wall_now()); }

  dd::testing::ManualLoop loop_;
  observe::Metrics metrics_;
  testing::FakeTenantStore store_{loop_};
  std::unique_ptr<Tenants> tenants_;
  trust::Key key_;
};

TEST_F(TenantsTest, ATokenOfATenantsKeyIsGood) {
  const auto claims = loop_.run(tenants_->authenticate(token(key_)));
  ASSERT_TRUE(claims.has_value()) << claims.error().message;
  EXPECT_EQ(claims->tenant.str(), "acme");
  EXPECT_EQ(claims->meeting.str(), "standup");
}

TEST_F(TenantsTest, NobodyLearnsWhichTenantsExist) {
  const auto stranger = trust::generate_key(TenantId("nobody"), trust::Algorithm::kHs256).value();
  const auto forger = trust::generate_key(TenantId("acme"), trust::Algorithm::kHs256).value();
  store_.all_tenants[TenantId("acme")].suspended = true;
  const auto unknown = loop_.run(tenants_->authenticate(token(stranger)));
  const auto forged = loop_.run(tenants_->authenticate(token(forger)));
  EXPECT_EQ(unknown.error().code, Errc::kUnauthorized);
  EXPECT_EQ(unknown.error().reason, "token_invalid");
  EXPECT_EQ(forged.error().code, unknown.error().code);
  EXPECT_EQ(forged.error().reason, unknown.error().reason);
  EXPECT_EQ(refusal("x.y.z"), "token_malformed");
}

TEST_F(TenantsTest, ASuspensionIsSeenWithinTwoSecondsAndAtOnceWhereItWasMade) {
  EXPECT_EQ(refusal(token(key_)), "ok");
  store_.all_tenants[TenantId("acme")].suspended = true;
  EXPECT_EQ(refusal(token(key_)), "ok");
  loop_.advance(2s);
  const auto claims = loop_.run(tenants_->authenticate(token(key_)));
  EXPECT_EQ(claims.error().code, Errc::kForbidden);
  EXPECT_EQ(claims.error().reason, "tenant_suspended");
  store_.all_tenants[TenantId("acme")].suspended = false;
  tenants_->forget_copy(TenantId("acme"));
  EXPECT_EQ(refusal(token(key_)), "ok");
}

TEST_F(TenantsTest, TwoKeysAreGoodUntilOneRetires) {
  auto old = key_;
  const auto next = add_key("acme");
  EXPECT_EQ(refusal(token(old)), "ok");
  EXPECT_EQ(refusal(token(next)), "ok");
  old.retires = loop_.wall_now() + 10s;
  store_.all_keys[{old.tenant, old.id}] = old;
  loop_.advance(5s);
  EXPECT_EQ(refusal(token(old)), "ok");
  loop_.advance(5s);
  EXPECT_EQ(refusal(token(old)), "token_invalid");
  EXPECT_EQ(refusal(token(next)), "ok");
}

TEST_F(TenantsTest, CallsAtOnceAreOneReadAndLaterOnesNone) {
  store_.delay = 20ms;
  int good = 0;
  const auto check = [this, &good](std::string text) -> Task<void> {
    const auto claims = co_await tenants_->authenticate(std::move(text));
    if (claims) ++good;
  };
  for (int i = 0; i < 50; ++i) spawn(check(token(key_)));
  loop_.advance(20ms);
  EXPECT_EQ(good, 50);
  EXPECT_EQ(store_.reads, 2) << "the tenant and its keys";
  EXPECT_EQ(refusal(token(key_)), "ok");
  EXPECT_EQ(store_.reads, 2);
}

TEST_F(TenantsTest, WithTheDatabaseAwayWhatWasReadBeforeStaysGood) {
  EXPECT_EQ(refusal(token(key_)), "ok");
  store_.fault = unavailable("away");
  store_.delay = 900ms;
  loop_.advance(1h);
  const auto began = loop_.now();
  EXPECT_EQ(refusal(token(key_)), "ok");
  EXPECT_EQ(refusal(token(key_)), "ok");
  EXPECT_LE(loop_.now() - began, 900ms) << "the second did not wait for the database again";
  add_tenant("beta");
  EXPECT_EQ(refusal(token(add_key("beta"))), "unavailable");
  store_.fault.reset();
  store_.delay = 0ms;
  EXPECT_EQ(refusal(token(add_key("beta"))), "ok") << "a failure is not remembered";
}

TEST_F(TenantsTest, AnAdministratorsChangeIsNotUndoneByAnOlderRead) {
  store_.delay = 20ms;
  spawn([](Tenants& tenants) -> Task<void> { static_cast<void>(co_await tenants.find(TenantId("acme"))); }(*tenants_));
  loop_.advance(10ms);
  store_.delay = 0ms;
  store_.all_tenants[TenantId("acme")].name = "new";
  tenants_->forget_copy(TenantId("acme"));
  EXPECT_EQ(loop_.run(tenants_->find(TenantId("acme")))->name, "new");
  loop_.advance(20ms);
  EXPECT_EQ(loop_.run(tenants_->find(TenantId("acme")))->name, "new");
}

TEST_F(TenantsTest, StrangersDoNotDisplaceTenants) {
  EXPECT_EQ(refusal(token(key_)), "ok");
  const int before = store_.reads;
  for (int i = 0; i < 3000; ++i) EXPECT_FALSE(loop_.run(tenants_->find(TenantId(fmt::format("stranger{}", i)))).has_value());
  EXPECT_EQ(store_.reads, before + 6000);
  EXPECT_EQ(refusal(token(key_)), "ok");
  EXPECT_EQ(store_.reads, before + 6000);
}

TEST_F(TenantsTest, TheLeastUsedCopyGoesWhenThereAreTooMany) {
  TenantsSettings settings;
  settings.max_copies = 2;
  Tenants few(loop_, settings, store_, metrics_);
  for (const char* id : {"a", "b", "c"}) add_tenant(id);
  const auto read = [&](const char* id) {
    const int before = store_.reads;
    EXPECT_TRUE(loop_.run(few.find(TenantId(id))).has_value());
    return store_.reads != before;
  };
  EXPECT_TRUE(read("a"));
  EXPECT_TRUE(read("b"));
  EXPECT_FALSE(read("a"));
  EXPECT_TRUE(read("c"));
  EXPECT_FALSE(read("a"));
  EXPECT_TRUE(read("b"));
}

TEST_F(TenantsTest, TheDefaultTenantExistsWithoutARowAndItsKeysCount) {
  const auto found = loop_.run(tenants_->find(trust::kDefaultTenant));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->name, "default");
  EXPECT_TRUE(found->quotas.empty());
  EXPECT_EQ(refusal(token(add_key("default"))), "token_invalid") << "what was read is two seconds old at most";
  loop_.advance(2s);
  EXPECT_EQ(refusal(token(add_key("default"))), "ok");
  EXPECT_EQ(refusal(token(add_key("_operator"))), "ok");
  EXPECT_EQ(loop_.run(tenants_->find(TenantId("nobody"))).error().code, Errc::kNotFound);
}

TEST_F(TenantsTest, QuotasAreReadByTheirNames) {
  store_.all_tenants[TenantId("acme")].quotas = {{"meetings", 3}};
  EXPECT_EQ(loop_.run(tenants_->quota(TenantId("acme"), Quota::kMeetings)).value(), 3u);
  EXPECT_FALSE(loop_.run(tenants_->quota(TenantId("acme"), Quota::kParticipants)).value().has_value());
  EXPECT_EQ(loop_.run(tenants_->quota(TenantId("nobody"), Quota::kMeetings)).error().code, Errc::kNotFound);
}

TEST_F(TenantsTest, RequestsAreSpentFromASecondsWorth) {
  const TenantId acme("acme");
  EXPECT_TRUE(tenants_->spend_request(acme).has_value()) << "there is no copy yet";
  store_.all_tenants[acme].quotas = {{"requests_per_second", 10}};
  EXPECT_TRUE(loop_.run(tenants_->find(acme)).has_value());
  const auto spend = [&](int times) {
    int passed = 0;
    for (int i = 0; i < times; ++i) passed += tenants_->spend_request(acme).has_value() ? 1 : 0;
    return passed;
  };
  EXPECT_EQ(spend(15), 10);
  const auto refused = tenants_->spend_request(acme);
  EXPECT_EQ(refused.error().code, Errc::kTooManyRequests);
  EXPECT_EQ(refused.error().reason, "quota_rate");
  EXPECT_TRUE(refused.error().retry_after.has_value());
  loop_.advance(500ms);
  EXPECT_EQ(spend(15), 5);
  loop_.advance(1h);
  EXPECT_EQ(spend(15), 10) << "what is not spent does not add up";
}

TEST_F(TenantsTest, AChangedRateIsSeenByAConnectionThatAuthenticatedLongAgo) {
  const TenantId acme("acme");
  EXPECT_TRUE(loop_.run(tenants_->find(acme)).has_value());
  EXPECT_TRUE(tenants_->spend_request(acme).has_value());
  store_.all_tenants[acme].quotas = {{"requests_per_second", 0}};
  loop_.advance(3s);
  (void)tenants_->spend_request(acme);  // it does not wait, but it asks
  loop_.run_ready();
  EXPECT_FALSE(tenants_->spend_request(acme).has_value());
}

TEST_F(TenantsTest, UsageIsAddedUpAndWrittenEveryFewSeconds) {
  const TenantId acme("acme");
  for (int i = 0; i < 1000; ++i) tenants_->meter(acme, kBytesIn, 5);
  tenants_->meter(acme, kParticipantSeconds, 0);
  loop_.advance(4s);
  EXPECT_EQ(store_.writes, 0);
  loop_.advance(1s);
  EXPECT_EQ(store_.writes, 1);
  EXPECT_EQ(written("acme", kBytesIn, today()), 5000u);
  EXPECT_EQ(store_.all_usage.size(), 1u);
  loop_.advance(1h);
  EXPECT_EQ(store_.writes, 1) << "nothing to write";
}

TEST_F(TenantsTest, UsageOfAnOutageIsWrittenAfterItToTheDaysItBelongsTo) {
  const TenantId acme("acme");
  const auto first = today();
  store_.fault = unavailable("away");
  tenants_->meter(acme, kBytesIn, 5);
  loop_.advance(24h);
  tenants_->meter(acme, kBytesIn, 7);
  tenants_->meter(acme, kBytesIn, 1);
  loop_.advance(10s);
  EXPECT_TRUE(store_.all_usage.empty());
  store_.fault.reset();
  loop_.advance(5s);
  EXPECT_EQ(written("acme", kBytesIn, first), 5u);
  EXPECT_EQ(written("acme", kBytesIn, first + 1), 8u);
}

TEST_F(TenantsTest, WhatMayHaveBeenWrittenIsNotWrittenAgain) {
  store_.fault = make_error(Errc::kDeadlineExceeded, "unknown");
  tenants_->meter(TenantId("acme"), kBytesIn, 5);
  loop_.advance(5s);
  store_.fault.reset();
  loop_.advance(1h);
  EXPECT_TRUE(store_.all_usage.empty());
  EXPECT_EQ(store_.writes, 1);
}

TEST_F(TenantsTest, AFlushWritesWhatIsThere) {
  store_.delay = 100ms;
  for (int i = 0; i < 1200; ++i) tenants_->meter(TenantId(fmt::format("t{}", i)), kBytesIn, 1);
  bool flushed = false;
  spawn([](Tenants& tenants, bool& done) -> Task<void> {
    co_await tenants.flush();
    done = true;
  }(*tenants_, flushed));
  loop_.advance(50ms);
  tenants_->meter(TenantId("t0"), kBytesIn, 1);  // while the first is being written
  loop_.advance(1s);
  EXPECT_TRUE(flushed);
  EXPECT_EQ(store_.all_usage.size(), 1200u);
  EXPECT_EQ(written("t0", kBytesIn, today()), 2u);
}

TEST_F(TenantsTest, UsageIsBoundedByTenants) {
  TenantsSettings settings;
  settings.max_copies = 10;
  Tenants few(loop_, settings, store_, metrics_);
  store_.fault = unavailable("away");
  for (int i = 0; i < 1000; ++i) few.meter(TenantId(fmt::format("t{}", i)), kBytesIn, 1);
  store_.fault.reset();
  loop_.advance(5s);
  EXPECT_EQ(store_.all_usage.size(), 50u);
}

TEST_F(TenantsTest, RecordingOfThisMonthIsCountedFromItsFirst) {
  const TenantId acme("acme");
  const auto first = first_day_of_month(loop_.wall_now());
  store_.all_usage[{acme, first - 1, std::string(kRecordingSeconds)}] = 1000;
  store_.all_usage[{acme, first, std::string(kRecordingSeconds)}] = 20;
  store_.all_usage[{acme, today(), std::string(kRecordingSeconds)}] += 3;
  store_.all_usage[{acme, today(), std::string(kBytesIn)}] = 5000;
  store_.all_usage[{TenantId("beta"), today(), std::string(kRecordingSeconds)}] = 70;
  EXPECT_EQ(loop_.run(tenants_->recorded_this_month(acme)).value(), 23u);
}

}  // namespace
}  // namespace dd::control
