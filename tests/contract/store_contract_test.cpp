// SPDX-License-Identifier: MIT
// What every store promises, on SQLite and on MariaDB: the rows that kendra reads, and the answers that the host relies on.
#include <fmt/format.h>

#include "store_fixture.hpp"

namespace dd::store::testing {
namespace {

using Rows = std::vector<Row>;

TEST_P(StoreContract, ACreatedMeetingHasExactlyOneCapacityPerRouter) {
  auto meeting = meeting_rows("m");
  meeting.routers.push_back({RouterId("m-b"), WorkerId("server-w1"), RouterRole::kBoth, 7});
  const auto created = run(store_->create_meeting(meeting));
  ASSERT_TRUE(created.has_value()) << created.error().message;
  EXPECT_EQ(*created, Insertion::kInserted);
  EXPECT_EQ(rows("SELECT meeting_id, enabled FROM meeting_status", 2), (Rows{{"m", "1"}}));
  EXPECT_EQ(rows("SELECT worker_id, router_id FROM router_worker ORDER BY router_id", 2),
            (Rows{{"server-w1", "m-b"}, {"server-w2", "m-c"}, {"server-w1", "m-p"}}));
  EXPECT_EQ(
      rows("SELECT router_id, producer_capacity, consumer_capacity, capacity, container_id FROM router_meeting ORDER BY router_id", 5),
      (Rows{{"m-b", "", "", "7", "server"}, {"m-c", "", "240", "", "server"}, {"m-p", "20", "", "", "server"}}));
  EXPECT_EQ(count("router_meeting", "producer_capacity IS NOT NULL"), 1u);
}

TEST_P(StoreContract, AMeetingIsCreatedOnce) {
  ASSERT_TRUE(run(store_->create_meeting(meeting_rows("m"))).has_value());
  auto again = meeting_rows("m");
  again.routers[0].router = RouterId("other-p");
  again.routers[1].router = RouterId("other-c");
  const auto second = run(store_->create_meeting(again));
  ASSERT_TRUE(second.has_value()) << second.error().message;
  EXPECT_EQ(*second, Insertion::kAlreadyThere);
  EXPECT_EQ(count("router_worker"), 2u);
  EXPECT_EQ(count("router_worker", "router_id = 'other-p'"), 0u);
}

TEST_P(StoreContract, RoutersAreAddedToAMeetingThatIsThere) {
  ASSERT_TRUE(run(store_->create_meeting(meeting_rows("m"))).has_value());
  MeetingRows more{MeetingId("m"), ContainerId("server"), {{RouterId("m-b"), WorkerId("server-w1"), RouterRole::kBoth, 7}}};
  ASSERT_TRUE(run(store_->add_routers(more)).has_value());
  EXPECT_EQ(rows("SELECT router_id, capacity, container_id FROM router_meeting WHERE capacity IS NOT NULL", 3),
            (Rows{{"m-b", "7", "server"}}));
  EXPECT_EQ(count("router_worker"), 3u);
  EXPECT_EQ(count("meeting_status"), 1u);
  const auto before = all_meeting_rows();
  more.meeting = MeetingId("nowhere");
  more.routers[0].router = RouterId("n-b");
  const auto refused = run(store_->add_routers(more));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::kNotFound);
  EXPECT_EQ(all_meeting_rows(), before);
}

TEST_P(StoreContract, AMeetingOnAnUnknownWorkerIsRefusedAsAWhole) {
  auto meeting = meeting_rows("m");
  meeting.routers[1].worker = WorkerId("nobody");
  const auto created = run(store_->create_meeting(meeting));
  ASSERT_FALSE(created.has_value());
  EXPECT_EQ(created.error().code, Errc::kUnavailable);
  EXPECT_EQ(all_meeting_rows(), 0u);
}

TEST_P(StoreContract, ReplacingAMeetingMovesItAndForgetsItsPeople) {
  fill_meeting();
  const auto other = open_store(server_row("other"));
  auto moved = meeting_rows("m", "other");
  moved.routers[0].router = RouterId("n-p");
  moved.routers[1].router = RouterId("n-c");
  const std::vector<MeetingRows> batch{moved, meeting_rows("never-seen", "other")};
  ASSERT_TRUE(run(other->replace_meetings(batch)).has_value());
  EXPECT_EQ(rows("SELECT router_id, container_id FROM router_meeting WHERE meeting_id = 'm' ORDER BY router_id", 2),
            (Rows{{"n-c", "other"}, {"n-p", "other"}}));
  EXPECT_EQ(count("router_worker"), 4u) << "the old routers' rows went too";
  EXPECT_EQ(count("participant_meeting"), 0u);
  EXPECT_EQ(count("participant_consumers"), 0u);
  ASSERT_TRUE(run(other->replace_meetings(batch)).has_value()) << "a second kendra may ask for the same";
  EXPECT_EQ(all_meeting_rows(), 2u + 4u + 4u);
}

TEST_P(StoreContract, AFailedReplacementLeavesTheOldMeeting) {
  fill_meeting();
  const auto before = all_meeting_rows();
  auto broken = meeting_rows("n");
  broken.routers[0].worker = WorkerId("nobody");
  auto moved = meeting_rows("m");
  moved.routers[0].router = RouterId("x");
  const auto result = run(store_->replace_meetings({moved, broken}));
  EXPECT_FALSE(result.has_value());
  EXPECT_EQ(all_meeting_rows(), before);
}

TEST_P(StoreContract, ADeletedMeetingLeavesNothing) {
  fill_meeting();
  const std::vector<RouterId> routers{RouterId("m-p"), RouterId("m-c")};
  ASSERT_TRUE(run(store_->delete_meeting(MeetingId("m"), routers)).has_value());
  EXPECT_EQ(all_meeting_rows(), 0u);
  EXPECT_TRUE(run(store_->delete_meeting(MeetingId("m"), routers)).has_value()) << "absent is fine";
}

TEST_P(StoreContract, ATransportRegistersItsParticipantAndRouter) {
  ASSERT_TRUE(run(store_->create_meeting(meeting_rows("m"))).has_value());
  for (int repetition = 0; repetition < 2; ++repetition) {
    ASSERT_TRUE(run(store_->put_transport(transport("m", "alice", TransportRole::kProducer, "t1"))).has_value());
    EXPECT_EQ(rows("SELECT meeting_id, participant_id, instance_id FROM participant_meeting", 3), (Rows{{"m", "alice", "i1"}}));
    EXPECT_EQ(rows("SELECT participant_id, router_id FROM participant_producer_router", 2), (Rows{{"alice", "m-p"}}));
    EXPECT_EQ(rows("SELECT participant_id, transport_id FROM participant_producer_transport", 2), (Rows{{"alice", "t1"}}));
    EXPECT_EQ(count("participant_consumer_router"), 0u);
  }
}

TEST_P(StoreContract, AConsumerTransportAlsoGivesAProducerRouterByWhichKendraFindsLeavers) {
  ASSERT_TRUE(run(store_->create_meeting(meeting_rows("m"))).has_value());
  auto viewer = transport("m", "bob", TransportRole::kConsumer, "t1");
  ASSERT_TRUE(run(store_->put_transport(viewer)).has_value());
  EXPECT_EQ(rows("SELECT router_id FROM participant_consumer_router"), (Rows{{"m-p"}}));
  EXPECT_EQ(rows("SELECT router_id FROM participant_producer_router"), (Rows{{"m-p"}}));
  EXPECT_EQ(count("participant_producer_transport"), 0u);

  auto camera = transport("m", "bob", TransportRole::kProducer, "t2");
  camera.router = RouterId("m-c");
  ASSERT_TRUE(run(store_->put_transport(camera)).has_value());
  EXPECT_EQ(rows("SELECT router_id FROM participant_producer_router"), (Rows{{"m-c"}})) << "its own router wins";
  EXPECT_EQ(rows("SELECT router_id FROM participant_consumer_router"), (Rows{{"m-p"}}));
}

TEST_P(StoreContract, ANewTransportReplacesTheOldOneAndWhatHungOnIt) {
  fill_meeting();
  ASSERT_TRUE(run(store_->put_transport(transport("m", "alice", TransportRole::kProducer, "at2"))).has_value());
  EXPECT_EQ(rows("SELECT transport_id FROM participant_producer_transport WHERE participant_id = 'alice'"), (Rows{{"at2"}}));
  EXPECT_EQ(count("participant_producers"), 0u);
  EXPECT_EQ(count("participant_meeting"), 2u);
}

TEST_P(StoreContract, ANewInstanceEvictsTheOldOne) {
  fill_meeting();
  ASSERT_TRUE(run(store_->put_transport(transport("m", "alice", TransportRole::kConsumer, "act", "i2"))).has_value());
  EXPECT_EQ(rows("SELECT instance_id FROM participant_meeting WHERE participant_id = 'alice'"), (Rows{{"i2"}}));
  EXPECT_EQ(count("participant_producer_transport", "participant_id = 'alice'"), 0u);
  EXPECT_EQ(count("participant_producers"), 0u);
  EXPECT_EQ(count("participant_consumers"), 0u) << "bob watched the old instance";
}

TEST_P(StoreContract, AParticipantOfAnotherMeetingIsAConflict) {
  fill_meeting();
  ASSERT_TRUE(run(store_->create_meeting(meeting_rows("n"))).has_value());
  const auto before = all_meeting_rows();
  for (const char* instance : {"i1", "i2"}) {
    const auto result = run(store_->put_transport(transport("n", "alice", TransportRole::kProducer, "t9", instance)));
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, Errc::kConflict);
    EXPECT_EQ(all_meeting_rows(), before);
  }
}

