// SPDX-License-Identifier: MIT
// Tenants: who a token belongs to, what the tenant may use and what it has used; kept close, so that no call waits for the database twice.
// It places nobody and counts no meeting. With the database away, tenants and keys that were read before stay valid.
// Lives on the control loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "control/quota.hpp"
#include "control/tenant_store.hpp"
#include "observe/metrics.hpp"
#include "trust/token.hpp"

namespace dd::control {

// What is metered, by day and tenant; the words are UsageRow's.
inline constexpr std::string_view kParticipantSeconds = "participant_seconds";
inline constexpr std::string_view kBytesIn = "bytes_in";
inline constexpr std::string_view kBytesOut = "bytes_out";
inline constexpr std::string_view kRecordingSeconds = "recording_seconds";
inline constexpr std::string_view kStoredByteHours = "stored_byte_hours";

struct TenantsSettings {
  std::chrono::milliseconds fresh{2'000};  // how old a copy may be before the database is asked again; so a suspension takes so long
  std::size_t max_copies = 10'000;
};

class Tenants {
 public:
  // `store` and `loop` outlive it.
  Tenants(Loop& loop, TenantsSettings settings, TenantStore& store, observe::Metrics& metrics);
  ~Tenants();

  // The token's claims, once signature, times and tenant are right. kUnauthorized with the reasons of trust::verify, "token_invalid" for a
  // tenant or key that is not there (nobody learns which tenants exist), kForbidden with "tenant_suspended".
  Task<Result<trust::Claims>> authenticate(std::string token);

  // kNotFound. The default tenant always exists, without quotas, unless it was configured.
  Task<Result<Tenant>> find(TenantId tenant);
  Task<Result<std::optional<std::uint64_t>>> quota(TenantId tenant, Quota quota);

  // One request of the tenant's; kTooManyRequests with reason "quota_rate" and retry_after past its requests_per_second. Never waits:
  // with no copy of the tenant at hand it passes.
  Result<void> spend_request(const TenantId& tenant);

  // What was recorded in this calendar month, in seconds, as last written.
  Task<Result<std::uint64_t>> recorded_this_month(TenantId tenant);

  // Adds to today's usage; kept here and written every few seconds, and again after a failure. Bounded by tenants, not by calls.
  void meter(const TenantId& tenant, std::string_view meter, std::uint64_t amount);
  Task<void> flush();  // what is kept is written now, for a clean end

  // What an administrator changed is seen at once by this replica.
  void forget_copy(const TenantId& tenant);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dd::control
