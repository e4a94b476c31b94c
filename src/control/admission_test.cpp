// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "control/testing/replica.hpp"

namespace dd::control {
namespace {

using namespace testing;

struct AdmissionTo : ::testing::Test, Stage {
  std::string refusal(Result<Admission> admission) { return admission ? "admitted" : admission.error().reason; }
  std::size_t meetings_on(const std::string& server) {
    return static_cast<std::size_t>(std::count_if(cluster.places.begin(), cluster.places.end(),
                                                  [&](const auto& entry) { return entry.second.server.str() == server; }));
  }
};

TEST_F(AdmissionTo, AMeetingWithoutAPlaceCreatesIt) {
  const auto first = replica.join("m", "asha");
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_TRUE(first->created);
  EXPECT_EQ(first->place.server.str(), "s1");
  EXPECT_EQ(first->place.producer_router, first->place.consumer_router);
  EXPECT_EQ(first->meeting.size, 25U);
  const auto second = replica.join("m", "bela", 1);
  ASSERT_TRUE(second.has_value());
  EXPECT_FALSE(second->created);
  EXPECT_EQ(second->place.producer_router, first->place.producer_router);
  EXPECT_EQ(cluster.calls("/v1/createMeeting"), 1U);
  EXPECT_NE(cluster.made[0].body.find(R"("tenant":"default")"), std::string::npos);
}

TEST_F(AdmissionTo, ManyMeetingsAtOnceSpreadsThemEvenBeforeTheRowsAreReadAgain) {
  std::vector<Result<Admission>> answers;
  for (int i = 0; i < 9; ++i) {
    spawn([](Meetings* meetings, AdmissionRequest asked, std::vector<Result<Admission>>* out) -> Task<void> {
      auto task = meetings->admit(std::move(asked));
      out->push_back(co_await std::move(task));
    }(&replica.meetings, Replica::request("m" + std::to_string(i), "asha"), &answers));
  }
  loop.advance(900ms);
  ASSERT_EQ(answers.size(), 9U);
  for (const auto& answer : answers) EXPECT_TRUE(answer.has_value());
  for (const char* id : {"s1", "s2", "s3"}) EXPECT_EQ(meetings_on(id), 3U) << id;
}

TEST_F(AdmissionTo, OneMeetingByManyAtOnceCreatesItOnce) {
  Replica other(loop, cluster, bus, "two");
  std::vector<Result<Admission>> answers;
  for (int i = 0; i < 20; ++i) {
    spawn([](Meetings* meetings, AdmissionRequest asked, std::vector<Result<Admission>>* out) -> Task<void> {
      auto task = meetings->admit(std::move(asked));
      out->push_back(co_await std::move(task));
    }(i % 2 == 0 ? &replica.meetings : &other.meetings, Replica::request("m", "p" + std::to_string(i)), &answers));
  }
  loop.advance(5s);
  ASSERT_EQ(answers.size(), 20U);
  std::set<std::string> routers;
  int created = 0;
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    created += answer->created ? 1 : 0;
    routers.insert(cluster.rows.at(MeetingId("m")).second.front().router.str());
  }
  EXPECT_EQ(created, 1);
  EXPECT_EQ(cluster.places.size(), 1U);
}

TEST_F(AdmissionTo, AFullServerGoesToTheNextAndAFullClusterRefuses) {
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(refusal(replica.join("m" + std::to_string(i), "asha")), "admitted") << i;
    loop.advance(1100ms);
  }
  for (const char* id : {"s1", "s2", "s3"}) EXPECT_EQ(meetings_on(id), 4U) << id;
  EXPECT_EQ(refusal(replica.join("one-too-many", "asha")), "cluster_full");
  EXPECT_NE(replica.metrics.exposition().find("doordarshan_admissions_refused_total{reason=\"cluster_full\"} 1"), std::string::npos);
}

