// SPDX-License-Identifier: MIT
#include "portal/tenant_metrics.hpp"

#include <fmt/format.h>

#include <map>

namespace dd::portal {
namespace {

void family(std::string& text, std::string_view name, std::string_view type, std::string_view help) {
  text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

}  // namespace

// Ids, meters and quotas are letters, digits and `-_.@`: nothing in a label has to be escaped.
std::string tenant_metrics(const control::Tenant& tenant, const TenantNow& now, std::span<const control::UsageRow> usage) {
  const std::string& id = tenant.id.str();
  std::string text;
  family(text, "doordarshan_tenant_meetings", "gauge", "Meetings of the tenant now.");
  text += fmt::format("doordarshan_tenant_meetings{{tenant=\"{}\"}} {}\n", id, now.meetings);
  family(text, "doordarshan_tenant_participants", "gauge", "Participants in all its meetings now.");
  text += fmt::format("doordarshan_tenant_participants{{tenant=\"{}\"}} {}\n", id, now.participants);
  family(text, "doordarshan_tenant_quota", "gauge", "What the tenant may use; absent where there is no bound.");
  for (const auto& [quota, bound] : tenant.quotas) {
    text += fmt::format("doordarshan_tenant_quota{{tenant=\"{}\",quota=\"{}\"}} {}\n", id, quota, bound);
  }
  std::map<std::string_view, std::uint64_t> sums;
  for (const auto& row : usage) sums[row.meter] += row.value;
  family(text, "doordarshan_tenant_usage_total", "counter", "What the tenant has used since it is metered.");
  for (const auto& [meter, value] : sums) {
    text += fmt::format("doordarshan_tenant_usage_total{{tenant=\"{}\",meter=\"{}\"}} {}\n", id, meter, value);
  }
  return text;
}

}  // namespace dd::portal
