// SPDX-License-Identifier: MIT
#include "meeting/rounds.hpp"

#include <gtest/gtest.h>
#include <map>
#include <optional>

#include "base/completion.hpp"
#include "base/id.hpp"
#include "base/testing/manual_loop.hpp"

namespace dd::meeting {
namespace {

using namespace std::chrono_literals;

class RoundsTest : public ::testing::Test {
 protected:
  Task<void> visit(ProducerId id) {
    ++visits[id];
    most = std::max(most, ++under_way);
    if (takes > Duration{0}) {
      auto pause = sleep_for(loop, takes);
      co_await pause;
    }
    --under_way;
  }

  dd::testing::ManualLoop loop;
  std::map<ProducerId, int> visits;
  std::size_t under_way = 0;
  std::size_t most = 0;
  Duration takes{0};
  Rounds<ProducerId> rounds{loop, 1s, [this](ProducerId id) { return visit(std::move(id)); }};
};

TEST_F(RoundsTest, EveryMemberIsVisitedOnceAPeriod) {
  rounds.add(ProducerId("a"));
  loop.advance(500ms);
  rounds.add(ProducerId("b"));
  rounds.add(ProducerId("b"));
  loop.advance(600ms);
  EXPECT_EQ(visits[ProducerId("a")], 1);
  EXPECT_EQ(visits[ProducerId("b")], 0);
  loop.advance(2s);
  EXPECT_EQ(visits[ProducerId("a")], 3);
  EXPECT_EQ(visits[ProducerId("b")], 2);
}

TEST_F(RoundsTest, WhoLeftIsNotVisitedAndWhoCameAgainIsVisitedOnce) {
  rounds.add(ProducerId("a"));
  rounds.add(ProducerId("b"));
  rounds.remove(ProducerId("a"));
  rounds.remove(ProducerId("b"));
  rounds.add(ProducerId("b"));
  loop.advance(1100ms);
  EXPECT_EQ(visits[ProducerId("a")], 0);
  EXPECT_EQ(visits[ProducerId("b")], 1);
}

TEST_F(RoundsTest, ACrowdIsSpreadOverTime) {
  takes = 5s;
  for (int i = 0; i < 100; ++i) rounds.add(ProducerId("p" + std::to_string(i)));
  loop.advance(1s);
  EXPECT_EQ(visits.size(), 20U);
  loop.advance(60s);
  EXPECT_EQ(visits.size(), 100U);
  EXPECT_EQ(most, 20U);
  rounds.stop();
  loop.advance(10s);
}

TEST_F(RoundsTest, NobodyIsVisitedAfterTheEnd) {
  takes = 5s;
  rounds.add(ProducerId("a"));
  loop.advance(2s);
  rounds.stop();
  rounds.add(ProducerId("b"));
  loop.advance(60s);
  EXPECT_EQ(visits.size(), 1U);
  EXPECT_EQ(under_way, 0U);
}

}  // namespace
}  // namespace dd::meeting
