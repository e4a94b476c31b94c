// SPDX-License-Identifier: MIT
// What the control plane remembers: places and their counts, meetings of kendra's, removals, leases, the end of servers.
#include <fmt/format.h>

#include "control_fixture.hpp"

namespace dd::store::testing {
namespace {

TEST_P(ControlContract, AReservedMeetingIsFoundAsItWasReserved) {
  auto meeting = place("standup");
  meeting.limit = 40;
  meeting.locked = true;
  const auto reservation = run(control_.reserve(meeting, 100, 3));
  ASSERT_TRUE(reservation.has_value()) << reservation.error().message;
  EXPECT_EQ(reservation->outcome, Outcome::kReserved);
  const auto again = found("standup");
  EXPECT_EQ(again.tenant, meeting.tenant);
  EXPECT_EQ(again.server, meeting.server);
  EXPECT_EQ(again.size, 25u);
  EXPECT_EQ(again.limit, 40u);
  EXPECT_TRUE(again.locked);
  EXPECT_EQ(again.moves, 0u);
  EXPECT_EQ(again.created, meeting.created);
  EXPECT_FALSE(run(control_.find(MeetingId("other")))->has_value());
}

TEST_P(ControlContract, AMeetingIsPlacedOnce) {
  add_server("second", system_clock().wall_now());
  EXPECT_EQ(reserve(place("m")), Outcome::kReserved);
  const auto reservation = run(control_.reserve(place("m", 25, "second"), 1000, 1));
  ASSERT_TRUE(reservation.has_value());
  EXPECT_EQ(reservation->outcome, Outcome::kPlacedAlready) << "also when the tenant may have no further one";
  ASSERT_TRUE(reservation->placed.has_value());
  EXPECT_EQ(reservation->placed->server.str(), "server");
}

TEST_P(ControlContract, AServerIsFilledToItsCapacityAndNotBeyond) {
  EXPECT_EQ(reserve(place("m1", 40), 100), Outcome::kReserved);
  EXPECT_EQ(reserve(place("m2", 60), 100), Outcome::kReserved);
  EXPECT_EQ(reserve(place("m3", 1), 100), Outcome::kServerFull);
  EXPECT_FALSE(run(control_.find(MeetingId("m3")))->has_value());
  ASSERT_TRUE(run(control_.resize(MeetingId("m2"), 50)).has_value());
  EXPECT_EQ(reserve(place("m3", 10), 100), Outcome::kReserved);
  EXPECT_EQ(reserve(place("m4", 10, "gone"), 100), Outcome::kServerFull) << "a server without rows carries nothing";
}

TEST_P(ControlContract, ATenantHasAsManyMeetingsAsItMay) {
  EXPECT_EQ(reserve(place("a1"), 1000, 2), Outcome::kReserved);
  EXPECT_EQ(reserve(place("a2"), 1000, 2), Outcome::kReserved);
  EXPECT_EQ(reserve(place("a3"), 1000, 2), Outcome::kTenantFull);
  EXPECT_EQ(reserve(place("b1", 25, "server", "other"), 1000, 2), Outcome::kReserved);
  EXPECT_EQ(reserve(place("a3"), 1000, 0), Outcome::kReserved) << "0 is no bound";
  ASSERT_TRUE(run(control_.forget(MeetingId("a1"))).has_value());
  ASSERT_TRUE(run(control_.forget(MeetingId("a2"))).has_value());
  EXPECT_EQ(reserve(place("a4"), 1000, 2), Outcome::kReserved);
  const auto own = run(control_.meetings_of(TenantId("acme")));
  ASSERT_EQ(own->size(), 2u);
  EXPECT_EQ((*own)[0].meeting.str(), "a3");
  EXPECT_EQ(run(control_.meetings_of(TenantId()))->size(), 3u);
}

TEST_P(ControlContract, ATenantsParticipantsAreCountedInAllItsMeetings) {
  EXPECT_EQ(reserve(place("m")), Outcome::kReserved);
  EXPECT_EQ(reserve(place("empty")), Outcome::kReserved);
  EXPECT_EQ(run(control_.participants_of(TenantId("acme"))).value(), 0u);
  fill_meeting();  // "m" with two participants
  EXPECT_EQ(run(control_.participants_of(TenantId("acme"))).value(), 2u);
  EXPECT_EQ(run(control_.participants_of(TenantId("other"))).value(), 0u);
}

TEST_P(ControlContract, MeetingsThatKendraMadeAreSeenLikeOurs) {
  fill_meeting();  // "m" with two participants, known to kendra's tables only
  EXPECT_EQ(reserve(place("ours")), Outcome::kReserved);
  const auto theirs = found("m");
  EXPECT_TRUE(theirs.tenant.empty());
  EXPECT_EQ(theirs.server.str(), "server");
  EXPECT_EQ(theirs.size, 2u);

  const auto carried = run(control_.meetings_on(ContainerId("server")));
  ASSERT_EQ(carried->size(), 2u);
  EXPECT_EQ((*carried)[0].meeting.str(), "ours");
  EXPECT_EQ((*carried)[1].meeting.str(), "m");
  EXPECT_EQ(run(control_.meetings_of(TenantId()))->size(), 2u);
  EXPECT_EQ(server().reserved, 27u);
  EXPECT_EQ(server().meetings, 2u);
  EXPECT_EQ(reserve(place("m")), Outcome::kPlacedAlready);
  EXPECT_EQ(reserve(place("large", 74), 100), Outcome::kServerFull) << "their participants take room too";

  const auto routers = run(control_.routers_of(MeetingId("m")));
  ASSERT_EQ(routers->size(), 2u);
  EXPECT_EQ((*routers)[0].router.str(), "m-c");
  EXPECT_EQ((*routers)[0].worker.str(), "server-w2");
  EXPECT_EQ((*routers)[0].role, RouterRole::kConsumer);
  EXPECT_EQ((*routers)[0].capacity, 240);
  EXPECT_EQ((*routers)[1].role, RouterRole::kProducer);
  EXPECT_EQ((*routers)[1].capacity, 20);

  EXPECT_EQ(run(control_.set_locked(MeetingId("m"), true)).error().code, Errc::kNotFound);
}

TEST_P(ControlContract, OurOwnMeetingIsCountedOnceThoughItHasRoutersToo) {
  EXPECT_EQ(reserve(place("m")), Outcome::kReserved);
  fill_meeting();
  EXPECT_EQ(server().reserved, 25u);
  EXPECT_EQ(server().meetings, 1u);
  EXPECT_EQ(found("m").tenant.str(), "acme");
  EXPECT_EQ(run(control_.meetings_on(ContainerId("server")))->size(), 1u);
}

TEST_P(ControlContract, AMoveFromAnOldPlaceIsRefused) {
  add_server("second", system_clock().wall_now());
  EXPECT_EQ(reserve(place("m")), Outcome::kReserved);
  const auto before = found("m");
  EXPECT_TRUE(run(control_.move(before, ContainerId("second"))).value());
  EXPECT_FALSE(run(control_.move(before, ContainerId("third"))).value());
  const auto after = found("m");
  EXPECT_EQ(after.server.str(), "second");
  EXPECT_EQ(after.moves, 1u);
  EXPECT_EQ(after.tenant, before.tenant);
  EXPECT_TRUE(run(control_.move(after, ContainerId("server"))).value());
  EXPECT_FALSE(run(control_.move(before, ContainerId("second"))).value()) << "it is there again, but two moves later";
  EXPECT_FALSE(run(control_.move(place("unknown"), ContainerId("second"))).value());
}

TEST_P(ControlContract, AMeetingOfKendrasIsMovedToo) {
  add_server("second", system_clock().wall_now());
  fill_meeting();
  const auto before = found("m");
  EXPECT_TRUE(run(control_.move(before, ContainerId("second"))).value());
  EXPECT_EQ(found("m").server.str(), "second") << "though its routers are still those of the old server";
  EXPECT_EQ(found("m").moves, 1u);
  EXPECT_FALSE(run(control_.move(before, ContainerId("second"))).value());
}

TEST_P(ControlContract, LockingAndSizingChangeOnlyThat) {
  EXPECT_EQ(reserve(place("m")), Outcome::kReserved);
  ASSERT_TRUE(run(control_.set_locked(MeetingId("m"), true)).has_value());
  ASSERT_TRUE(run(control_.set_locked(MeetingId("m"), true)).has_value()) << "again changes nothing";
  EXPECT_TRUE(found("m").locked);
  ASSERT_TRUE(run(control_.resize(MeetingId("m"), 50)).has_value());
  EXPECT_EQ(found("m").size, 50u);
  EXPECT_TRUE(found("m").locked);
  ASSERT_TRUE(run(control_.set_locked(MeetingId("m"), false)).has_value());
  EXPECT_FALSE(found("m").locked);
  EXPECT_TRUE(run(control_.resize(MeetingId("ended"), 5)).has_value());
  EXPECT_EQ(run(control_.set_locked(MeetingId("ended"), true)).error().code, Errc::kNotFound);
}

TEST_P(ControlContract, WhoWasRemovedStaysRemovedUntilThenOrUntilTheMeetingEnds) {
  const auto now = loop_.wall_now();
  const auto removed = [this](const char* meeting, const char* who) {
    return run(control_.is_removed(MeetingId(meeting), ParticipantId(who))).value();
  };
  EXPECT_EQ(reserve(place("m")), Outcome::kReserved);
  ASSERT_TRUE(run(control_.remove_participant(MeetingId("m"), ParticipantId("bela"), now + 1h)).has_value());
  ASSERT_TRUE(run(control_.remove_participant(MeetingId("m"), ParticipantId("carl"), now - 1s)).has_value());
  EXPECT_TRUE(removed("m", "bela"));
  EXPECT_FALSE(removed("m", "carl")) << "their time is over";
  EXPECT_FALSE(removed("m", "asha"));
  EXPECT_FALSE(removed("n", "bela"));
  ASSERT_TRUE(run(control_.remove_participant(MeetingId("m"), ParticipantId("bela"), now + 2h)).has_value());
  EXPECT_EQ(count("removed_participant"), 1u) << "and what is over is swept";
  ASSERT_TRUE(run(control_.forget(MeetingId("m"))).has_value());
  EXPECT_FALSE(removed("m", "bela"));
}

TEST_P(ControlContract, ForgettingLeavesTheRowsOfALivingServerAlone) {
  EXPECT_EQ(reserve(place("m")), Outcome::kReserved);
  fill_meeting();
  ASSERT_TRUE(run(control_.forget(MeetingId("m"))).has_value());
  EXPECT_EQ(count("router_meeting"), 2u);
  ASSERT_TRUE(run(control_.forget(MeetingId("m"))).has_value()) << "absent is fine";
}

TEST_P(ControlContract, AMeetingThatEndedOnADeadServerLeavesNothingToMove) {
  EXPECT_EQ(reserve(place("m")), Outcome::kReserved);
  fill_meeting();
  run(store_->pause_heartbeat());
  execute("UPDATE container_heartbeat SET heartbeat = 5");
  ASSERT_TRUE(run(control_.forget(MeetingId("m"))).has_value());
  EXPECT_TRUE(run(control_.meetings_on(ContainerId("server")))->empty());
  EXPECT_EQ(all_meeting_rows(), 0u);
  ASSERT_TRUE(run(control_.bury_server(ContainerId("server"))).has_value());
  EXPECT_TRUE(run(control_.servers())->empty());
}

TEST_P(ControlContract, AServerIsBuriedWhenNothingRefersToIt) {
  add_server("dead", WallTime(1h));
  EXPECT_EQ(reserve(place("m", 25, "dead")), Outcome::kReserved);
  ASSERT_TRUE(run(control_.bury_server(ContainerId("dead"))).has_value());
  EXPECT_EQ(count("container_heartbeat", "container_id = 'dead'"), 1u) << "somebody has to move the meeting first";
  EXPECT_TRUE(run(control_.move(found("m"), ContainerId("server"))).value());
  ASSERT_TRUE(run(control_.bury_server(ContainerId("dead"))).has_value());
  EXPECT_EQ(count("container_heartbeat", "container_id = 'dead'") + count("worker_container", "container_id = 'dead'"), 0u);
  EXPECT_EQ(count("placement_lock", "name = 'server/dead'"), 0u);
  EXPECT_TRUE(run(control_.bury_server(ContainerId("dead"))).has_value());
}

TEST_P(ControlContract, AServerWithAPlacedMeetingKeepsItsRowsWhenItStops) {
  EXPECT_EQ(reserve(place("m")), Outcome::kReserved);
  EXPECT_FALSE(run(store_->deregister_server()).value());
  ASSERT_TRUE(run(control_.forget(MeetingId("m"))).has_value());
  EXPECT_TRUE(run(store_->deregister_server()).value());
}

TEST_P(ControlContract, ALeaseHasOneHolderUntilItIsDroppedOrExpires) {
  EXPECT_TRUE(run(control_.hold_lease("leader", "a", 60s)).value());
  EXPECT_FALSE(run(control_.hold_lease("leader", "b", 60s)).value());
  EXPECT_TRUE(run(control_.hold_lease("leader", "a", 60s)).value());
  EXPECT_TRUE(run(control_.hold_lease("other", "b", 60s)).value());
  ASSERT_TRUE(run(control_.drop_lease("leader", "b")).has_value());
  EXPECT_FALSE(run(control_.hold_lease("leader", "b", 60s)).value()) << "nobody drops another's";
  ASSERT_TRUE(run(control_.drop_lease("leader", "a")).has_value());
  EXPECT_TRUE(run(control_.hold_lease("leader", "b", 1s)).value());
  EXPECT_FALSE(run(control_.hold_lease("leader", "a", 60s)).value());
  EXPECT_TRUE(run_until([this] { return run(control_.hold_lease("leader", "a", 60s)).value(); }, 5s));
  EXPECT_FALSE(run(control_.hold_lease("leader", "b", 60s)).value());
}

TEST_P(ControlContract, ALeaseIsJudgedByTheDatabasesClock) {
  EXPECT_TRUE(run(control_.hold_lease("leader", "a", 60s)).value());
  const auto expires = std::stoll(rows("SELECT expires FROM control_lease")[0][0]);
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(system_clock().wall_now().time_since_epoch()).count();
  EXPECT_LT(std::abs(expires - now - 60'000), 5'000) << "here it is the same machine's, in UTC";
}

INSTANTIATE_TEST_SUITE_P(Sqlite, ControlContract, ::testing::Values(DatabaseKind::kSqlite));
INSTANTIATE_TEST_SUITE_P(Mariadb, ControlContract, ::testing::Values(DatabaseKind::kMysql));

}  // namespace
}  // namespace dd::store::testing
