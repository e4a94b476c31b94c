// SPDX-License-Identifier: MIT
// What one tenant has and has used, as Prometheus scrapes it: its own numbers and nobody else's, for a tenant's own monitoring.
// It asks nobody. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "control/tenant_store.hpp"

namespace dd::portal {

struct TenantNow {
  std::size_t meetings = 0;
  std::uint32_t participants = 0;
};

// `usage` is all there is of the tenant; days are added up, so that the counters only grow.
std::string tenant_metrics(const control::Tenant& tenant, const TenantNow& now, std::span<const control::UsageRow> usage);

}  // namespace dd::portal
