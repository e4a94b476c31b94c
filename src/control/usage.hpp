// SPDX-License-Identifier: MIT
// Days and months of usage, and usage as CSV. All in UTC, for tenants live in every time zone and a day must end once.
// It measures nothing. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "control/tenant_store.hpp"

namespace dd::control {

std::int32_t day_of(WallTime time);              // days since 1970-01-01
std::int32_t first_day_of_month(WallTime time);  // the month of `time`
std::string day_text(std::int32_t day);          // "2026-03-01"
std::optional<std::int32_t> parse_day(std::string_view text);

// By tenant, day and meter.
void sort_usage(std::vector<UsageRow>& rows);

// "tenant,day,meter,value", a header and a line for each row; ids and meters need no quoting.
std::string usage_csv(std::span<const UsageRow> rows);

}  // namespace dd::control
