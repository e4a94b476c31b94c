// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "control/testing/replica.hpp"
#include "observe/log.hpp"

namespace dd::control {
namespace {

using namespace testing;

struct Failover : ::testing::Test, Stage {
  // Creates meetings and gives the rows time to be read.
  void create(int count) {
    for (int i = 0; i < count; ++i) {
      const auto admission = replica.join("m" + std::to_string(i), "asha");
      ASSERT_TRUE(admission.has_value()) << admission.error().message;
      loop.advance(1100ms);
    }
  }
  std::size_t placed_on(const std::string& server) const {
    return static_cast<std::size_t>(std::count_if(cluster.places.begin(), cluster.places.end(),
                                                  [&](const auto& entry) { return entry.second.server.str() == server; }));
  }
  Duration since_last_beat(const std::string& id) { return loop.wall_now() - cluster.server(id).last_beat; }
};

TEST_F(Failover, MovesEveryMeetingOfADeadServerWithinTenSecondsOfItsLastHeartbeat) {
  create(6);
  ASSERT_EQ(placed_on("s1"), 2U);
  cluster.kill("s1");
  while (placed_on("s1") > 0 && since_last_beat("s1") < 20s) loop.advance(50ms);
  EXPECT_LE(since_last_beat("s1"), 10s);
  EXPECT_GE(since_last_beat("s1"), 6s) << "not before it is silent for long enough";
  loop.run_ready();
  EXPECT_EQ(replica.heard.size(), 2U);
  for (const auto& line : replica.heard) EXPECT_TRUE(line.starts_with("moved m") && line.ends_with("server_died")) << line;
  ASSERT_EQ(replica.for_kendra.size(), 2U);
  EXPECT_TRUE(replica.for_kendra[0].ends_with(" DoordarshanDisconnect system s1")) << replica.for_kendra[0];
  EXPECT_EQ(cluster.calls("/v1/replaceMeetings"), 2U) << "one call for each server that takes some";
  EXPECT_EQ(placed_on("s2"), 3U);
  EXPECT_EQ(placed_on("s3"), 3U);
  loop.advance(1s);
  EXPECT_NE(replica.metrics.exposition().find("doordarshan_meeting_moves_total{reason=\"server_died\"} 2"), std::string::npos);
  EXPECT_NE(replica.metrics.exposition().find("doordarshan_failover_seconds_count 1"), std::string::npos);
}

TEST_F(Failover, LeavesWhatFitsNowhereUntilThereIsRoom) {
  for (const char* id : {"s2", "s3"}) cluster.server(id).record.capacity = 25;
  loop.advance(2s);
  create(4);
  ASSERT_EQ(placed_on("s1"), 2U);
  cluster.kill("s1");
  loop.advance(15s);
  EXPECT_EQ(placed_on("s1"), 2U);
  EXPECT_TRUE(replica.heard.empty());
  cluster.add_server("s4");
  loop.advance(4s);
  EXPECT_EQ(placed_on("s1"), 0U);
  EXPECT_EQ(placed_on("s4"), 2U);
}

TEST_F(Failover, TriesAnotherTimeWhenTheNewServerRefuses) {
  create(3);
  for (const char* id : {"s2", "s3"}) cluster.server(id).error = make_error(Errc::kInternal, "no");
  cluster.kill("s1");
  loop.advance(12s);
  EXPECT_EQ(placed_on("s1"), 1U);
  for (const char* id : {"s2", "s3"}) cluster.server(id).error.reset();
  loop.advance(3s);
  EXPECT_EQ(placed_on("s1"), 0U);
}

TEST_F(Failover, AlsoTakesMeetingsThatKendraPlaced) {
  std::vector<meeting::RouterRow> routers{{RouterId("r"), WorkerId("s1-w1"), meeting::RouterRole::kBoth, 0}};
  cluster.rows[MeetingId("theirs")] = {ContainerId("s1"), routers};
  cluster.kill("s1");
  loop.advance(12s);
  EXPECT_NE(cluster.rows.at(MeetingId("theirs")).first.str(), "s1");
  ASSERT_EQ(replica.heard.size(), 1U);
  EXPECT_EQ(replica.heard[0], "moved theirs " + cluster.rows.at(MeetingId("theirs")).first.str() + " server_died");
}

TEST_F(Failover, StaysInThePool) {
  create(3);
  cluster.add_server("elsewhere", 10'000).record.tenant = "premium";
  loop.advance(4s);
  cluster.kill("s1");
  loop.advance(12s);
  EXPECT_EQ(placed_on("s1"), 0U);
  EXPECT_EQ(placed_on("elsewhere"), 0U);
}

TEST_F(Failover, AJoinWaitsForTheMove) {
  create(3);
  const std::string dead = server_of("m0");
  cluster.kill(dead);
  loop.advance(6500ms);
  const auto admission = replica.join("m0", "bela", 1);
  ASSERT_TRUE(admission.has_value()) << admission.error().message;
  EXPECT_NE(admission->place.server.str(), dead);
  EXPECT_EQ(admission->place.moves, 1U);
  const auto place = loop.run(replica.meetings.place_of(MeetingId("m0"), ParticipantId("bela"), 0));
  EXPECT_EQ(place->server, admission->place.server);
}

TEST_F(Failover, IsOneReplicasWorkAndTheOthersWhenItGoes) {
  create(3);
  Replica other(loop, cluster, bus, "two");
  other.meetings.start();
  loop.advance(3s);
  EXPECT_TRUE(replica.meetings.leader());
  EXPECT_FALSE(other.meetings.leader());
  cluster.kill("s1");
  loop.advance(12s);
  EXPECT_EQ(placed_on("s1"), 0U);
  EXPECT_EQ(cluster.calls("/v1/replaceMeetings"), 1U);
  EXPECT_EQ(replica.heard, other.heard) << "both hear of it";

  loop.run([](Meetings* meetings) -> Task<bool> {
    co_await meetings->stop();
    co_return true;
  }(&replica.meetings));
  loop.advance(1500ms);
  EXPECT_TRUE(other.meetings.leader());
  const auto before = placed_on("s2");
  ASSERT_GT(before, 0U);
  cluster.kill("s2");
  loop.advance(12s);
  EXPECT_EQ(placed_on("s2"), 0U);
  loop.run([](Meetings* meetings) -> Task<bool> {
    co_await meetings->stop();
    co_return true;
  }(&other.meetings));
}

TEST_F(Failover, WaitsForTheLeaseOfALeaderThatVanished) {
  cluster.leases["failover"] = {"vanished", loop.now() + 5s};
  loop.advance(3s);
  EXPECT_FALSE(replica.meetings.leader());
  loop.advance(4s);
  EXPECT_TRUE(replica.meetings.leader());
}

TEST_F(Failover, MovesNothingBecauseTheDatabaseWasAwayAndKeepsQuietMeanwhile) {
  create(3);
  std::size_t lines = 0;
  observe::set_log_output_for_test([&](std::string_view) { ++lines; });
  cluster.away = true;
  const auto before = cluster.readings;
  // The servers' heartbeats cannot be written either.
  for (const char* id : {"s1", "s2", "s3"}) cluster.server(id).alive = false;
  loop.advance(120s);
  EXPECT_LE(cluster.readings - before, 40U) << "it does not spin";
  EXPECT_LE(lines, 8U);
  EXPECT_FALSE(replica.meetings.leader());
  cluster.away = false;
  for (const char* id : {"s1", "s2", "s3"}) cluster.server(id).alive = true;
  loop.advance(20s);
  observe::set_log_output_for_test({});
  EXPECT_TRUE(replica.meetings.leader());
  EXPECT_EQ(cluster.calls("/v1/replaceMeetings"), 0U);
  EXPECT_TRUE(replica.heard.empty());
}

TEST_F(Failover, BuriesAnEmptyDeadServerAfterAMinute) {
  cluster.kill("s3");
  loop.advance(50s);
  EXPECT_TRUE(cluster.buried.empty());
  loop.advance(20s);
  EXPECT_TRUE(cluster.buried.contains(ContainerId("s3")));
  EXPECT_EQ(replica.meetings.servers().size(), 2U);
}

TEST_F(Failover, ClosesTheOldCopiesOfAServerThatComesBack) {
  create(3);
  const std::string id = server_of("m0");
  cluster.kill(id);
  loop.advance(15s);
  EXPECT_TRUE(cluster.server(id).carries.contains(MeetingId("m0")));
  EXPECT_EQ(cluster.calls("/v1/releaseMeeting"), 0U) << "a dead server is not called";
  cluster.server(id).alive = true;
  loop.advance(6s);
  EXPECT_FALSE(cluster.server(id).carries.contains(MeetingId("m0")));
  EXPECT_TRUE(cluster.rows.contains(MeetingId("m0"))) << "the rows are the new place's";
}

TEST_F(Failover, OfADrainingServerMovesItsMeetingsOldestFirstAndClosesTheOldCopiesAfterwards) {
  for (const char* id : {"s2", "s3"}) cluster.server(id).record.capacity = 0;
  loop.advance(3s);
  create(4);
  ASSERT_EQ(placed_on("s1"), 4U);
  for (const char* id : {"s2", "s3"}) cluster.server(id).record.capacity = 100;
  cluster.server("s1").record.draining = true;
  const auto began = loop.now();
  while (replica.heard.size() < 4 && loop.now() - began < 10s) loop.advance(20ms);
  EXPECT_LE(loop.now() - began, 3s);
  ASSERT_EQ(replica.heard.size(), 4U);
  EXPECT_TRUE(replica.heard[0].starts_with("moved m0 ")) << replica.heard[0];
  EXPECT_TRUE(replica.heard[0].ends_with(" drain"));
  EXPECT_EQ(placed_on("s1"), 0U);
  EXPECT_EQ(cluster.server("s1").carries.size(), 4U) << "the old copies serve until the clients are over";
  loop.advance(7s);
  EXPECT_TRUE(cluster.server("s1").carries.empty());
  EXPECT_EQ(cluster.calls("/v1/endMeeting"), 0U) << "that would end them at their new place";
  EXPECT_EQ(cluster.rows.size(), 4U);
}

TEST_F(Failover, OfAServerThatSaysItDrainsBeginsBeforeItsRowDoes) {
  create(3);
  const std::string id = server_of("m0");
  for (auto* listener : cluster.listeners) {
    listener->on_media_event({ContainerId(id), R"({"id":"x-1","type":"server.draining","time":1,"deadlineSeconds":30})"});
  }
  loop.advance(500ms);
  EXPECT_NE(server_of("m0"), id);
  ASSERT_FALSE(replica.heard.empty());
  EXPECT_TRUE(replica.heard[0].ends_with(" drain"));
  const auto admission = replica.join("another", "asha");
  EXPECT_NE(admission->place.server.str(), id) << "and nothing new is placed there";
}

}  // namespace
}  // namespace dd::control
