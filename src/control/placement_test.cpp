// SPDX-License-Identifier: MIT
#include "control/placement.hpp"

#include <gtest/gtest.h>

namespace dd::control {
namespace {

ServerRecord server(std::string id, std::uint32_t capacity, std::uint32_t participants = 0, std::uint32_t reserved = 0) {
  ServerRecord record;
  record.server = ContainerId(std::move(id));
  record.tenant = "default";
  record.capacity = capacity;
  record.participants = participants;
  record.reserved = reserved;
  record.workers = {{WorkerId("w1"), true, 0, 0}, {WorkerId("w2"), true, 0, 0}};
  return record;
}

PlacedMeeting meeting(std::string id, std::uint32_t size) {
  PlacedMeeting placed;
  placed.meeting = MeetingId(std::move(id));
  placed.server = ContainerId("gone");
  placed.size = size;
  return placed;
}

std::vector<std::string> ids(const std::vector<const ServerRecord*>& servers) {
  std::vector<std::string> texts;
  for (const auto* each : servers) texts.push_back(each->server.str());
  return texts;
}

const auto kAllLive = [](const ServerRecord&) { return true; };

TEST(Placement, TheLeastLoadedServerComesFirstAndTiesGoById) {
  auto busy = server("d", 100);
  busy.cpu_percent = 95;
  const std::vector<ServerRecord> servers{server("a", 100, 40, 40), busy, server("c", 100, 10, 10), server("b", 100, 10, 10)};
  EXPECT_EQ(ids(candidates(servers, "default", 25, kAllLive)), (std::vector<std::string>{"b", "c", "a", "d"}));
}

TEST(Placement, ALargerServerTakesMore) {
  const std::vector<ServerRecord> servers{server("small", 100, 30, 30), server("large", 400, 60, 60)};
  EXPECT_EQ(ids(candidates(servers, "default", 25, kAllLive)).front(), "large");
}

TEST(Placement, OnlyLivingServersOfThePoolThatDoNotDrainAndHaveAWorkerAndRoom) {
  std::vector<ServerRecord> servers{server("ok", 100), server("dead", 100), server("full", 100, 0, 80), server("crowded", 100, 80, 0)};
  servers.push_back(server("drains", 100));
  servers.back().draining = true;
  servers.push_back(server("others", 100));
  servers.back().tenant = "premium";
  servers.push_back(server("broken", 100));
  for (auto& worker : servers.back().workers) worker.alive = false;
  servers.push_back(server("unknown", 0));
  const auto living = [](const ServerRecord& each) { return each.server.str() != "dead"; };
  EXPECT_EQ(ids(candidates(servers, "default", 25, living)), std::vector<std::string>{"ok"});
}

TEST(Placement, ThePoolIsComparedWithoutLeadingBlanks) {
  auto record = server("a", 100);
  record.tenant = " default";  // as kendra wants it
  EXPECT_EQ(candidates(std::vector{record}, "default", 1, kAllLive).size(), 1U);
  EXPECT_EQ(candidates(std::vector{record}, "  default", 1, kAllLive).size(), 1U);
  EXPECT_EQ(candidates(std::vector{record}, "default ", 1, kAllLive).size(), 0U);
}

TEST(Placement, RoomIsWhatIsNeitherPromisedNorTaken) {
  EXPECT_EQ(room(server("a", 100, 30, 50)), 50U);
  EXPECT_EQ(room(server("a", 100, 50, 30)), 50U);
  EXPECT_EQ(room(server("a", 100, 150, 0)), 0U);
  EXPECT_EQ(room(server("a", 100, 30, 50), Claims{{ContainerId("a"), 20}}), 30U);
}

TEST(Placement, WorkersAreOrderedByWhatTheySendAndWillSend) {
  auto record = server("a", 100);
  record.workers = {
      {WorkerId("w1"), true, 10, 0}, {WorkerId("w2"), true, 5, 9}, {WorkerId("w3"), true, 5, 2}, {WorkerId("w4"), false, 0, 0}};
  EXPECT_EQ(workers_by_load(record).front().worker.str(), "w3");
  EXPECT_EQ(workers_by_load(record).size(), 3U);
  EXPECT_EQ(workers_by_load(record, {{WorkerId("w3"), 1}}).front().worker.str(), "w2");
}

TEST(Spread, FillsServersEvenlyByTheirCapacity) {
  const auto small = server("small", 100);
  const auto large = server("large", 300);
  std::vector<PlacedMeeting> meetings;
  for (int i = 0; i < 12; ++i) meetings.push_back(meeting("m" + std::to_string(i), 25));
  std::map<std::string, int> placed;
  for (const auto& move : spread(meetings, std::vector<const ServerRecord*>{&small, &large})) ++placed[move.to.str()];
  EXPECT_EQ(placed["small"], 3);
  EXPECT_EQ(placed["large"], 9);
}

TEST(Spread, LeavesWhatFitsNowhereAndKeepsTheOrder) {
  const auto only = server("only", 60, 0, 0);
  const std::vector<PlacedMeeting> meetings{meeting("first", 10), meeting("huge", 100), meeting("large", 40), meeting("last", 20)};
  const auto moves = spread(meetings, std::vector<const ServerRecord*>{&only});
  ASSERT_EQ(moves.size(), 2U);
  EXPECT_EQ(moves[0].meeting.meeting.str(), "large");
  EXPECT_EQ(moves[1].meeting.meeting.str(), "last");
  EXPECT_TRUE(spread(meetings, std::vector<const ServerRecord*>{}).empty());
}

TEST(Spread, SeesWhatAnotherMoveHasClaimed) {
  const auto a = server("a", 100);
  const auto b = server("b", 100);
  const auto moves = spread(std::vector{meeting("m", 25)}, std::vector<const ServerRecord*>{&a, &b}, Claims{{ContainerId("a"), 50}});
  ASSERT_EQ(moves.size(), 1U);
  EXPECT_EQ(moves[0].to.str(), "b");
}

TEST(Placement, AWorkerIsAsLoadedAsItsCoreIsOrItsConsumersWillMakeIt) {
  WorkerLoad worker{WorkerId("w1"), true, 400, 0};
  EXPECT_DOUBLE_EQ(load(worker), 0.5);
  worker.busy_percent = 70;
  EXPECT_DOUBLE_EQ(load(worker), 0.7) << "streams of more than ordinary bitrate";
  EXPECT_DOUBLE_EQ(load(worker, 80), 0.8) << "of those on their way, nothing has been measured yet";
  auto record = server("s", 100);
  record.workers[0].busy_percent = 30;
  record.workers[1].consumers = 100;
  EXPECT_EQ(workers_by_load(record).front().worker.str(), "w2");
  EXPECT_EQ(workers_by_load(record, {{WorkerId("w2"), 200}}).front().worker.str(), "w1");
}

}  // namespace
}  // namespace dd::control