TEST_P(StoreContract, ATransportOnAnUnknownRouterOrMeetingIsNotFoundAndLeavesNoParticipant) {
  ASSERT_TRUE(run(store_->create_meeting(meeting_rows("m"))).has_value());
  auto lost = transport("m", "alice", TransportRole::kProducer, "t1");
  lost.router = RouterId("nowhere");
  const auto result = run(store_->put_transport(lost));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Errc::kNotFound);
  EXPECT_EQ(count("participant_meeting"), 0u);

  auto stray = transport("m", "alice", TransportRole::kProducer, "t1");
  stray.meeting = MeetingId("no-meeting");
  const auto unknown = run(store_->put_transport(stray));
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, Errc::kNotFound);
}

TEST_P(StoreContract, DeletedTransportsTakeTheirProducersAndConsumersAlong) {
  fill_meeting();
  const std::vector<TransportId> transports{TransportId("at"), TransportId("bct"), TransportId("unknown")};
  ASSERT_TRUE(run(store_->delete_transports(transports)).has_value());
  EXPECT_EQ(count("participant_producers"), 0u);
  EXPECT_EQ(count("participant_consumers"), 0u);
  EXPECT_EQ(count("participant_meeting"), 2u);
  EXPECT_EQ(rows("SELECT transport_id FROM participant_producer_transport"), (Rows{{"bt"}}));
  EXPECT_TRUE(run(store_->delete_transports({})).has_value());
}

