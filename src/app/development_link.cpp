// SPDX-License-Identifier: MIT
#include "app/development_link.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "base/random.hpp"

namespace dd::app {
namespace {

constexpr std::chrono::hours kGoodFor{7 * 24};

bool can_sign(const trust::Key& key, WallTime now) {
  return key.algorithm == trust::Algorithm::kHs256 && (!key.retires || *key.retires > now);
}

}  // namespace

Task<Result<trust::Key>> ensure_development_key(control::TenantStore& tenants, WallTime now) {
  const TenantId& tenant = trust::kDefaultTenant;
  DD_CO_TRY(auto keys, co_await tenants.keys_of(tenant));
  for (auto& key : keys) {
    if (can_sign(key, now)) co_return std::move(key);
  }
  DD_CO_TRY(auto known, co_await tenants.find_tenant(tenant));
  if (!known) {
    control::Tenant made;
    made.id = tenant;
    made.name = "Default";
    made.created = now;
    DD_CO_TRY_VOID(co_await tenants.put_tenant(std::move(made)));
  }
  DD_CO_TRY(auto key, trust::generate_key(tenant, trust::Algorithm::kHs256));
  key.id = KeyId(fmt::format("{}.{}", tenant.str(), random_token(8)));  // a key's id names its tenant
  DD_CO_TRY_VOID(co_await tenants.put_key(key));
  co_return key;
}

Result<std::string> development_link(const std::string& public_url, const trust::Key& key, WallTime now) {
  trust::Claims claims;
  claims.tenant = key.tenant;
  claims.meeting = MeetingId("first-meeting");
  claims.grants = {
      .publish = {"audio", "video", "screenshare"}, .subscribe = true, .data = true, .record = true, .moderate = true, .admin = true};
  claims.expires = now + kGoodFor;
  DD_TRY(const auto token, trust::issue(claims, key, now));
  return fmt::format("{}/m/{}#token={}", public_url, claims.meeting.str(), token);
}

}  // namespace dd::app
