// SPDX-License-Identifier: MIT
// How a server becomes and stays visible to kendra, and how a database of any age becomes usable.
#include <fmt/format.h>

#include "store/migrations.hpp"
#include "store_fixture.hpp"

namespace dd::store::testing {
namespace {

using Rows = std::vector<Row>;

TEST_P(StoreContract, ARegisteredServerIsVisibleWithItsWorkersAndItsTenantVerbatim) {
  EXPECT_EQ(rows("SELECT container_id, host, tenant FROM container_heartbeat", 3), (Rows{{"server", "192.0.2.7", " default"}}));
  EXPECT_EQ(rows("SELECT worker_id FROM worker_container WHERE container_id = 'server' ORDER BY worker_id"),
            (Rows{{"server-w1"}, {"server-w2"}}));
}

TEST_P(StoreContract, TheHeartbeatIsTheWallTimeInNanosecondsAndAdvances) {
  const auto read = [this] { return std::stoll(rows("SELECT heartbeat FROM container_heartbeat")[0][0]); };
  const auto first = read();
  const auto now = system_clock().wall_now().time_since_epoch().count();
  EXPECT_LT(std::abs(now - first), std::chrono::nanoseconds(5s).count());
  EXPECT_TRUE(run_until([&] { return read() > first; }));
  ASSERT_TRUE(run_until([&] { return store_->heartbeat_age().has_value(); }));
  EXPECT_LT(*store_->heartbeat_age(), 5s);
}

TEST_P(StoreContract, APausedHeartbeatStaysSilentUntilResumed) {
  const auto read = [this] { return rows("SELECT heartbeat FROM container_heartbeat")[0][0]; };
  run(store_->pause_heartbeat());
  const auto silent = read();
  run_until([] { return false; }, 200ms);
  EXPECT_EQ(read(), silent);
  store_->resume_heartbeat();
  EXPECT_TRUE(run_until([&] { return read() != silent; }));
}

TEST_P(StoreContract, VanishedServerRowsComeBackAndAskForReconciliation) {
  const auto calls = available_calls_;
  execute("DELETE FROM worker_container");
  execute("DELETE FROM container_heartbeat");
  EXPECT_TRUE(run_until([&] { return count("container_heartbeat") == 1 && count("worker_container") == 2; }));
  EXPECT_TRUE(run_until([&] { return available_calls_ > calls; }));
}

TEST_P(StoreContract, AnEmptyServerDeregistersCompletely) {
  fill_meeting();
  EXPECT_FALSE(run(store_->deregister_server()).value()) << "kendra must see whose meeting it is to move it";
  EXPECT_EQ(count("container_heartbeat"), 1u);
  ASSERT_TRUE(run(store_->delete_meeting(MeetingId("m"), {RouterId("m-p")})).has_value());
  EXPECT_TRUE(run(store_->deregister_server()).value());
  run_until([] { return false; }, 200ms);
  EXPECT_EQ(count("container_heartbeat") + count("worker_container") + count("router_worker"), 0u) << "and no beat brings it back";
}

TEST_P(StoreContract, EarlierStartsAreSweptWhenNothingRefersToThem) {
  store_.reset();
  execute(
      "INSERT INTO container_heartbeat (container_id, host, tenant, heartbeat) VALUES ('old', '192.0.2.7', ' default', 5),"
      " ('old-busy', '192.0.2.7', ' default', 5), ('elsewhere', '192.0.2.8', ' default', 5), ('tenant', '192.0.2.7', 'default', 5)");
  execute(
      fmt::format("INSERT INTO container_heartbeat (container_id, host, tenant, heartbeat) VALUES ('fresh', '192.0.2.7', ' default', {})",
                  system_clock().wall_now().time_since_epoch().count()));
  execute("INSERT INTO worker_container (container_id, worker_id) VALUES ('old', 'ow'), ('old-busy', 'bw')");
  execute("INSERT INTO router_worker (worker_id, router_id) VALUES ('ow', 'or'), ('bw', 'br')");
  execute("INSERT INTO meeting_status (meeting_id, enabled) VALUES ('busy', 1)");
  execute("INSERT INTO router_meeting (router_id, meeting_id, capacity, container_id) VALUES ('br', 'busy', 3, 'old-busy')");

  store_ = open_store(server_row());  // sweeps with its first beat
  EXPECT_TRUE(run_until([&] { return count("container_heartbeat", "container_id = 'old'") == 0; }));
  EXPECT_EQ(rows("SELECT container_id FROM container_heartbeat ORDER BY container_id"),
            (Rows{{"elsewhere"}, {"fresh"}, {"old-busy"}, {"server"}, {"tenant"}}));
  EXPECT_EQ(rows("SELECT router_id FROM router_worker"), (Rows{{"br"}}));
  EXPECT_EQ(count("worker_container", "container_id = 'old'"), 0u);
}

TEST_P(StoreContract, ServersStartingTogetherOnAnEmptyDatabaseAllSucceed) {
  spoil_database();
  store_.reset();
  if (is_mysql()) {
    execute("DROP DATABASE " + settings_.database);
    execute("CREATE DATABASE " + settings_.database);
    ASSERT_TRUE(database_->open().has_value());
  } else {
    database_->close();
    settings_.path += ".new";
    ASSERT_TRUE(database_->open().has_value());
  }
  std::vector<std::unique_ptr<Store>> stores;
  std::vector<Task<Result<void>>> waits;
  for (int i = 0; i < 4; ++i) {
    stores.push_back(start_store());
    waits.push_back(stores.back()->wait_until_available(15s));
  }
  for (const auto& answer : run_all(std::move(waits))) EXPECT_TRUE(answer.has_value());
  EXPECT_EQ(rows("SELECT MAX(version) FROM schema_migrations"), (Rows{{std::to_string(schema_version())}}));
  EXPECT_EQ(count("schema_migrations"), static_cast<std::size_t>(schema_version()));
}

TEST_P(StoreContract, MigratingAgainChangesNothing) {
  ASSERT_TRUE(migrate(*database_).has_value());
  EXPECT_EQ(count("schema_migrations"), static_cast<std::size_t>(schema_version()));
}

TEST_P(StoreContract, ADatabaseOfANewerVersionIsAccepted) {
  spoil_database();
  execute("INSERT INTO schema_migrations (version, title, applied) VALUES (1000, 'from the future', 0)");
  EXPECT_TRUE(migrate(*database_).has_value());
  EXPECT_EQ(rows("SELECT MAX(version) FROM schema_migrations"), (Rows{{"1000"}}));
}

// The reference's own tables, as a deployment of it leaves them: default collation, no record of migrations, rows inside.
TEST_P(StoreContract, TheReferencesDatabaseIsAdoptedWithItsRows) {
  spoil_database();
  store_.reset();
  for (const char* table :
       {"participant_consumers", "participant_producers", "participant_consumer_transport", "participant_producer_transport",
        "participant_consumer_router", "participant_producer_router", "participant_meeting", "router_meeting", "meeting_status",
        "router_worker", "worker_container", "container_status", "container_heartbeat", "schema_migrations"}) {
    execute(fmt::format("DROP TABLE {}", table));
  }
  const std::string id = "varchar(64) NOT NULL";
  const std::string of_participant = "FOREIGN KEY (participant_id) REFERENCES participant_meeting (participant_id) ON DELETE CASCADE";
  const auto create = [&](const std::string& name, const std::string& columns) {
    execute(fmt::format("CREATE TABLE {} ({}){}", name, columns,
                        is_mysql() ? " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci" : ""));
  };
  create("container_heartbeat",
         "container_id " + id + ", host " + id + ", tenant " + id + ", heartbeat bigint, PRIMARY KEY (container_id)");
  create("container_status", "container_id " + id + ", status tinyint, PRIMARY KEY (container_id)");
  create("worker_container", "container_id " + id + ", worker_id " + id + ", PRIMARY KEY (worker_id)");
  create("router_worker", "worker_id " + id + ", router_id " + id +
                              ", PRIMARY KEY (router_id),"
                              " FOREIGN KEY (worker_id) REFERENCES worker_container (worker_id)");
  create("meeting_status", "meeting_id " + id + ", enabled tinyint, PRIMARY KEY (meeting_id)");
  create("router_meeting", "router_id " + id + ", meeting_id " + id +
                               ", producer_capacity int, consumer_capacity int, capacity int, container_id " + id +
                               ", FOREIGN KEY (router_id) REFERENCES router_worker (router_id) ON DELETE CASCADE,"
                               " FOREIGN KEY (meeting_id) REFERENCES meeting_status (meeting_id) ON DELETE CASCADE");
  create("participant_meeting", "meeting_id " + id + ", participant_id " + id + ", instance_id " + id +
                                    ", PRIMARY KEY (participant_id),"
                                    " FOREIGN KEY (meeting_id) REFERENCES meeting_status (meeting_id) ON DELETE CASCADE");
  for (const char* role : {"producer", "consumer"}) {
    create(fmt::format("participant_{}_router", role),
           "participant_id " + id + ", router_id " + id + ", PRIMARY KEY (participant_id), " + of_participant +
               ", FOREIGN KEY (router_id) REFERENCES router_worker (router_id) ON DELETE CASCADE");
    create(fmt::format("participant_{}_transport", role),
           "participant_id " + id + ", transport_id " + id + ", PRIMARY KEY (participant_id), UNIQUE (transport_id), " + of_participant);
  }
  create("participant_producers",
         "participant_id " + id + ", producers int, kind " + id + ", producer_id " + id + ", meeting_id " + id + ", transport_id " + id +
             ", " + of_participant +
             ", FOREIGN KEY (transport_id) REFERENCES participant_producer_transport (transport_id) ON DELETE CASCADE");
  create("participant_consumers",
         "participant_id " + id + ", consumers int, target_participant_id " + id + ", kind " + id + ", consumer_id " + id +
             ", meeting_id " + id + ", transport_id " + id + ", UNIQUE (participant_id, target_participant_id, kind), " + of_participant +
             ", FOREIGN KEY (target_participant_id) REFERENCES participant_meeting (participant_id) ON DELETE CASCADE"
             ", FOREIGN KEY (transport_id) REFERENCES participant_consumer_transport (transport_id) ON DELETE CASCADE");
  execute("INSERT INTO meeting_status (meeting_id, enabled) VALUES ('theirs', 1)");

  store_ = open_store(server_row());
  EXPECT_EQ(count("schema_migrations"), static_cast<std::size_t>(schema_version()));
  EXPECT_EQ(rows("SELECT meeting_id FROM meeting_status"), (Rows{{"theirs"}}));
  fill_meeting();
  EXPECT_EQ(count("participant_consumers"), 1u);
  ASSERT_TRUE(run(store_->delete_meeting(MeetingId("m"), {})).has_value());
  EXPECT_EQ(count("participant_consumers"), 0u);
}

}  // namespace
}  // namespace dd::store::testing
