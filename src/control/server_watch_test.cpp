// SPDX-License-Identifier: MIT
#include "control/server_watch.hpp"

#include <gtest/gtest.h>

namespace dd::control {
namespace {

using namespace std::chrono_literals;

class Watched : public ::testing::Test {
 protected:
  void read(bool beats) {
    now_ += 1s;
    if (beats) heartbeat_ += 1s;
    ServerRecord record;
    record.server = id_;
    record.heartbeat = heartbeat_;
    watch_.update({record}, now_, WallTime{} + now_.time_since_epoch() + skew_);
  }

  const ContainerId id_{"s"};
  ServerWatch watch_{6s, 1s};
  MonotonicTime now_ = MonotonicTime{} + 1000s;
  WallTime heartbeat_ = WallTime{} + 1000s;
  Duration skew_{0};
};

TEST_F(Watched, AServerWhoseHeartbeatStopsIsDeadAfterTheLimit) {
  for (int i = 0; i < 3; ++i) read(true);
  for (int i = 0; i < 5; ++i) {
    read(false);
    EXPECT_TRUE(watch_.living(id_, now_));
    EXPECT_FALSE(watch_.dead(id_, now_));
  }
  read(false);
  EXPECT_FALSE(watch_.living(id_, now_));
  EXPECT_TRUE(watch_.dead(id_, now_));
  EXPECT_EQ(watch_.silence(id_, now_), 6s);
}

TEST_F(Watched, AServerWhoseClockIsHoursOffLivesAsLongAsItBeats) {
  skew_ = 5h;
  read(true);
  EXPECT_FALSE(watch_.living(id_, now_)) << "nothing is placed on it yet";
  EXPECT_FALSE(watch_.dead(id_, now_)) << "and nothing is taken from it";
  read(true);
  EXPECT_TRUE(watch_.living(id_, now_));
}

TEST_F(Watched, ADeadServerFoundAtTheStartIsDeadOneLimitLater) {
  skew_ = 5h;
  for (int i = 0; i < 6; ++i) {
    read(false);
    EXPECT_FALSE(watch_.dead(id_, now_));
  }
  read(false);
  EXPECT_TRUE(watch_.dead(id_, now_));
}

TEST_F(Watched, NobodyDiesOfAnOutageOfTheDatabase) {
  for (int i = 0; i < 3; ++i) read(true);
  now_ += 60s;
  read(false);
  EXPECT_FALSE(watch_.dead(id_, now_));
  EXPECT_TRUE(watch_.living(id_, now_));
}

TEST_F(Watched, AServerThatIsNotNamedIsNeitherLivingNorDead) {
  read(true);
  EXPECT_FALSE(watch_.living(ContainerId("other"), now_));
  EXPECT_FALSE(watch_.dead(ContainerId("other"), now_));
  EXPECT_EQ(watch_.find(ContainerId("other")), nullptr);
  ASSERT_NE(watch_.find(id_), nullptr);
}

}  // namespace
}  // namespace dd::control
