// SPDX-License-Identifier: MIT
// What happens when rows and memory differ, and when the database goes away and comes back.
#include <fmt/format.h>

#include <filesystem>

#include "store_fixture.hpp"

namespace dd::store::testing {
namespace {

using Rows = std::vector<Row>;

// Every row of the meeting tables as text, for "exactly as before".
constexpr const char* kEverything =
    "SELECT 'a', meeting_id, '', '', '' FROM meeting_status"
    " UNION ALL SELECT 'b', worker_id, router_id, '', '' FROM router_worker"
    " UNION ALL SELECT 'c', router_id, meeting_id, container_id, COALESCE(producer_capacity, -consumer_capacity) FROM router_meeting"
    " UNION ALL SELECT 'd', meeting_id, participant_id, instance_id, '' FROM participant_meeting"
    " UNION ALL SELECT 'e', participant_id, router_id, '', '' FROM participant_producer_router"
    " UNION ALL SELECT 'f', participant_id, router_id, '', '' FROM participant_consumer_router"
    " UNION ALL SELECT 'g', participant_id, transport_id, '', '' FROM participant_producer_transport"
    " UNION ALL SELECT 'h', participant_id, transport_id, '', '' FROM participant_consumer_transport"
    " UNION ALL SELECT 'i', participant_id, producer_id, kind, transport_id FROM participant_producers"
    " UNION ALL SELECT 'j', participant_id, consumer_id, target_participant_id, transport_id FROM participant_consumers"
    " ORDER BY 1, 2, 3";

TEST_P(StoreContract, ReconcilingWhatAgreesWritesNothing) {
  fill_meeting();
  const auto before = rows(kEverything, 5);
  const auto report = run(store_->reconcile(filled_snapshot()));
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->rows_inserted, 0u);
  EXPECT_EQ(report->rows_deleted, 0u);
  EXPECT_TRUE(report->taken_over.empty());
  EXPECT_EQ(rows(kEverything, 5), before);
}

TEST_P(StoreContract, AWipedDatabaseIsRestoredFromMemory) {
  fill_meeting();
  const auto before = rows(kEverything, 5);
  run(store_->pause_heartbeat());
  for (const char* table : {"meeting_status", "router_worker", "worker_container", "container_heartbeat"})
    execute(fmt::format("DELETE FROM {}", table));
  ASSERT_EQ(all_meeting_rows(), 0u);
  const auto report = run(store_->reconcile(filled_snapshot()));
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(rows(kEverything, 5), before);
  EXPECT_EQ(count("container_heartbeat") + count("worker_container"), 3u);
  EXPECT_GE(report->rows_inserted, before.size());
}

TEST_P(StoreContract, RowsThatMemoryDoesNotKnowAreDeleted) {
  fill_meeting();
  ASSERT_TRUE(run(store_->create_meeting(meeting_rows("ended"))).has_value());
  ASSERT_TRUE(run(store_->put_transport(transport("ended", "dora", TransportRole::kProducer, "dt"))).has_value());
  ASSERT_TRUE(run(store_->put_transport(transport("m", "carol", TransportRole::kProducer, "ct"))).has_value());
  ASSERT_TRUE(run(store_->insert_producer(producer("m", "alice", "stale", "at", "audio"))).has_value());
  ASSERT_TRUE(run(store_->put_consumers({consumer("m", "bob", "carol", "bcc", "bct")})).has_value());
  execute("INSERT INTO router_worker (worker_id, router_id) VALUES ('server-w1', 'left-over')");
  auto snapshot = filled_snapshot();
  const auto report = run(store_->reconcile(snapshot));
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(rows("SELECT meeting_id FROM meeting_status"), (Rows{{"m"}}));
  EXPECT_EQ(rows("SELECT participant_id FROM participant_meeting ORDER BY participant_id"), (Rows{{"alice"}, {"bob"}}));
  EXPECT_EQ(rows("SELECT producer_id FROM participant_producers"), (Rows{{"ac"}}));
  EXPECT_EQ(rows("SELECT consumer_id FROM participant_consumers"), (Rows{{"bc"}}));
  EXPECT_EQ(count("router_worker"), 2u);
  EXPECT_GT(report->rows_deleted, 0u);
}

TEST_P(StoreContract, ChangedRowsAreMadeToMatch) {
  fill_meeting();
  auto snapshot = filled_snapshot();
  snapshot.transports[0].instance = InstanceId("i2");     // alice reloaded
  snapshot.transports[1].transport = TransportId("bt2");  // bob's was recreated
  snapshot.consumers[0].consumer = ConsumerId("bc2");
  snapshot.producers.push_back(producer("m", "bob", "bv", "bt2", "screenshare"));
  execute("DELETE FROM router_meeting WHERE router_id = 'm-c'");
  execute(
      "INSERT INTO participant_producers (participant_id, producers, kind, producer_id, meeting_id, transport_id)"
      " VALUES ('alice', 1, 'video', 'ac', 'm', 'at')");  // twice, for the table has no key
  ASSERT_TRUE(run(store_->reconcile(snapshot)).has_value());
  EXPECT_EQ(rows("SELECT instance_id FROM participant_meeting WHERE participant_id = 'alice'"), (Rows{{"i2"}}));
  EXPECT_EQ(rows("SELECT transport_id FROM participant_producer_transport ORDER BY transport_id"), (Rows{{"at"}, {"bt2"}}));
  EXPECT_EQ(rows("SELECT producer_id FROM participant_producers ORDER BY producer_id"), (Rows{{"ac"}, {"bv"}}));
  EXPECT_EQ(rows("SELECT consumer_id FROM participant_consumers"), (Rows{{"bc2"}}));
  EXPECT_EQ(rows("SELECT router_id, consumer_capacity FROM router_meeting ORDER BY router_id", 2), (Rows{{"m-c", "240"}, {"m-p", ""}}));
  const auto again = run(store_->reconcile(snapshot));
  EXPECT_EQ(again->rows_inserted + again->rows_deleted, 0u);
}

TEST_P(StoreContract, AMeetingThatAnotherServerTookIsReportedAndLeftAlone) {
  fill_meeting();
  const auto other = open_store(server_row("other"));
  auto moved = meeting_rows("m", "other");
  moved.routers[0].router = RouterId("o-p");
  moved.routers[1].router = RouterId("o-c");
  ASSERT_TRUE(run(other->replace_meetings({moved})).has_value());
  auto guest = transport("m", "alice", TransportRole::kProducer, "new-at", "i9");
  guest.router = RouterId("o-p");
  ASSERT_TRUE(run(other->put_transport(guest)).has_value());
  const auto before = rows(kEverything, 5);
  auto snapshot = filled_snapshot();
  snapshot.meetings.push_back(meeting_rows("kept"));
  const auto report = run(store_->reconcile(snapshot));
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->taken_over, std::vector{MeetingId("m")});
  EXPECT_EQ(count("router_meeting", "meeting_id = 'kept'"), 2u);
  ASSERT_TRUE(run(store_->delete_meeting(MeetingId("kept"), {RouterId("kept-p"), RouterId("kept-c")})).has_value());
  EXPECT_EQ(rows(kEverything, 5), before);
}

