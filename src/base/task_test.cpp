// SPDX-License-Identifier: MIT
#include "base/task.hpp"

#include <gtest/gtest.h>
#include <stdexcept>
#include <string>

#include "base/completion.hpp"
#include "base/result.hpp"
#include "base/testing/manual_loop.hpp"

namespace dd {
namespace {

using namespace std::chrono_literals;
using testing::ManualLoop;

Task<int> answer() { co_return 42; }

Task<int> sum_of_two() {
  const int first = co_await answer();
  const int second = co_await answer();
  co_return first + second;
}

Task<Result<int>> fails_inside() {
  Result<int> inner = make_error(Errc::kConflict, "inner");
  DD_CO_TRY(int value, std::move(inner));
  co_return value;
}

Task<Result<std::string>> wait_for(Completion<Result<std::string>> completion) { co_return co_await completion; }

Task<void> throws() {
  throw std::runtime_error("bug");
  co_return;
}

TEST(Task, AwaitingReadsTopToBottom) {
  ManualLoop loop;
  EXPECT_EQ(loop.run(sum_of_two()), 84);
}

TEST(Task, AnErrorReturnsFromTheCoroutineThatTriedIt) {
  ManualLoop loop;
  auto result = loop.run(fails_inside());
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Errc::kConflict);
}

TEST(Task, AnEscapedExceptionIsReportedAndTheProcessLives) {
  int escaped = 0;
  set_escaped_exception_handler([&](std::exception_ptr) { ++escaped; });
  spawn(throws());
  set_escaped_exception_handler([](std::exception_ptr) {});
  EXPECT_EQ(escaped, 1);
}

TEST(Completion, TheFirstAnswerWins) {
  ManualLoop loop;
  Completion<Result<std::string>> completion(loop);
  EXPECT_TRUE(completion.resolve(std::string("first")));
  EXPECT_FALSE(completion.resolve(std::string("second")));
  EXPECT_EQ(loop.run(wait_for(completion)).value(), "first");
}

TEST(Completion, ADeadlineAnswersWhenNobodyElseDoes) {
  ManualLoop loop;
  Completion<Result<std::string>> completion(loop);
  completion.resolve_after(5s, make_error(Errc::kDeadlineExceeded, "too late"));
  auto result = loop.run(wait_for(completion));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Errc::kDeadlineExceeded);
  EXPECT_EQ(loop.now().time_since_epoch(), 5s);
}

TEST(Completion, AnAnswerInTimeCancelsTheDeadline) {
  ManualLoop loop;
  Completion<Result<std::string>> completion(loop);
  completion.resolve_after(5s, make_error(Errc::kDeadlineExceeded, "too late"));
  auto answering = loop.after(1s, [&] { completion.resolve(std::string("in time")); });
  EXPECT_EQ(loop.run(wait_for(completion)).value(), "in time");
}

}  // namespace
}  // namespace dd
