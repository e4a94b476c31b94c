// SPDX-License-Identifier: MIT
// What StreamQueue writes to which connection, in how many writes, and what it drops.
#include "stream_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dd {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// A connection whose kernel takes everything, or nothing.
struct Connection : Stream {
  explicit Connection(StreamQueue& of) : queue(of) {}
  void write_run(const std::uint8_t* data, std::size_t length) override {
    const std::string run(reinterpret_cast<const char*>(data), length);
    // As the worker's connection does, which has one way to write.
    EXPECT_FALSE(queue.take(*this, data, length, nullptr, 0));
    writes.push_back(run);
    if (blocked) kept += length;
  }
  std::size_t unwritten() const override { return kept; }

  StreamQueue& queue;
  std::vector<std::string> writes;
  std::size_t kept = 0;
  bool blocked = false;
};

class StreamQueueTest : public testing::Test {
 protected:
  void push(Connection& to, const std::string& body) {
    const std::uint8_t header[2] = {static_cast<std::uint8_t>(body.size() >> 8), static_cast<std::uint8_t>(body.size())};
    EXPECT_TRUE(queue.take(to, header, sizeof(header), reinterpret_cast<const std::uint8_t*>(body.data()), body.size()));
  }
  static std::string framed(const std::string& body) {
    return {std::string{static_cast<char>(body.size() >> 8), static_cast<char>(body.size())} + body};
  }

  StreamQueue queue;
  Connection alice{queue};
  Connection bob{queue};
};

TEST_F(StreamQueueTest, ABurstIsOneWrite) {
  push(alice, "one");
  push(alice, "two");
  push(alice, std::string(1200, 'x'));
  EXPECT_THAT(alice.writes, IsEmpty());
  queue.flush();
  EXPECT_THAT(alice.writes, ElementsAre(framed("one") + framed("two") + framed(std::string(1200, 'x'))));
  queue.flush();
  EXPECT_THAT(alice.writes, SizeIs(1));
}

TEST_F(StreamQueueTest, AnotherConnectionsFrameWritesWhatWasGathered) {
  push(alice, "one");
  push(bob, "two");
  push(alice, "three");
  EXPECT_THAT(alice.writes, ElementsAre(framed("one")));
  EXPECT_THAT(bob.writes, ElementsAre(framed("two")));
  queue.flush();
  EXPECT_THAT(alice.writes, ElementsAre(framed("one"), framed("three")));
  EXPECT_THAT(bob.writes, SizeIs(1));
}

TEST_F(StreamQueueTest, ALongBurstIsCutBetweenFrames) {
  const std::string frame(1198, 'x');
  for (int i = 0; i < 100; ++i) push(alice, frame);
  queue.flush();
  ASSERT_THAT(alice.writes, SizeIs(2));
  EXPECT_EQ(alice.writes[0].size(), StreamQueue::kMaxRun / 1200 * 1200);
  EXPECT_EQ(alice.writes[0].size() + alice.writes[1].size(), 100 * 1200U);
}

TEST_F(StreamQueueTest, TheLongestFrameIsWritten) {
  const std::string frame(65535, 'x');
  push(alice, "one");
  push(alice, frame);
  push(alice, "three");
  queue.flush();
  EXPECT_THAT(alice.writes, ElementsAre(framed("one"), framed(frame), framed("three")));
}

TEST_F(StreamQueueTest, APeerThatTakesNothingCostsABoundAndNobodyElse) {
  alice.blocked = true;
  for (int i = 0; i < 5000; ++i) {
    push(alice, std::string(1198, 'x'));
    push(bob, "heard");
  }
  queue.flush();
  EXPECT_LE(alice.kept, StreamQueue::kMaxUnwritten);
  EXPECT_GT(alice.kept, StreamQueue::kMaxUnwritten - 1200);
  EXPECT_EQ(alice.kept % 1200, 0U);  // whole frames: the stream stays readable
  EXPECT_THAT(bob.writes, SizeIs(5000));

  alice.kept = 0;
  alice.blocked = false;
  alice.writes.clear();
  push(alice, "again");
  queue.flush();
  EXPECT_THAT(alice.writes, ElementsAre(framed("again")));
}

}  // namespace
}  // namespace dd
