// SPDX-License-Identifier: MIT
#include "store/server_load.hpp"

#include <gtest/gtest.h>

namespace dd::store {
namespace {

TEST(ServerLoad, WorkersAreReadAsTheyWereWritten) {
  const std::vector<control::WorkerLoad> workers{{WorkerId("w1"), true, 5, 6, 42}, {WorkerId("w2"), false, 7, 8}};
  const auto read = parse_workers(encode_workers(workers));
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].worker.str(), "w1");
  EXPECT_TRUE(read[0].alive);
  EXPECT_EQ(read[0].consumers, 5u);
  EXPECT_EQ(read[0].busy_percent, 42u);
  EXPECT_EQ(read[1].transports, 8u);
  EXPECT_FALSE(read[1].alive);
}

TEST(ServerLoad, WhatIsNoWorkerIsPassedOver) {
  EXPECT_TRUE(parse_workers("").empty());
  EXPECT_TRUE(parse_workers("{").empty());
  EXPECT_TRUE(parse_workers("{}").empty());
  EXPECT_TRUE(parse_workers(R"([1, "w", {}, {"worker": 5}, {"worker": "a b"}])").empty());
  const auto odd = parse_workers(R"([{"worker": "w", "alive": "yes", "consumers": -1, "transports": 99999999999, "new": 1}])");
  ASSERT_EQ(odd.size(), 1u);
  EXPECT_TRUE(odd[0].alive);
  EXPECT_EQ(odd[0].consumers, 0u);
  EXPECT_EQ(odd[0].transports, UINT32_MAX);
}

TEST(ServerLoad, APoolIsTheTenantWithoutLeadingBlanks) {
  EXPECT_EQ(pool_name(" default"), "default");
  EXPECT_EQ(pool_name("default"), "default");
  EXPECT_EQ(pool_name("  "), "");
}

}  // namespace
}  // namespace dd::store
