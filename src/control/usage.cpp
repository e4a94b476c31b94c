// SPDX-License-Identifier: MIT
#include "control/usage.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <fmt/format.h>
#include <tuple>

namespace dd::control {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

sys_days days_of(WallTime time) { return std::chrono::floor<days>(time); }
std::int32_t number_of_day(sys_days day) { return static_cast<std::int32_t>(day.time_since_epoch().count()); }

std::optional<unsigned> digits(std::string_view text) {
  unsigned number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::int32_t day_of(WallTime time) { return number_of_day(days_of(time)); }

std::int32_t first_day_of_month(WallTime time) {
  const year_month_day date{days_of(time)};
  return number_of_day(sys_days{date.year() / date.month() / 1});
}

std::string day_text(std::int32_t day) {
  const year_month_day date{sys_days{days{day}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::optional<std::int32_t> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(5, 2));
  const auto day = digits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const year_month_day date{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month}, std::chrono::day{*day}};
  if (!date.ok()) return std::nullopt;
  return number_of_day(sys_days{date});
}

void sort_usage(std::vector<UsageRow>& rows) {
  std::sort(rows.begin(), rows.end(),
            [](const auto& a, const auto& b) { return std::tie(a.tenant, a.day, a.meter) < std::tie(b.tenant, b.day, b.meter); });
}

std::string usage_csv(std::span<const UsageRow> rows) {
  std::string text = "tenant,day,meter,value\n";
  for (const auto& row : rows) {
    fmt::format_to(std::back_inserter(text), "{},{},{},{}\n", row.tenant.str(), day_text(row.day), row.meter, row.value);
  }
  return text;
}

}  // namespace dd::control
