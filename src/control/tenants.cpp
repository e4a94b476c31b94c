// SPDX-License-Identifier: MIT
#include "control/tenants.hpp"

#include <algorithm>
#include <utility>

#include "control/tenant_copies.hpp"
#include "control/usage.hpp"
#include "control/usage_meter.hpp"

namespace dd::control {
namespace {

using observe::Metric;

constexpr std::size_t kMeters = 5;  // the words of tenants.hpp

Error invalid_token() { return refused(Errc::kUnauthorized, "token_invalid", "the token is not valid here"); }

}  // namespace

struct Tenants::State {
  State(Loop& home, TenantsSettings chosen, TenantStore& remembered, observe::Metrics& counted)
      : loop(home),
        store(remembered),
        metrics(counted),
        copies(std::make_shared<TenantCopies>(home, remembered, chosen.fresh, chosen.max_copies)),
        meter(std::make_shared<UsageMeter>(home, remembered, counted, chosen.max_copies * kMeters)) {}

  static Task<Result<trust::Claims>> check(std::shared_ptr<State> state, std::string token);
  static Task<Result<trust::Claims>> authenticate(std::shared_ptr<State> state, std::string token);
  static Task<Result<Tenant>> find(std::shared_ptr<State> state, TenantId tenant);
  static Task<Result<std::optional<std::uint64_t>>> quota(std::shared_ptr<State> state, TenantId tenant, Quota quota);
  static Task<Result<std::uint64_t>> recorded_this_month(std::shared_ptr<State> state, TenantId tenant);

  Loop& loop;
  TenantStore& store;
  observe::Metrics& metrics;
  const std::shared_ptr<TenantCopies> copies;
  const std::shared_ptr<UsageMeter> meter;
};

Tenants::Tenants(Loop& loop, TenantsSettings settings, TenantStore& store, observe::Metrics& metrics)
    : state_(std::make_shared<State>(loop, settings, store, metrics)) {}

Tenants::~Tenants() = default;

Task<Result<trust::Claims>> Tenants::authenticate(std::string token) { return State::authenticate(state_, std::move(token)); }
Task<Result<Tenant>> Tenants::find(TenantId tenant) { return State::find(state_, std::move(tenant)); }
Task<Result<std::optional<std::uint64_t>>> Tenants::quota(TenantId tenant, Quota quota) {
  return State::quota(state_, std::move(tenant), quota);
}
Task<Result<std::uint64_t>> Tenants::recorded_this_month(TenantId tenant) { return State::recorded_this_month(state_, std::move(tenant)); }

void Tenants::meter(const TenantId& tenant, std::string_view meter, std::uint64_t amount) { state_->meter->add(tenant, meter, amount); }
Task<void> Tenants::flush() { return state_->meter->flush(); }
void Tenants::forget_copy(const TenantId& tenant) { state_->copies->forget(tenant); }

Task<Result<trust::Claims>> Tenants::State::authenticate(std::shared_ptr<State> state, std::string token) {
  auto checking = check(state, std::move(token));
  auto claims = co_await std::move(checking);
  std::string_view outcome = "ok";
  if (!claims) outcome = claims.error().reason.empty() ? to_string(claims.error().code) : std::string_view(claims.error().reason);
  state->metrics.add(Metric::kTokens, {outcome});
  co_return claims;
}

Task<Result<trust::Claims>> Tenants::State::check(std::shared_ptr<State> state, std::string token) {
  DD_CO_TRY(auto tenant, trust::claimed_tenant(token));
  auto fetching = state->copies->fetch(std::move(tenant));
  DD_CO_TRY(const auto copy, co_await std::move(fetching));
  if (!copy->tenant) co_return invalid_token();
  DD_CO_TRY(auto claims, trust::verify(token, copy->keys, state->loop.wall_now()));
  // Only who holds a key of the tenant learns that it is there.
  if (copy->tenant->suspended) co_return refused(Errc::kForbidden, "tenant_suspended", "the tenant is suspended");
  co_return claims;
}

Task<Result<Tenant>> Tenants::State::find(std::shared_ptr<State> state, TenantId tenant) {
  auto fetching = state->copies->fetch(tenant);
  DD_CO_TRY(const auto copy, co_await std::move(fetching));
  if (!copy->tenant) co_return not_found("tenant", tenant.str());
  co_return *copy->tenant;
}

Task<Result<std::optional<std::uint64_t>>> Tenants::State::quota(std::shared_ptr<State> state, TenantId tenant, Quota quota) {
  auto finding = find(std::move(state), std::move(tenant));
  DD_CO_TRY(const auto found, co_await std::move(finding));
  co_return quota_of(found, quota);
}

// A bucket that holds what may be spent in a second, filled evenly.
Result<void> Tenants::spend_request(const TenantId& tenant) {
  const auto copy = state_->copies->peek(tenant);
  if (!copy || !copy->tenant) return ok();
  const auto bound = quota_of(*copy->tenant, Quota::kRequestsPerSecond);
  if (!bound) {
    copy->refilled.reset();
    return ok();
  }
  const auto rate = static_cast<double>(*bound);
  const auto now = state_->loop.now();
  const std::chrono::duration<double> passed = copy->refilled ? now - *copy->refilled : std::chrono::seconds{1};
  copy->allowance = std::min(rate, (copy->refilled ? copy->allowance : 0) + passed.count() * rate);
  copy->refilled = now;
  if (copy->allowance >= 1) {
    copy->allowance -= 1;
    return ok();
  }
  auto error = refused(Errc::kTooManyRequests, "quota_rate", "the tenant's requests per second are used up");
  error.retry_after = std::chrono::seconds{1};
  return error;
}

Task<Result<std::uint64_t>> Tenants::State::recorded_this_month(std::shared_ptr<State> state, TenantId tenant) {
  const auto now = state->loop.wall_now();
  const std::optional<TenantId> of_tenant = std::move(tenant);
  auto reading = state->store.usage(of_tenant, first_day_of_month(now), day_of(now));
  DD_CO_TRY(const auto rows, co_await std::move(reading));
  std::uint64_t seconds = 0;
  for (const auto& row : rows) {
    if (row.meter == kRecordingSeconds) seconds += row.value;
  }
  co_return seconds;
}

}  // namespace dd::control