TEST_P(StoreContract, ProducersAreListedByMeeting) {
  fill_meeting();
  ASSERT_TRUE(run(store_->insert_producer(producer("m", "bob", "bs", "bt", "screenshare"))).has_value());
  ASSERT_TRUE(run(store_->insert_producer(producer("m", "bob", "bs", "bt", "screenshare"))).has_value()) << "again is harmless";
  const auto listed = run(store_->producers_of(MeetingId("m")));
  ASSERT_TRUE(listed.has_value());
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ(listed->at(0).producer.str(), "ac");
  EXPECT_EQ(listed->at(1).participant.str(), "bob");
  EXPECT_EQ(listed->at(1).kind, "screenshare");
  EXPECT_EQ(listed->at(1).transport.str(), "bt");
  EXPECT_EQ(count("participant_producers", "producers = 1"), 2u);
  EXPECT_TRUE(run(store_->producers_of(MeetingId("unknown"))).value().empty());
}

TEST_P(StoreContract, AProducerNeedsItsTransportsRow) {
  fill_meeting();
  const auto result = run(store_->insert_producer(producer("m", "alice", "x", "bct")));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Errc::kNotFound);
}

TEST_P(StoreContract, AParticipantDeletesOnlyItsOwnProducers) {
  fill_meeting();
  const std::vector<ProducerId> producers{ProducerId("ac"), ProducerId("unknown")};
  ASSERT_TRUE(run(store_->delete_producers(ParticipantId("bob"), producers)).has_value());
  EXPECT_EQ(count("participant_producers"), 1u);
  ASSERT_TRUE(run(store_->delete_producers(ParticipantId("alice"), producers)).has_value());
  EXPECT_EQ(count("participant_producers"), 0u);
}