TEST_F(AdmissionTo, AServerThatCannotCreateGoesToTheNext) {
  cluster.server("s1").error = unavailable("draining");
  const auto admission = replica.join("m", "asha");
  ASSERT_TRUE(admission.has_value()) << admission.error().message;
  EXPECT_EQ(admission->place.server.str(), "s2");
  EXPECT_EQ(server_of("m"), "s2");
}

TEST_F(AdmissionTo, ServersThatAllFailLeavesNoReservation) {
  for (const char* id : {"s1", "s2", "s3"}) cluster.server(id).error = make_error(Errc::kInternal, "no");
  const auto admission = replica.join("m", "asha");
  ASSERT_FALSE(admission.has_value());
  EXPECT_EQ(admission.error().code, Errc::kUnavailable);
  EXPECT_TRUE(cluster.places.empty());
}

TEST_F(AdmissionTo, ALockedMeetingIsForModerators) {
  ASSERT_TRUE(replica.join("m", "asha").has_value());
  ASSERT_TRUE(loop.run(replica.meetings.lock(MeetingId("m"), true)).has_value());
  EXPECT_EQ(refusal(replica.join("m", "bela", 1)), "meeting_locked");
  auto moderator = Replica::request("m", "mod", 1);
  moderator.moderator = true;
  EXPECT_TRUE(loop.run(replica.meetings.admit(moderator)).has_value());
  ASSERT_TRUE(loop.run(replica.meetings.lock(MeetingId("m"), false)).has_value());
  EXPECT_EQ(refusal(replica.join("m", "bela", 1)), "admitted");
}

TEST_F(AdmissionTo, ALockIsSeenByOtherReplicasAtOnce) {
  Replica other(loop, cluster, bus, "two");
  ASSERT_TRUE(other.join("m", "asha").has_value());
  ASSERT_TRUE(loop.run(replica.meetings.lock(MeetingId("m"), true)).has_value());
  loop.run_ready();
  EXPECT_EQ(refusal(other.join("m", "bela", 1)), "meeting_locked");
}

TEST_F(AdmissionTo, WhoWasRemovedStaysOut) {
  ASSERT_TRUE(replica.join("m", "asha").has_value());
  ASSERT_TRUE(loop.run(replica.meetings.remove(MeetingId("m"), ParticipantId("asha"))).has_value());
  EXPECT_EQ(refusal(replica.join("m", "asha")), "removed");
  EXPECT_EQ(refusal(replica.join("m", "bela")), "admitted");
}

TEST_F(AdmissionTo, AMeetingAtItsLimitIsFull) {
  auto asked = Replica::request("m", "asha", 0);
  asked.participant_limit = 2;
  const auto first = loop.run(replica.meetings.admit(asked));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->meeting.size, 2U) << "no more room than it may use";
  asked.participants_here = 2;
  EXPECT_EQ(refusal(loop.run(replica.meetings.admit(asked))), "meeting_full");
}

TEST_F(AdmissionTo, ATenantAtItsLimitOfMeetingsIsFull) {
  auto asked = Replica::request("m1", "asha");
  asked.tenant_meetings = 1;
  EXPECT_TRUE(loop.run(replica.meetings.admit(asked)).has_value());
  asked.meeting = MeetingId("m2");
  EXPECT_EQ(refusal(loop.run(replica.meetings.admit(asked))), "tenant_full");
}

TEST_F(AdmissionTo, AQuotaOfNothingAllowsNothing) {
  auto asked = Replica::request("m1", "asha");
  asked.tenant_meetings = 0;
  EXPECT_EQ(refusal(loop.run(replica.meetings.admit(asked))), "tenant_full");
  asked.tenant_meetings.reset();
  asked.participant_limit = 0;
  EXPECT_EQ(refusal(loop.run(replica.meetings.admit(asked))), "meeting_full");
  EXPECT_TRUE(cluster.places.empty());
}

