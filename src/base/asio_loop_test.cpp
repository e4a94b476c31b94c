// SPDX-License-Identifier: MIT
#include "base/asio_loop.hpp"

#include <array>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace dd {
namespace {

using namespace std::chrono_literals;

TEST(AsioLoop, RunsPostsOfOtherThreadsInTheirOrder) {
  AsioLoop loop;
  std::vector<int> order;
  std::thread poster([&] {
    for (int i = 0; i < 3; ++i) loop.post([&order, i] { order.push_back(i); });
    loop.post([&] { loop.stop(); });
  });
  loop.run();
  poster.join();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

TEST(AsioLoop, ACancelledTimerDoesNotFire) {
  AsioLoop loop;
  bool fired = false;
  auto cancelled = loop.after(1ms, [&] { fired = true; });
  cancelled.cancel();
  auto end = loop.after(20ms, [&] { loop.stop(); });
  loop.run();
  EXPECT_FALSE(fired);
}

TEST(AsioLoop, AWatchReportsEachTimeThereIsSomethingToRead) {
  AsioLoop loop;
  std::array<int, 2> ends{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
  int reads = 0;
  auto watch = loop.watch(ends[0], FdReady::kReadable, [&] {
    char byte = 0;
    ASSERT_EQ(read(ends[0], &byte, 1), 1);
    if (++reads == 2) loop.stop();
  });
  ASSERT_EQ(write(ends[1], "ab", 2), 2);
  loop.run();
  EXPECT_EQ(reads, 2);
  watch.cancel();
  EXPECT_EQ(write(ends[1], "c", 1), 1) << "the descriptor stays the caller's";
  close(ends[0]);
  close(ends[1]);
}

TEST(AsioLoop, AWatchMayEndItselfFromItsCallback) {
  AsioLoop loop;
  std::array<int, 2> ends{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
  FdWatch watch;
  int calls = 0;
  watch = loop.watch(ends[0], FdReady::kReadable, [&] {
    ++calls;
    watch.cancel();
  });
  ASSERT_EQ(write(ends[1], "ab", 2), 2);
  auto end = loop.after(20ms, [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(calls, 1);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace dd
