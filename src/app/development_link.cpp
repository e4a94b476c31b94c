// SPDX-License-Identifier: MIT
#include "app/development_link.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace dd::app {
namespace {

constexpr std::chrono::hours kGoodFor{7 * 24};

bool can_sign(const trust::Key& key, WallTime now) {
  return key.algorithm == trust::Algorithm::kHs256 && (!key.retires || *key.retires > now);
}

// The implied tenant's oldest key that can sign and has not retired; made, with the tenant, when there is none.
Task<Result<trust::Key>> ensure_key(control::TenantStore& tenants, TenantId tenant, WallTime now) {
  DD_CO_TRY(auto keys, co_await tenants.keys_of(tenant));
  for (auto& key : keys) {
    if (can_sign(key, now)) co_return std::move(key);
  }
  DD_CO_TRY(auto known, co_await tenants.find_tenant(tenant));
  if (!known) {
    control::Tenant made = *control::implied_tenant(tenant);
    made.created = now;
    DD_CO_TRY_VOID(co_await tenants.put_tenant(std::move(made)));
  }
  DD_CO_TRY(auto key, trust::generate_key(tenant, trust::Algorithm::kHs256));
  DD_CO_TRY_VOID(co_await tenants.put_key(key));
  co_return key;
}

}  // namespace

Task<Result<DevelopmentLinks>> development_links(control::TenantStore& tenants, std::string public_url, WallTime now) {
  DD_CO_TRY(const auto default_key, co_await ensure_key(tenants, trust::kDefaultTenant, now));
  DD_CO_TRY(const auto operator_key, co_await ensure_key(tenants, trust::kOperatorTenant, now));
  trust::Claims visitor;
  visitor.tenant = trust::kDefaultTenant;
  visitor.meeting = MeetingId("first-meeting");
  visitor.grants = {
      .publish = {"audio", "video", "screenshare"}, .subscribe = true, .data = true, .record = true, .moderate = true, .admin = false};
  visitor.expires = now + kGoodFor;
  trust::Claims runner;
  runner.tenant = trust::kOperatorTenant;
  runner.grants = {.publish = {}, .subscribe = false, .data = false, .record = true, .moderate = true, .admin = true};
  runner.expires = now + kGoodFor;
  DD_CO_TRY(const auto visitors_token, trust::issue(visitor, default_key, now));
  DD_CO_TRY(const auto operators_token, trust::issue(runner, operator_key, now));
  co_return DevelopmentLinks{fmt::format("{}/m/{}#token={}", public_url, visitor.meeting.str(), visitors_token),
                             fmt::format("{}/operator#token={}", public_url, operators_token)};
}

}  // namespace dd::app
