// SPDX-License-Identifier: MIT
// What a media server's heart tells of its load, and what the control plane reads of it.
#include <fmt/format.h>

#include "control_fixture.hpp"

namespace dd::store::testing {
namespace {

class ServerLoadContract : public ControlContract {
 protected:
  static ServerLoad load(std::uint32_t participants = 12) {
    ServerLoad load;
    load.origin = "https://media-7.example.org:3001";
    load.capacity = 500;
    load.participants = participants;
    load.meetings = 3;
    load.cpu_percent = 42;
    load.workers = {{WorkerId("server-w2"), false, 70, 9}, {WorkerId("server-old"), true, 1, 1}};
    return load;
  }
};

TEST_P(ServerLoadContract, AServerIsSeenWithWhatItTold) {
  store_->set_load(load());
  ASSERT_TRUE(run_until([this] { return server().capacity == 500; }));
  const auto record = server();
  EXPECT_EQ(record.host, "192.0.2.7");
  EXPECT_EQ(record.origin, "https://media-7.example.org:3001");
  EXPECT_EQ(record.tenant, "default") << "without kendra's leading blank";
  EXPECT_EQ(record.participants, 12u);
  EXPECT_EQ(record.cpu_percent, 42u);
  EXPECT_FALSE(record.draining);
  EXPECT_LT(system_clock().wall_now() - record.heartbeat, 10s);
  ASSERT_EQ(record.workers.size(), 2u) << "the workers of its rows, whether it told of them or not";
  EXPECT_EQ(record.workers[0].worker.str(), "server-w1");
  EXPECT_TRUE(record.workers[0].alive);
  EXPECT_EQ(record.workers[1].worker.str(), "server-w2");
  EXPECT_FALSE(record.workers[1].alive);
  EXPECT_EQ(record.workers[1].consumers, 70u);
  EXPECT_EQ(record.workers[1].transports, 9u);
  store_->set_load(load(13));
  EXPECT_TRUE(run_until([this] { return server().participants == 13; })) << "with the next beat";
}

TEST_P(ServerLoadContract, AServerThatTellsNothingIsTakenForTheReferences) {
  add_server("foreign", WallTime(5s));
  const auto record = server("foreign");
  EXPECT_EQ(record.origin, "http://192.0.2.9:3001");
  EXPECT_EQ(record.capacity, 0u);
  EXPECT_EQ(record.heartbeat, WallTime(5s)) << "the dead are listed too";
  EXPECT_EQ(record.workers.size(), 2u);
}

TEST_P(ServerLoadContract, DrainingIsToldAtOnceEvenByAPausedHeart) {
  settings_.heartbeat_interval = 1h;
  const auto slow = open_store(server_row("slow"));
  ASSERT_TRUE(run_until([&] { return slow->heartbeat_age().has_value(); }));
  auto told = load();
  told.draining = true;
  slow->set_load(told);
  EXPECT_TRUE(run_until([this] { return server("slow").draining; }));

  run(store_->pause_heartbeat());
  const auto beat = server().heartbeat;
  store_->set_load(told);
  EXPECT_TRUE(run_until([this] { return server().draining; }));
  EXPECT_EQ(server().heartbeat, beat) << "and that is no beat";
}

TEST_P(ServerLoadContract, TheRowGoesWithTheServersOtherRows) {
  store_->set_load(load());
  ASSERT_TRUE(run_until([this] { return count("media_server") == 1; }));
  EXPECT_TRUE(run(store_->deregister_server()).value());
  EXPECT_EQ(count("media_server"), 0u);
  auto told = load();
  told.draining = true;
  store_->set_load(told);  // too late
  run_until([] { return false; }, 200ms);
  EXPECT_EQ(count("media_server"), 0u);
}

TEST_P(ServerLoadContract, TheSweepTakesTheRowsOfEarlierStartsUnlessAMeetingHasItsPlaceThere) {
  store_.reset();
  for (const char* id : {"old", "old-placed"}) {
    execute(fmt::format("INSERT INTO container_heartbeat (container_id, host, tenant, heartbeat) VALUES ('{}', '192.0.2.7', ' default', 5)",
                        id));
    execute(
        fmt::format("INSERT INTO media_server (container_id, origin, tenant, capacity, participants, meetings, cpu_percent, workers,"
                    " draining, updated) VALUES ('{}', 'http://x', 'default', 1, 1, 1, 1, '[]', 0, 5)",
                    id));
  }
  execute(
      "INSERT INTO meeting_placement (meeting_id, tenant, container_id, size, participant_limit, locked, moves, created)"
      " VALUES ('m', 'acme', 'old-placed', 25, 0, 0, 0, 5)");
  store_ = open_store(server_row());
  EXPECT_TRUE(run_until([this] { return count("media_server", "container_id = 'old'") == 0; }));
  EXPECT_EQ(count("container_heartbeat", "container_id = 'old'"), 0u);
  EXPECT_EQ(count("container_heartbeat", "container_id = 'old-placed'"), 1u) << "the control plane has yet to move it";
  EXPECT_EQ(count("media_server", "container_id = 'old-placed'"), 1u);
}

INSTANTIATE_TEST_SUITE_P(Sqlite, ServerLoadContract, ::testing::Values(DatabaseKind::kSqlite));
INSTANTIATE_TEST_SUITE_P(Mariadb, ServerLoadContract, ::testing::Values(DatabaseKind::kMysql));

}  // namespace
}  // namespace dd::store::testing
