// SPDX-License-Identifier: MIT
#include "control/usage.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace dd::control {
namespace {

using namespace std::chrono_literals;

TEST(UsageDays, ADayEndsAtMidnightUtc) {
  EXPECT_EQ(day_of(WallTime(0s)), 0);
  EXPECT_EQ(day_of(WallTime(24h - 1ns)), 0);
  EXPECT_EQ(day_of(WallTime(24h)), 1);
}

TEST(UsageDays, AMonthBeginsOnItsFirst) {
  const auto noon = [](const char* day) { return WallTime(std::chrono::hours{24} * *parse_day(day) + 12h); };
  EXPECT_EQ(first_day_of_month(noon("2024-02-29")), parse_day("2024-02-01"));
  EXPECT_EQ(first_day_of_month(noon("2026-12-01")), parse_day("2026-12-01"));
}

TEST(UsageDays, AreWrittenAndRead) {
  EXPECT_EQ(day_text(0), "1970-01-01");
  EXPECT_EQ(day_text(20'513), "2026-03-01");
  for (const std::int32_t day : {0, 11'016, 20'513, 30'000}) EXPECT_EQ(parse_day(day_text(day)), day);
  for (const char* text : {"", "2026-3-01", "2026-02-30", "2026-13-01", "2026/03/01", "2026-03-0x", "-026-03-01", "2026-03-01 "}) {
    EXPECT_FALSE(parse_day(text).has_value()) << text;
  }
}

TEST(UsageCsv, HasAHeaderAndALineForEachRow) {
  const std::vector<UsageRow> rows{{TenantId("acme"), 20'513, "bytes_in", 5'000'000'000}, {TenantId("beta"), 0, "bytes_out", 0}};
  EXPECT_EQ(usage_csv(rows), "tenant,day,meter,value\nacme,2026-03-01,bytes_in,5000000000\nbeta,1970-01-01,bytes_out,0\n");
  EXPECT_EQ(usage_csv({}), "tenant,day,meter,value\n");
}

}  // namespace
}  // namespace dd::control