TEST_F(AdmissionTo, AMeetingThatIsNotThereEndsThereWithoutThePermissionToCreate) {
  auto asked = Replica::request("m", "asha");
  asked.may_create = false;
  EXPECT_EQ(refusal(loop.run(replica.meetings.admit(asked))), "meeting_ended");
  EXPECT_EQ(loop.run(replica.meetings.place_of(MeetingId("m"), ParticipantId("asha"), 0)).error().reason, "meeting_ended");
}

TEST_F(AdmissionTo, AMeetingThatOutgrowsItsSizeReservesMore) {
  ASSERT_TRUE(replica.join("m", "p0").has_value());
  ASSERT_TRUE(replica.join("m", "p25", 25).has_value());
  EXPECT_EQ(cluster.places.at(MeetingId("m")).size, 50U);
  ASSERT_TRUE(replica.join("m", "p60", 60).has_value());
  EXPECT_EQ(cluster.places.at(MeetingId("m")).size, 100U);
}

TEST_F(AdmissionTo, AServerWhereEverySeatIsTakenRefusesToOutgrow) {
  ASSERT_TRUE(replica.join("m", "p0").has_value());
  cluster.server("s1").record.participants = 100;
  loop.advance(2s);
  EXPECT_EQ(refusal(replica.join("m", "p24", 24)), "admitted") << "within its reservation";
  EXPECT_EQ(refusal(replica.join("m", "p25", 25)), "cluster_full");
}

// Viewers of a broadcast, whose consumers the server tells with its next heartbeat.
struct Broadcast : AdmissionTo {
  Place viewer(int number, std::uint32_t streams = 2) {
    auto asked = Replica::request("m", "v" + std::to_string(number), static_cast<std::uint32_t>(number));
    asked.streams = streams;
    auto admission = loop.run(replica.meetings.admit(asked));
    EXPECT_TRUE(admission.has_value());
    if (!admission) return {};
    for (const auto& router : cluster.rows.at(MeetingId("m")).second) {
      if (router.router == admission->place.consumer_router) watching[router.worker] += streams;
    }
    return admission->place;
  }
  void beat() {
    for (auto& worker : cluster.server("s1").record.workers) worker.consumers = watching[worker.worker];
    loop.advance(3s);
  }
  std::uint32_t most() const {
    std::uint32_t most = 0;
    for (const auto& each : watching) most = std::max(most, each.second);
    return most;
  }
  std::map<WorkerId, std::uint32_t> watching;
};

TEST_F(Broadcast, StaysOnOneWorkerWhileThatHasLittleToDo) {
  std::set<std::string> routers;
  for (int i = 0; i < 30; ++i) routers.insert(viewer(i).consumer_router.str());
  EXPECT_EQ(routers.size(), 1U);
  EXPECT_EQ(cluster.calls("/v1/addRouters"), 0U);
}

TEST_F(Broadcast, IsSpreadEvenlyOverAllWorkersWhetherItsViewersComeSlowlyOrAtOnce) {
  for (const int at_once : {10, 150, 900}) {
    watching.clear();
    for (int i = 0; i < 900; ++i) {
      const Place place = viewer(i);
      EXPECT_EQ(place.producer_router, cluster.rows.at(MeetingId("m")).second.front().router) << "all that is said stays on one router";
      if (i % at_once == at_once - 1) beat();
    }
    ASSERT_EQ(watching.size(), 3U) << at_once;
    EXPECT_LE(most(), 610U) << at_once << ": 1800 streams on three workers";
    ASSERT_TRUE(loop.run(replica.meetings.end(MeetingId("m"), "moderator")).has_value());
    watching.clear();
    beat();
  }
}

TEST_F(Broadcast, KeepsWhoIsThereInPlaceWhenItGrows) {
  const Place first = viewer(0);
  for (int i = 1; i < 400; ++i) viewer(i);
  EXPECT_GE(cluster.calls("/v1/addRouters"), 1U);
  EXPECT_EQ(viewer(0).consumer_router, first.consumer_router);
}

