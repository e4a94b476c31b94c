// SPDX-License-Identifier: MIT
#include "meeting/gather.hpp"

#include <gtest/gtest.h>

#include "base/testing/manual_loop.hpp"

namespace dd::meeting {
namespace {

using namespace std::chrono_literals;

Task<int> answer_after(Loop& loop, Duration delay, int answer) {
  if (delay > 0s) {
    auto pause = sleep_for(loop, delay);
    co_await pause;
  }
  co_return answer;
}

TEST(Gather, AnswersInTheOrderOfTheTasksWhoeverEndsFirst) {
  testing::ManualLoop loop;
  std::vector<Task<int>> tasks;
  tasks.push_back(answer_after(loop, 30ms, 1));
  tasks.push_back(answer_after(loop, 0s, 2));
  tasks.push_back(answer_after(loop, 10ms, 3));
  EXPECT_EQ(loop.run(gather(loop, std::move(tasks))), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(loop.now(), MonotonicTime{} + 30ms) << "side by side, not one after another";
}

TEST(Gather, OfNothingIsNothing) {
  testing::ManualLoop loop;
  EXPECT_TRUE(loop.run(gather(loop, std::vector<Task<int>>())).empty());
}

}  // namespace
}  // namespace dd::meeting
