// SPDX-License-Identifier: MIT
// The send queue over real loopback sockets, and with a sendmmsg() that fails as asked.
#include "send_queue.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <string>
#include <vector>

namespace dd {
namespace {

// A bound loopback socket that is read without waiting: the loopback delivers at once.
class Endpoint {
 public:
  explicit Endpoint(int family = AF_INET) : descriptor(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    if (family == AF_INET) {
      auto& v4 = reinterpret_cast<sockaddr_in&>(address);
      v4.sin_family = AF_INET;
      v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    } else {
      auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
      v6.sin6_family = AF_INET6;
      v6.sin6_addr = in6addr_loopback;
    }
    socklen_t length = sizeof(address);
    bound = ::bind(descriptor, any(), family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6)) == 0;
    ::getsockname(descriptor, any(), &length);
    const int buffer = 8 << 20;
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
  }
  ~Endpoint() { ::close(descriptor); }
  sockaddr* any() { return reinterpret_cast<sockaddr*>(&address); }

  std::vector<std::string> received() {
    std::vector<std::string> all;
    std::string bytes(65536, 0);
    for (ssize_t got; (got = ::recv(descriptor, bytes.data(), bytes.size(), 0)) >= 0;)
      all.push_back(bytes.substr(0, static_cast<std::size_t>(got)));
    return all;
  }

  int descriptor;
  bool bound;
  sockaddr_storage address{};
};

class Sender : public SendSocket {
 public:
  explicit Sender(int descriptor) : SendSocket(descriptor) {}
  bool waits = false;

 private:
  void want_writable(bool on) override { waits = on; }
};

// What the next calls of sendmmsg() are to do: a number of messages to send for real, or a negative errno.
std::deque<int> script;
std::vector<unsigned> calls;  // messages offered to each

int scripted(int descriptor, mmsghdr* messages, unsigned count, int flags) {
  calls.push_back(count);
  if (script.empty()) return ::sendmmsg(descriptor, messages, count, flags);
  const int next = script.front();
  script.pop_front();
  if (next < 0) {
    errno = -next;
    return -1;
  }
  return ::sendmmsg(descriptor, messages, std::min(count, static_cast<unsigned>(next)), flags);
}

class SendQueueTest : public testing::Test {
 protected:
  SendQueueTest() {
    script.clear();
    calls.clear();
  }

  void push(Endpoint& to, const std::string& text) {
    ++pushed;
    auto* callback = new SentCallback([this](bool sent) { ++(sent ? told_sent : told_lost); });
    queue.push(sender, reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), to.any(), callback);
  }
  void flush() {
    queue.flush();
    queue.complete();
  }
  static std::string packet(int number, std::size_t length) {
    std::string text = std::to_string(number) + ":";
    text.resize(length, 'x');
    return text;
  }

  Endpoint own;
  Endpoint a;
  Endpoint b;
  Sender sender{own.descriptor};
  SendQueue queue{&scripted};
  int pushed = 0;
  int told_sent = 0;
  int told_lost = 0;
};

TEST_F(SendQueueTest, PacketsArriveCutAsTheyWereAndInOrder) {
  std::vector<std::string> expected;
  for (int i = 0; i < 200; ++i) {
    // Lengths that grow, shrink and repeat, to two destinations in turns of five.
    const std::string text = packet(i, 100 + static_cast<std::size_t>(i % 7) * 30);
    if (i / 5 % 2 == 0) expected.push_back(text);
    push(i / 5 % 2 == 0 ? a : b, text);
  }
  flush();
  EXPECT_EQ(a.received(), expected);
  EXPECT_EQ(b.received().size(), 100U);
  EXPECT_EQ(told_sent, 200);
}

TEST_F(SendQueueTest, NeighboursOfOneLengthAreOneMessage) {
  if (!kernel_segments()) GTEST_SKIP() << "this kernel does not cut messages";
  for (int i = 0; i < 3; ++i) push(a, packet(i, 1200));
  push(a, packet(3, 900));   // the shorter last
  push(a, packet(4, 900));   // so this begins another
  push(a, packet(5, 1000));  // longer: another
  push(b, packet(6, 1000));
  flush();
  EXPECT_EQ(calls, std::vector<unsigned>{4});
  const auto got = a.received();
  ASSERT_EQ(got.size(), 6U);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(got[static_cast<std::size_t>(i)].substr(0, 2), std::to_string(i) + ":");
}

TEST_F(SendQueueTest, IsFlushedByItselfWhenFull) {
  for (std::size_t i = 0; i <= SendQueue::kMaxPackets; ++i) push(a, packet(static_cast<int>(i), 50));
  EXPECT_EQ(a.received().size(), SendQueue::kMaxPackets);
  flush();
  EXPECT_EQ(a.received().size(), 1U);
}

TEST_F(SendQueueTest, TheLongestDatagramsGoThrough) {
  const std::string longest(65507, 'y');
  for (int i = 0; i < 6; ++i) push(a, longest);
  push(a, std::string(SendQueue::kMaxDatagram + 1, 'z'));
  flush();
  EXPECT_EQ(a.received().size(), 6U);
  EXPECT_EQ(told_lost, 1);
}

TEST_F(SendQueueTest, WhatIsWrittenWhereItIsSentFromIsNotCopied) {
  push(a, "before");
  std::uint8_t* at = queue.reserve(100);
  std::fill_n(at, 10, std::uint8_t{'q'});
  queue.push(sender, at, 10, a.any(), nullptr);
  EXPECT_EQ(queue.reserve(1), at + 10);
  flush();
  EXPECT_EQ(a.received(), (std::vector<std::string>{"before", std::string(10, 'q')}));
}