TEST_P(StoreContract, AConsumerReplacesTheOneOfTheSameTargetAndKind) {
  fill_meeting();
  const std::vector<ConsumerRow> rows_to_put{consumer("m", "bob", "alice", "bc2", "bct"),
                                             consumer("m", "bob", "alice", "ba", "bct", "audio")};
  ASSERT_TRUE(run(store_->put_consumers(rows_to_put)).has_value());
  EXPECT_EQ(rows("SELECT consumer_id, kind, consumers, meeting_id FROM participant_consumers ORDER BY kind", 4),
            (Rows{{"ba", "audio", "1", "m"}, {"bc2", "video", "1", "m"}}));
  const std::vector<ConsumerId> gone{ConsumerId("bc2"), ConsumerId("unknown")};
  ASSERT_TRUE(run(store_->delete_consumers(gone)).has_value());
  EXPECT_EQ(count("participant_consumers"), 1u);
}

TEST_P(StoreContract, ConsumersOfAnUnknownTargetAreRefusedAsAWhole) {
  fill_meeting();
  const std::vector<ConsumerRow> rows_to_put{consumer("m", "bob", "alice", "ba", "bct", "audio"),
                                             consumer("m", "bob", "carol", "bx", "bct")};
  const auto result = run(store_->put_consumers(rows_to_put));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Errc::kNotFound);
  EXPECT_EQ(count("participant_consumers"), 1u);
}

TEST_P(StoreContract, ALeavingParticipantTakesEverythingAlongOnlyWithItsInstance) {
  fill_meeting();
  EXPECT_EQ(run(store_->delete_participant(MeetingId("m"), ParticipantId("alice"), InstanceId("stale"))).value(), 0u);
  EXPECT_EQ(count("participant_meeting"), 2u);
  EXPECT_EQ(run(store_->delete_participant(MeetingId("m"), ParticipantId("alice"), InstanceId("i1"))).value(), 1u);
  EXPECT_EQ(rows("SELECT participant_id FROM participant_meeting"), (Rows{{"bob"}}));
  EXPECT_EQ(count("participant_producers"), 0u);
  EXPECT_EQ(count("participant_consumers"), 0u) << "bob's consumer of alice";
  EXPECT_EQ(run(store_->delete_participant(MeetingId("m"), ParticipantId("alice"), InstanceId("i1"))).value(), 0u);
}

TEST_P(StoreContract, ValuesAreNeverReadAsSql) {
  ASSERT_TRUE(run(store_->create_meeting(meeting_rows("m"))).has_value());
  int next = 0;
  for (const std::string text :
       {"x'; DROP TABLE meeting_status; --", "a\\", "a\\'b", "\"q\"", ":p0", "?", "%s", "a\nb", "caf\xc3\xa9 \xf0\x9f\x8e\xa5"}) {
    const auto participant = fmt::format("{}{}", text, next);
    const auto id = fmt::format("t{}", next++);
    ASSERT_TRUE(run(store_->put_transport(transport("m", participant, TransportRole::kProducer, id, text))).has_value()) << text;
    const auto found = rows(fmt::format("SELECT t.participant_id, p.instance_id FROM participant_producer_transport t"
                                        " JOIN participant_meeting p ON p.participant_id = t.participant_id WHERE t.transport_id = '{}'",
                                        id),
                            2);
    EXPECT_EQ(found, (Rows{{participant, text}}));
    EXPECT_EQ(run(store_->delete_participant(MeetingId("m"), ParticipantId(participant), InstanceId(text))).value(), 1u) << text;
  }
  EXPECT_EQ(count("meeting_status"), 1u);
}