TEST_P(StoreContract, AParticipantThatJoinedElsewhereStaysThere) {
  fill_meeting();
  const auto other = open_store(server_row("other"));
  ASSERT_TRUE(run(other->create_meeting(meeting_rows("theirs", "other"))).has_value());
  execute("DELETE FROM participant_meeting WHERE participant_id = 'alice'");
  ASSERT_TRUE(run(other->put_transport(transport("theirs", "alice", TransportRole::kProducer, "at9"))).has_value());
  const auto report = run(store_->reconcile(filled_snapshot()));
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(rows("SELECT meeting_id FROM participant_meeting WHERE participant_id = 'alice'"), (Rows{{"theirs"}}));
  EXPECT_EQ(count("participant_producers"), 0u);
  EXPECT_EQ(count("participant_consumers"), 0u) << "bob cannot watch her here";
}

TEST_P(StoreContract, ReconcilingLeavesAloneWhatIsBeingChanged) {
  fill_meeting();
  // The host knows of these when they have answered; the snapshot is older.
  std::optional<Result<Insertion>> created;
  std::optional<Result<void>> deleted;
  std::optional<Result<ReconcileReport>> report;
  const auto keep = [](auto task, auto& answer) -> Task<void> { answer.emplace(co_await std::move(task)); };
  spawn(keep(store_->create_meeting(meeting_rows("new")), created));
  spawn(keep(store_->delete_transports({TransportId("at")}), deleted));
  spawn(keep(store_->reconcile(filled_snapshot()), report));
  ASSERT_TRUE(run_until([&] { return created && deleted && report; }));
  ASSERT_TRUE(report->has_value()) << report->error().message;
  EXPECT_EQ(count("router_meeting", "meeting_id = 'new'"), 2u);
  EXPECT_EQ(count("participant_producer_transport", "transport_id = 'at'"), 0u);
  EXPECT_EQ(count("participant_producers"), 0u);
}

