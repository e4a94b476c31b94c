// SPDX-License-Identifier: MIT
#include "base/async_mutex.hpp"

#include <gtest/gtest.h>
#include <vector>

#include "base/testing/manual_loop.hpp"

namespace dd {
namespace {

using namespace std::chrono_literals;
using testing::ManualLoop;

Task<void> hold(ManualLoop& loop, AsyncMutex& mutex, int name, std::vector<int>& order) {
  auto guard = co_await mutex.acquire();
  if (!guard.has_value()) {
    order.push_back(-name);
    co_return;
  }
  order.push_back(name);
  co_await sleep_for(loop, 1s);
  order.push_back(name);
}

TEST(AsyncMutex, OperationsTakeTurnsInTheOrderTheyCame) {
  ManualLoop loop;
  AsyncMutex mutex(loop);
  std::vector<int> order;
  for (int name : {1, 2, 3}) spawn(hold(loop, mutex, name, order));
  loop.advance(10s);
  EXPECT_EQ(order, (std::vector<int>{1, 1, 2, 2, 3, 3}));
  EXPECT_TRUE(mutex.idle());
}

TEST(AsyncMutex, AFullLineRefusesAtOnce) {
  ManualLoop loop;
  AsyncMutex mutex(loop, 1);
  std::vector<int> order;
  for (int name : {1, 2, 3}) spawn(hold(loop, mutex, name, order));
  EXPECT_EQ(order, (std::vector<int>{1, -3}));
  loop.advance(10s);
  EXPECT_EQ(order, (std::vector<int>{1, -3, 1, 2, 2}));
}

}  // namespace
}  // namespace dd
