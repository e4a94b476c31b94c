// SPDX-License-Identifier: MIT
#include "base/background_thread.hpp"

#include <gtest/gtest.h>

#include "base/asio_loop.hpp"

namespace dd {
namespace {

Task<void> two_works(BackgroundThread& thread, Loop& loop, std::vector<std::string>& log, std::thread::id& worker) {
  auto one = co_await thread.run([&worker] {
    worker = std::this_thread::get_id();
    return Result<std::string>("one");
  });
  log.push_back(*one);
  auto two = co_await thread.run([] { return Result<std::string>(make_error(Errc::kNotFound, "two")); });
  log.push_back(two.error().message);
  loop.assert_current();
}

TEST(BackgroundThread, AnswersOnTheLoopWhatWasWorkedOutElsewhere) {
  AsioLoop loop;
  BackgroundThread thread(loop);
  std::vector<std::string> log;
  std::thread::id worker;
  auto both = [&]() -> Task<void> {
    co_await two_works(thread, loop, log, worker);
    loop.stop();
  };
  loop.post([&] { spawn(both()); });
  loop.run();
  EXPECT_EQ(log, (std::vector<std::string>{"one", "two"}));
  EXPECT_NE(worker, std::this_thread::get_id());
}

}  // namespace
}  // namespace dd