TEST_P(StoreContract, ALargeServerIsReconciledAtOnce) {
  Snapshot snapshot;
  for (int m = 0; m < 60; ++m) {
    const auto id = fmt::format("m{}", m);
    snapshot.meetings.push_back(meeting_rows(id));
    for (int p = 0; p < 10; ++p) {
      const auto who = fmt::format("{}-{}", id, p);
      snapshot.transports.push_back(transport(id, who, TransportRole::kProducer, who + "-pt"));
      snapshot.transports.push_back(transport(id, who, TransportRole::kConsumer, who + "-ct"));
      snapshot.producers.push_back(producer(id, who, who + "-v", who + "-pt"));
      for (int other = 0; other < 10; ++other) {
        if (other == p) continue;
        snapshot.consumers.push_back(consumer(id, who, fmt::format("{}-{}", id, other), fmt::format("{}-c{}", who, other), who + "-ct"));
      }
    }
  }
  const auto began = loop_.now();
  ASSERT_TRUE(run(store_->reconcile(snapshot)).has_value());
  RecordProperty("milliseconds_to_insert", static_cast<int>((loop_.now() - began) / 1ms));
  EXPECT_EQ(count("participant_consumers"), 60u * 90u);
  const auto second = loop_.now();
  const auto again = run(store_->reconcile(snapshot));
  RecordProperty("milliseconds_to_compare", static_cast<int>((loop_.now() - second) / 1ms));
  EXPECT_EQ(again->rows_inserted + again->rows_deleted, 0u);
}

TEST_P(StoreContract, DroppedTablesAreMadeAgain) {
  spoil_database();
  fill_meeting();
  const auto before = rows(kEverything, 5);
  const auto calls = available_calls_;
  for (const char* table :
       {"participant_consumers", "participant_producers", "participant_consumer_transport", "participant_producer_transport",
        "participant_consumer_router", "participant_producer_router", "participant_meeting", "router_meeting", "meeting_status",
        "router_worker", "worker_container", "container_heartbeat"}) {
    execute(fmt::format("DROP TABLE {}", table));
  }
  const auto result = run(store_->delete_transports({TransportId("x")}));
  EXPECT_TRUE(result.has_value() || result.error().code == Errc::kUnavailable);
  ASSERT_TRUE(run_until([&] { return available_calls_ > calls && store_->available(); }));
  const auto report = run(store_->reconcile(filled_snapshot()));
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(rows(kEverything, 5), before);
}

TEST_P(StoreContract, ADatabaseThatIsNotThereYetIsWaitedFor) {
  store_.reset();
  const auto late_settings = [&] {
    auto settings = settings_;
    settings.database = "not_there_yet";
    settings.path = settings_.path + ".folder/db";
    return settings;
  }();
  Store late(loop_, late_settings, metrics_);
  EXPECT_FALSE(run(late.wait_until_available(400ms)).has_value());
  EXPECT_FALSE(late.available());
  const auto refused = run(late.producers_of(MeetingId("m")));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::kUnavailable);
  if (is_mysql()) {
    ASSERT_TRUE(mariadb().create_database("not_there_yet").has_value());
  } else {
    std::filesystem::create_directories(settings_.path + ".folder");
  }
  EXPECT_TRUE(run(late.wait_until_available(5s)).has_value());
  EXPECT_TRUE(run(late.producers_of(MeetingId("m"))).has_value());
}

