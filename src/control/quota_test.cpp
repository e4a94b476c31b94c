// SPDX-License-Identifier: MIT
#include "control/quota.hpp"

#include <gtest/gtest.h>

#include <set>

namespace dd::control {
namespace {

TEST(QuotaNames, EachIsReadBackAsItself) {
  std::set<std::string_view> names;
  for (const Quota quota : kQuotas) {
    EXPECT_EQ(parse_quota(to_string(quota)), quota);
    names.insert(to_string(quota));
  }
  EXPECT_EQ(names.size(), kQuotas.size());
  EXPECT_FALSE(parse_quota("").has_value());
  EXPECT_FALSE(parse_quota("Meetings").has_value());
}

TEST(QuotaNames, AnAbsentQuotaIsNoBoundAndZeroIsOne) {
  Tenant tenant;
  tenant.quotas = {{"meetings", 0}, {"participants", 7}};
  EXPECT_EQ(quota_of(tenant, Quota::kMeetings), 0u);
  EXPECT_EQ(quota_of(tenant, Quota::kParticipants), 7u);
  EXPECT_FALSE(quota_of(tenant, Quota::kStorageBytes).has_value());
}

TEST(Quota, WhatMayBeSentIsWhatAServerTakesOrNothing) {
  EXPECT_EQ(publish_bound(std::nullopt).value(), std::nullopt);
  EXPECT_EQ(publish_bound(1'000'000).value(), 1'000'000);
  EXPECT_EQ(publish_bound(10'000'000'000).value(), INT32_MAX);
  EXPECT_EQ(publish_bound(0).error().reason, "quota_publish_bitrate");
}

}  // namespace
}  // namespace dd::control
