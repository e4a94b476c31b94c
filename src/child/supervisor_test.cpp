// SPDX-License-Identifier: MIT
#include "child/supervisor.hpp"

#include <gtest/gtest.h>

namespace dd::child {
namespace {

using namespace std::chrono_literals;
using Action = Supervisor::Action;
using State = Supervisor::State;

constexpr MonotonicTime kStart{};

TEST(Supervisor, RestartsAtOnceTheFirstTime) {
  Supervisor supervisor({});
  EXPECT_EQ(supervisor.start(kStart), Action::kStart);
  supervisor.on_ready(kStart + 50ms);
  EXPECT_EQ(supervisor.on_ended(kStart + 5s), Action::kStart);
  EXPECT_EQ(supervisor.restarts(), 1U);
}

TEST(Supervisor, WaitsTwiceAsLongEachTimeUpToALimit) {
  Supervisor supervisor({});
  MonotonicTime now = kStart;
  supervisor.start(now);
  EXPECT_EQ(supervisor.on_ended(now), Action::kStart);
  for (const Duration expected : {250ms, 500ms, 1000ms, 2000ms, 4000ms, 8000ms, 16000ms, 30000ms, 30000ms}) {
    EXPECT_EQ(supervisor.on_ended(now), Action::kNone);
    ASSERT_TRUE(supervisor.next_deadline());
    EXPECT_EQ(*supervisor.next_deadline() - now, expected);
    now = *supervisor.next_deadline();
    EXPECT_EQ(supervisor.on_time(now - 1ns), Action::kNone);
    EXPECT_EQ(supervisor.on_time(now), Action::kStart);
  }
}

TEST(Supervisor, ForgetsEarlierDeathsAfterAMinuteAlive) {
  Supervisor supervisor({});
  supervisor.start(kStart);
  supervisor.on_ended(kStart);
  supervisor.on_ready(kStart + 1s);
  EXPECT_EQ(supervisor.on_ended(kStart + 61s), Action::kStart);
  supervisor.on_ready(kStart + 62s);
  EXPECT_EQ(supervisor.on_ended(kStart + 63s), Action::kNone);
  EXPECT_EQ(supervisor.state(), State::kWaiting);
}

TEST(Supervisor, KillsAChildThatDoesNotBecomeReady) {
  Supervisor supervisor({});
  supervisor.start(kStart);
  EXPECT_EQ(supervisor.on_time(kStart + 29s), Action::kNone);
  EXPECT_EQ(supervisor.on_time(kStart + 30s), Action::kKill);
  EXPECT_EQ(supervisor.on_ended(kStart + 30s), Action::kStart);
}

TEST(Supervisor, StartsNothingAfterItWasStopped) {
  Supervisor supervisor({});
  supervisor.start(kStart);
  supervisor.on_ready(kStart);
  supervisor.stop();
  EXPECT_EQ(supervisor.on_ended(kStart + 1s), Action::kNone);
  EXPECT_FALSE(supervisor.next_deadline());
  EXPECT_EQ(supervisor.on_time(kStart + 1h), Action::kNone);
}

}  // namespace
}  // namespace dd::child