class MariadbOutage : public StoreContract {
 protected:
  MariadbOutage() {
    settings_.deadline = Settings{}.deadline;
    store_ = open_store(server_row());
  }
  // Ends also when a test has failed in the middle.
  ~MariadbOutage() override {
    mariadb().resume();
    const bool alive = database_->open().has_value();
    EXPECT_TRUE(alive || mariadb().start_again().has_value());
  }

  // The longest of a few answers while the database is away; every one is a refusal that says when to try again.
  Duration slowest_refusal(int calls) {
    Duration slowest{0};
    for (int i = 0; i < calls; ++i) {
      const auto began = loop_.now();
      const auto result = run(store_->put_transport(transport("m", "carol", TransportRole::kProducer, "ct")));
      slowest = std::max(slowest, loop_.now() - began);
      EXPECT_FALSE(result.has_value());
      if (result) continue;
      EXPECT_EQ(result.error().code, Errc::kUnavailable);
      EXPECT_TRUE(result.error().retry_after.has_value());
    }
    return slowest;
  }
};

TEST_P(MariadbOutage, AKilledServerIsRefusedAtOnceAndFoundAgainWithinASecond) {
  fill_meeting();
  mariadb().kill();
  EXPECT_LT(slowest_refusal(5), 1s);
  EXPECT_FALSE(store_->available());
  const auto calls = available_calls_;
  ASSERT_TRUE(mariadb().start_again().has_value());
  const auto back = loop_.now();
  ASSERT_TRUE(run_until([&] { return store_->available() && available_calls_ > calls; }));
  EXPECT_LT(loop_.now() - back, 1s);
  ASSERT_TRUE(database_->open().has_value());
  EXPECT_EQ(count("participant_meeting", "participant_id = 'carol'"), 0u) << "a refused write did not happen";
  EXPECT_TRUE(run(store_->put_transport(transport("m", "carol", TransportRole::kProducer, "ct"))).has_value());
  const auto beats = rows("SELECT heartbeat FROM container_heartbeat")[0][0];
  EXPECT_TRUE(run_until([&] { return rows("SELECT heartbeat FROM container_heartbeat")[0][0] != beats; })) << "the heart lives";
}

TEST_P(MariadbOutage, AServerRestartedBetweenTwoCallsIsNotNoticed) {
  fill_meeting();
  run(store_->pause_heartbeat());
  mariadb().kill();
  ASSERT_TRUE(mariadb().start_again().has_value());
  for (int i = 0; i < 6; ++i) {
    EXPECT_TRUE(run(store_->put_transport(transport("m", "carol", TransportRole::kProducer, fmt::format("ct{}", i)))).has_value());
  }
  ASSERT_TRUE(database_->open().has_value());
  EXPECT_EQ(rows("SELECT transport_id FROM participant_producer_transport WHERE participant_id = 'carol'"), (Rows{{"ct5"}}));
}

TEST_P(MariadbOutage, AHangingServerIsRefusedInUnderASecondAndItsReturnIsSeen) {
  for (const bool by_tcp : {false, true}) {
    if (by_tcp) {
      settings_ = mariadb().over_tcp(settings_);
      store_ = open_store(server_row());
    } else {
      fill_meeting();
    }
    mariadb().suspend();
    EXPECT_LT(slowest_refusal(3), 1s);
    ASSERT_TRUE(run_until([&] { return !store_->available(); }, 5s)) << "the hanging connections are given up";
    EXPECT_LT(slowest_refusal(3), 50ms);
    const auto calls = available_calls_;
    mariadb().resume();
    const auto back = loop_.now();
    ASSERT_TRUE(run_until([&] { return store_->available() && available_calls_ > calls; }));
    EXPECT_LT(loop_.now() - back, 1s);
    EXPECT_EQ(count("participant_meeting", "participant_id = 'carol'"), 0u) << "a refused write did not happen later either";
  }
}

TEST_P(MariadbOutage, AWrongPasswordIsAnOutageAndStaysSecret) {
  auto settings = settings_;
  settings.password = "hunter2";
  Store refused(loop_, settings, metrics_);
  const auto result = run(refused.wait_until_available(500ms));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message.find("hunter2"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Mariadb, MariadbOutage, ::testing::Values(DatabaseKind::kMysql));

}  // namespace
}  // namespace dd::store::testing