TEST_F(Broadcast, LeavesAWorkerWhoseCoreIsBusyWhateverItsConsumersAre) {
  const Place first = viewer(0);
  cluster.server("s1").record.workers[0].busy_percent = 80;
  loop.advance(3s);
  const Place second = viewer(1);
  EXPECT_NE(second.consumer_router, first.consumer_router);
  EXPECT_EQ(second.producer_router, first.producer_router);
}

TEST_F(Broadcast, DoesNotTakeTheRouterOfADeadWorkerForAnIdleOne) {
  for (int i = 0; i < 400; ++i) viewer(i);
  beat();
  auto& workers = cluster.server("s1").record.workers;
  const auto routers = cluster.rows.at(MeetingId("m")).second;
  ASSERT_GE(routers.size(), 2U);
  for (auto& worker : workers) {
    if (worker.worker != routers[1].worker) continue;
    worker.alive = false;
    worker.consumers = 0;
  }
  loop.advance(3s);
  for (int i = 400; i < 420; ++i) EXPECT_NE(viewer(i).consumer_router, routers[1].router);
}

TEST_F(Broadcast, AMeetingOfManyPublishersIsNotSpreadForLessThanItsPipesCost) {
  ASSERT_TRUE(replica.join("m", "p0").has_value());
  auto& workers = cluster.server("s1").record.workers;
  workers[0].consumers = 500;
  workers[1].consumers = workers[2].consumers = 380;
  loop.advance(3s);
  viewer(1, 80);
  EXPECT_EQ(cluster.calls("/v1/addRouters"), 0U) << "80 streams would be sent to the other worker and received there";
  viewer(2, 2);
  EXPECT_EQ(cluster.calls("/v1/addRouters"), 1U);
}

TEST_F(AdmissionTo, ABurstGrowsTheMeetingBeforeTheNextHeartbeat) {
  std::set<std::string> routers;
  for (int i = 0; i < 20; ++i) {
    const auto admission = replica.join("m", "p" + std::to_string(i), 24);
    ASSERT_TRUE(admission.has_value());
    routers.insert(admission->place.consumer_router.str());
  }
  EXPECT_GE(routers.size(), 2U);
}

TEST_F(AdmissionTo, AMeetingThatCannotGrowUsesWhatItHas) {
  ASSERT_TRUE(replica.join("m", "p0").has_value());
  for (auto& worker : cluster.server("s1").record.workers) worker.consumers = 1000;
  loop.advance(3s);
  EXPECT_TRUE(replica.join("m", "p1", 20).has_value());
  EXPECT_EQ(cluster.calls("/v1/addRouters"), 0U) << "the others are as full";
}

TEST_F(AdmissionTo, AReservationThatNobodyUsedIsRepaired) {
  PlacedMeeting reserved;
  reserved.meeting = MeetingId("m");
  reserved.tenant = TenantId("default");
  reserved.server = ContainerId("s2");
  reserved.size = 25;
  cluster.places[MeetingId("m")] = reserved;
  const auto admission = replica.join("m", "asha");
  ASSERT_TRUE(admission.has_value()) << admission.error().message;
  EXPECT_FALSE(admission->created);
  EXPECT_EQ(admission->place.server.str(), "s2");
  EXPECT_TRUE(cluster.server("s2").carries.contains(MeetingId("m")));
}

TEST_F(AdmissionTo, AMeetingOfKendrasUsesItsRouters) {
  using meeting::RouterRole;
  std::vector<meeting::RouterRow> routers{{RouterId("c1"), WorkerId("s3-w1"), RouterRole::kConsumer, 0},
                                          {RouterId("p1"), WorkerId("s3-w2"), RouterRole::kProducer, 0}};
  cluster.rows[MeetingId("m")] = {ContainerId("s3"), routers};
  cluster.server("s3").carries[MeetingId("m")].routers = routers;
  const auto admission = replica.join("m", "asha");
  ASSERT_TRUE(admission.has_value()) << admission.error().message;
  EXPECT_EQ(admission->place.producer_router.str(), "p1");
  EXPECT_EQ(admission->place.consumer_router.str(), "c1");
  EXPECT_FALSE(admission->created);
}