TEST_F(SendQueueTest, IPv6IsCutToo) {
  Endpoint from(AF_INET6);
  Endpoint to(AF_INET6);
  if (!from.bound || !to.bound) GTEST_SKIP() << "no IPv6 here";
  Sender sender6(from.descriptor);
  for (int i = 0; i < 3; ++i) {
    const std::string text = packet(i, 500);
    queue.push(sender6, reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), to.any(), nullptr);
  }
  queue.flush();
  EXPECT_EQ(to.received().size(), 3U);
}

TEST_F(SendQueueTest, APartialSendGoesOnWithTheRest) {
  for (int i = 0; i < 10; ++i) push(i % 2 ? a : b, packet(i, 100));
  script = {3, 1};
  flush();
  EXPECT_EQ(calls, (std::vector<unsigned>{10, 7, 6}));
  EXPECT_EQ(a.received().size() + b.received().size(), 10U);
  EXPECT_EQ(told_sent, 10);
}

TEST_F(SendQueueTest, AFullKernelIsWaitedForInOrder) {
  for (int i = 0; i < 6; ++i) push(i % 2 ? a : b, packet(i, 100));
  script = {2, -EAGAIN};
  flush();
  EXPECT_TRUE(sender.waits);
  EXPECT_EQ(told_sent, 2);
  for (int i = 6; i < 100; ++i) push(i % 2 ? a : b, packet(i, 100));
  flush();
  EXPECT_EQ(told_sent, 2) << "what comes later does not overtake";

  script = {5, -ENOBUFS};  // and it takes only some of it the next time
  queue.writable(sender);
  queue.complete();
  EXPECT_TRUE(sender.waits);
  EXPECT_EQ(told_sent, 7);
  queue.writable(sender);
  queue.complete();
  EXPECT_FALSE(sender.waits);
  EXPECT_EQ(told_sent, 100);

  int expected = 1;
  for (const std::string& text : a.received()) {
    EXPECT_EQ(text, packet(expected, 100));
    expected += 2;
  }
  EXPECT_EQ(expected, 101);
}

TEST_F(SendQueueTest, HoldsBackABoundedAmountAndDropsTheOldest) {
  script = {-EAGAIN};
  const int surplus = 100;
  for (int i = 0; i < static_cast<int>(SendQueue::kMaxHeldPackets) + surplus; ++i) push(a, packet(i, 60));
  flush();
  EXPECT_EQ(told_lost, surplus);
  queue.writable(sender);
  queue.complete();
  const auto got = a.received();
  ASSERT_FALSE(got.empty());
  EXPECT_EQ(got.front(), packet(surplus, 60));
  EXPECT_EQ(told_sent + told_lost, pushed);
}

TEST_F(SendQueueTest, ARouteThatRefusesToCutGetsSingleDatagrams) {
  sender.set_segments_for_test(true);
  for (int i = 0; i < 4; ++i) push(a, packet(i, 100));
  script = {-EMSGSIZE};
  flush();
  EXPECT_EQ(a.received().size(), 4U);
  EXPECT_EQ(told_sent, 4);
  EXPECT_TRUE(sender.segments()) << "others go on as before";

  calls.clear();
  for (int i = 0; i < 4; ++i) push(a, packet(i, 100));
  flush();
  EXPECT_EQ(calls, std::vector<unsigned>{4}) << "this destination is remembered";
}

TEST_F(SendQueueTest, ADeviceThatCannotCutTurnsItOffForTheSocket) {
  sender.set_segments_for_test(true);
  for (int i = 0; i < 4; ++i) push(a, packet(i, 100));
  script = {-EIO};
  flush();
  EXPECT_EQ(a.received().size(), 4U);
  EXPECT_FALSE(sender.segments());
}

TEST_F(SendQueueTest, AnUnreachableDestinationCostsOnlyItsOwn) {
  Endpoint nowhere;
  nowhere.address.ss_family = AF_INET6;  // on a socket of IPv4
  push(a, "one");
  push(nowhere, "two");
  push(a, "three");
  script = {1, -EPERM};
  push(b, "four");
  flush();
  EXPECT_EQ(a.received().size() + b.received().size(), 3U);
  EXPECT_EQ(told_sent, 3);
  EXPECT_EQ(told_lost, 1);
}

TEST_F(SendQueueTest, ClosingSendsWhatIsQueuedAndGivesUpWhatIsHeld) {
  push(a, "said");
  queue.close(sender);
  EXPECT_EQ(a.received().size(), 1U);

  push(a, "held");
  script = {-EAGAIN};
  flush();
  push(a, "held too");
  queue.close(sender);
  EXPECT_EQ(told_lost, 0) << "callbacks wait for complete()";
  queue.complete();
  EXPECT_EQ(told_lost, 2);
}

TEST_F(SendQueueTest, ACallbackMaySend) {
  auto* callback = new SentCallback([this](bool) { push(a, "answer"); });
  queue.push(sender, reinterpret_cast<const std::uint8_t*>("question"), 8, a.any(), callback);
  flush();
  flush();
  EXPECT_EQ(a.received(), (std::vector<std::string>{"question", "answer"}));
  EXPECT_EQ(told_sent, 1);
}

TEST_F(SendQueueTest, FillingARealSocketLosesNothingItDoesNotTell) {
  const int small = 4096;
  ::setsockopt(own.descriptor, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
  for (int i = 0; i < 1000; ++i) {
    push(a, packet(i, 1000));
    if (i % 64 == 0) flush();
    if (sender.waits) queue.writable(sender);
  }
  for (int i = 0; i < 100; ++i) {
    queue.writable(sender);
    queue.complete();
  }
  EXPECT_EQ(told_sent + told_lost, pushed);
}

}  // namespace
}  // namespace dd