TEST_P(StoreContract, IdsThatDifferInCaseAreDifferent) {
  ASSERT_EQ(run(store_->create_meeting(meeting_rows("m"))).value(), Insertion::kInserted);
  ASSERT_EQ(run(store_->create_meeting(meeting_rows("M"))).value(), Insertion::kInserted);
  ASSERT_TRUE(run(store_->delete_meeting(MeetingId("M"), {})).has_value());
  EXPECT_EQ(rows("SELECT meeting_id FROM meeting_status"), (Rows{{"m"}}));
}

TEST_P(StoreContract, KendraFindsTheServerOfAMeeting) {
  fill_meeting();
  // The join of kendra's lookups; the tenant keeps its leading space.
  EXPECT_EQ(
      rows(
          "SELECT h.host, h.tenant, rm.router_id FROM container_heartbeat h LEFT JOIN worker_container w ON h.container_id = w.container_id"
          " LEFT JOIN router_worker r ON w.worker_id = r.worker_id LEFT JOIN router_meeting rm ON r.router_id = rm.router_id"
          " WHERE rm.meeting_id = 'm' AND rm.producer_capacity IS NOT NULL",
          3),
      (Rows{{"192.0.2.7", " default", "m-p"}}));
}

TEST_P(StoreContract, OfTwoServersCreatingAMeetingOneSucceeds) {
  const auto other = open_store(server_row("other"));
  for (int i = 0; i < 30; ++i) {
    const auto id = fmt::format("m{}", i);
    auto theirs = meeting_rows(id, "other");
    theirs.routers[0].router = RouterId(id + "-op");
    theirs.routers[1].router = RouterId(id + "-oc");
    std::vector<Task<Result<Insertion>>> tasks;
    tasks.push_back(store_->create_meeting(meeting_rows(id)));
    tasks.push_back(other->create_meeting(theirs));
    const auto answers = run_all(std::move(tasks));
    ASSERT_TRUE(answers[0].has_value() && answers[1].has_value());
    EXPECT_NE(*answers[0], *answers[1]);
  }
  EXPECT_EQ(count("router_meeting"), 60u);
}

TEST_P(StoreContract, JoinsAndReplacementsOfTwoServersDoNotDisturbEachOther) {
  const auto other = open_store(server_row("other"));
  std::vector<MeetingRows> batch;
  for (int i = 0; i < 20; ++i) batch.push_back(meeting_rows(fmt::format("r{}", i), "other"));
  ASSERT_TRUE(run(store_->create_meeting(meeting_rows("m"))).has_value());
  std::vector<Task<Result<void>>> tasks;
  for (int i = 0; i < 100; ++i) {
    const auto who = fmt::format("p{}", i);
    tasks.push_back(store_->put_transport(transport("m", who, TransportRole::kProducer, who + "-t")));
    if (i % 25 == 0) {
      tasks.push_back(store_->replace_meetings(batch));
      tasks.push_back(other->replace_meetings(batch));
    }
  }
  for (const auto& answer : run_all(std::move(tasks))) {
    // A replacement may lose against another and say so; a join never fails.
    EXPECT_TRUE(answer.has_value() || answer.error().code == Errc::kUnavailable) << answer.error().message;
  }
  EXPECT_EQ(count("participant_producer_transport"), 100u);
  EXPECT_EQ(count("router_meeting", "meeting_id <> 'm'"), 40u);
  EXPECT_EQ(count("router_worker"), 42u);
}