TEST_F(AdmissionTo, AMeetingWhoseServersRowsAreGoneMovesIt) {
  PlacedMeeting lost;
  lost.meeting = MeetingId("m");
  lost.tenant = TenantId("default");
  lost.server = ContainerId("buried");
  lost.size = 25;
  cluster.places[MeetingId("m")] = lost;
  const auto admission = replica.join("m", "asha");
  ASSERT_TRUE(admission.has_value()) << admission.error().message;
  EXPECT_EQ(admission->place.server.str(), "s1");
  EXPECT_EQ(admission->place.moves, 1U);
}

TEST_F(AdmissionTo, AnythingWithTheDatabaseAwayIsUnavailable) {
  ASSERT_TRUE(replica.join("m", "asha").has_value());
  cluster.away = true;
  EXPECT_EQ(replica.join("m", "bela", 1).error().code, Errc::kUnavailable);
  EXPECT_EQ(replica.join("new", "bela").error().code, Errc::kUnavailable);
  cluster.away = false;
  EXPECT_TRUE(replica.join("m", "bela", 1).has_value());
}

TEST_F(AdmissionTo, AMeetingOfAnotherTenantIsNotFound) {
  ASSERT_TRUE(replica.join("m", "asha").has_value());
  auto asked = Replica::request("m", "eve");
  asked.tenant = TenantId("rival");
  EXPECT_EQ(loop.run(replica.meetings.admit(asked)).error().code, Errc::kNotFound);
}

TEST_F(AdmissionTo, AMeetingThatWasEndedBeginsAnew) {
  ASSERT_TRUE(replica.join("m", "asha").has_value());
  ASSERT_TRUE(loop.run(replica.meetings.end(MeetingId("m"), "moderator")).has_value());
  loop.run_ready();
  EXPECT_EQ(replica.heard, std::vector<std::string>{"ended m moderator"});
  EXPECT_TRUE(cluster.places.empty());
  EXPECT_TRUE(cluster.rows.empty());
  EXPECT_TRUE(replica.join("m", "asha")->created);
}

TEST_F(AdmissionTo, OnlyAnEmptyMeetingEndsByItself) {
  ASSERT_TRUE(replica.join("m", "asha").has_value());
  const std::string server = server_of("m");
  const auto end_if_empty = [&] { return loop.run(replica.meetings.end_if_empty(MeetingId("m"))).has_value(); };
  EXPECT_TRUE(end_if_empty());
  EXPECT_EQ(server_of("m"), server) << "somebody was let in just now";
  loop.advance(30s);
  cluster.server(server).carries.at(MeetingId("m")).participants = 1;
  EXPECT_TRUE(end_if_empty());
  EXPECT_EQ(server_of("m"), server) << "somebody is there";
  cluster.server(server).carries.at(MeetingId("m")).participants = 0;
  EXPECT_TRUE(end_if_empty());
  EXPECT_EQ(server_of("m"), "");
  EXPECT_EQ(replica.heard, std::vector<std::string>{"ended m empty"});
  EXPECT_TRUE(end_if_empty()) << "again";
}

TEST_F(AdmissionTo, AMeetingEndsAlsoWhenItsServerIsDead) {
  ASSERT_TRUE(replica.join("m", "asha").has_value());
  cluster.kill(server_of("m"));
  ASSERT_TRUE(loop.run(replica.meetings.end(MeetingId("m"), "moderator")).has_value());
  EXPECT_TRUE(cluster.places.empty());
  EXPECT_TRUE(cluster.rows.empty());
}

}  // namespace
}  // namespace dd::control