TEST_P(StoreContract, AFullQueueRefusesAtOnce) {
  settings_.max_queued = 4;
  const auto small = open_store(server_row("small"));
  fill_meeting();
  execute(is_mysql() ? "START TRANSACTION" : "BEGIN IMMEDIATE");
  execute("UPDATE participant_producer_transport SET participant_id = participant_id WHERE transport_id = 'at'");
  std::vector<Task<Result<void>>> tasks;
  for (int i = 0; i < 200; ++i) tasks.push_back(small->delete_transports({TransportId("at")}));
  const auto let_go = [&]() -> Task<Result<void>> {
    execute("ROLLBACK");
    co_return ok();
  };
  tasks.push_back(let_go());
  std::size_t refused = 0;
  for (const auto& answer : run_all(std::move(tasks))) {
    if (answer.has_value()) continue;
    EXPECT_EQ(answer.error().code, Errc::kUnavailable);
    EXPECT_TRUE(answer.error().retry_after.has_value());
    ++refused;
  }
  // Four wait, and each thread may have taken one that waits for the row.
  EXPECT_GE(refused, 200 - settings_.max_queued - settings_.threads);
  EXPECT_LT(refused, 200u);
  EXPECT_EQ(count("participant_producer_transport", "transport_id = 'at'"), 0u);
}

TEST_P(StoreContract, AnOperationThatCannotGetItsLockIsAbandonedInTimeAndWritesNothing) {
  settings_.deadline = Settings{}.deadline;
  store_ = open_store(server_row());
  fill_meeting();
  execute(is_mysql() ? "START TRANSACTION" : "BEGIN IMMEDIATE");
  execute("UPDATE participant_meeting SET instance_id = 'i1' WHERE participant_id = 'alice'");
  execute("UPDATE participant_meeting SET instance_id = 'locked' WHERE participant_id = 'alice'");
  const auto began = loop_.now();
  const auto result = run(store_->delete_participant(MeetingId("m"), ParticipantId("alice"), InstanceId("i1")));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Errc::kUnavailable);
  EXPECT_LT(loop_.now() - began, 1s);
  execute("ROLLBACK");
  EXPECT_TRUE(store_->available());
  EXPECT_TRUE(run(store_->insert_producer(producer("m", "alice", "aa", "at", "audio"))).has_value());
  EXPECT_EQ(count("participant_meeting", "participant_id = 'alice'"), 1u) << "the abandoned operation did not come back";
}

TEST_P(StoreContract, AHundredMeetingsAreReplacedAtOnce) {
  const auto other = open_store(server_row("other"));
  std::vector<MeetingRows> batch;
  for (int i = 0; i < 100; ++i) {
    const auto id = fmt::format("m{}", i);
    auto rows_of_meeting = meeting_rows(id);
    ASSERT_TRUE(run(store_->create_meeting(rows_of_meeting)).has_value());
    for (int p = 0; p < 4; ++p) {
      const auto who = fmt::format("{}-p{}", id, p);
      ASSERT_TRUE(run(store_->put_transport(transport(id, who, TransportRole::kProducer, who + "-t"))).has_value());
    }
    auto moved = meeting_rows(id, "other");
    for (auto& router : moved.routers) router.router = RouterId(router.router.str() + "2");
    batch.push_back(moved);
  }
  const auto began = loop_.now();
  ASSERT_TRUE(run(other->replace_meetings(batch)).has_value());
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(loop_.now() - began);
  RecordProperty("milliseconds", static_cast<int>(took.count()));
  EXPECT_EQ(count("router_meeting", "container_id = 'other'"), 200u);
  EXPECT_EQ(count("router_worker"), 200u);
  EXPECT_EQ(count("participant_meeting"), 0u);
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, ::testing::Values(DatabaseKind::kSqlite));
INSTANTIATE_TEST_SUITE_P(Mariadb, StoreContract, ::testing::Values(DatabaseKind::kMysql));

}  // namespace
}  // namespace dd::store::testing
