// SPDX-License-Identifier: MIT
// Control replicas at the same moment, each with its own connections; and a database that is away.
#include <fmt/format.h>

#include "control_fixture.hpp"

namespace dd::store::testing {
namespace {

class ControlRace : public ControlContract {
 protected:
  ControlRace() : other_database_(loop_, settings_, metrics_), other_(other_database_) {
    EXPECT_TRUE(run(other_database_.wait_until_available(10s)).has_value());
  }

  std::size_t count_of(const std::vector<Result<Reservation>>& answers, Outcome outcome) {
    std::size_t total = 0;
    for (const auto& answer : answers) {
      EXPECT_TRUE(answer.has_value()) << answer.error().message;
      if (answer && answer->outcome == outcome) ++total;
    }
    return total;
  }

  Database other_database_;
  ControlStore other_;
};

TEST_P(ControlRace, TwoReplicasNeverFillAServerBeyondItsCapacity) {
  std::vector<Task<Result<Reservation>>> calls;
  for (int i = 0; i < 40; ++i) calls.push_back((i % 2 == 0 ? control_ : other_).reserve(place(fmt::format("m{}", i), 10), 95, 0));
  const auto answers = run_all(std::move(calls));
  EXPECT_EQ(count_of(answers, Outcome::kReserved), 9u);
  EXPECT_EQ(count_of(answers, Outcome::kServerFull), 31u);
  EXPECT_EQ(rows("SELECT SUM(size) FROM meeting_placement"), (Rows{{"90"}}));
}

TEST_P(ControlRace, TwoReplicasNeverGiveATenantOneMeetingTooMany) {
  add_server("second", system_clock().wall_now());
  std::vector<Task<Result<Reservation>>> calls;
  for (int i = 0; i < 40; ++i) {
    auto meeting = place(fmt::format("m{}", i), 10, i % 3 == 0 ? "second" : "server");
    calls.push_back((i % 2 == 0 ? control_ : other_).reserve(std::move(meeting), 10'000, 7));
  }
  const auto answers = run_all(std::move(calls));
  EXPECT_EQ(count_of(answers, Outcome::kReserved), 7u);
  EXPECT_EQ(count_of(answers, Outcome::kTenantFull), 33u);
  EXPECT_EQ(count("meeting_placement"), 7u);
}

TEST_P(ControlRace, AMeetingThatBothPlaceAtOnceHasOnePlace) {
  add_server("second", system_clock().wall_now());
  for (int round = 0; round < 10; ++round) {
    const auto id = fmt::format("m{}", round);
    std::vector<Task<Result<Reservation>>> calls;
    for (int i = 0; i < 6; ++i) {
      auto meeting = place(id, 10, i % 2 == 0 ? "server" : "second");
      calls.push_back((i % 2 == 0 ? control_ : other_).reserve(std::move(meeting), 10'000, static_cast<std::uint32_t>(round + 1)));
    }
    const auto answers = run_all(std::move(calls));
    EXPECT_EQ(count_of(answers, Outcome::kReserved), 1u);
    EXPECT_EQ(count_of(answers, Outcome::kPlacedAlready), 5u) << "none is refused for the room that the meeting takes itself";
    const auto server = found(id).server;
    for (const auto& answer : answers) EXPECT_EQ(answer.value().placed.value().server, server);
  }
}

TEST_P(ControlRace, OneOfTwoMovesWins) {
  add_server("second", system_clock().wall_now());
  add_server("third", system_clock().wall_now());
  fill_meeting();
  EXPECT_EQ(reserve(place("ours")), Outcome::kReserved);
  for (const char* id : {"ours", "m"}) {
    const auto before = found(id);
    std::vector<Task<Result<bool>>> calls;
    calls.push_back(control_.move(before, ContainerId("second")));
    calls.push_back(other_.move(before, ContainerId("third")));
    const auto answers = run_all(std::move(calls));
    EXPECT_NE(answers[0].value(), answers[1].value());
    EXPECT_EQ(found(id).server.str(), answers[0].value() ? "second" : "third");
  }
}

TEST_P(ControlRace, ALeaseThatBothWantHasOneHolder) {
  for (int round = 0; round < 10; ++round) {
    const auto name = fmt::format("lease{}", round);
    std::vector<Task<Result<bool>>> calls;
    for (int i = 0; i < 4; ++i) calls.push_back((i % 2 == 0 ? control_ : other_).hold_lease(name, i % 2 == 0 ? "a" : "b", 60s));
    const auto answers = run_all(std::move(calls));
    EXPECT_NE(answers[0].value(), answers[1].value());
    EXPECT_EQ(answers[0].value(), answers[2].value());
    EXPECT_EQ(answers[1].value(), answers[3].value());
  }
}

TEST_P(ControlRace, UsageOfTwoReplicasAddsUp) {
  TenantStore other_tenants(other_database_);
  std::vector<Task<Result<void>>> calls;
  for (int i = 0; i < 30; ++i) {
    std::vector<control::UsageRow> increments;
    for (int tenant = 0; tenant < 5; ++tenant) {
      // Each in another order, as replicas have them.
      increments.push_back({TenantId(fmt::format("t{}", (tenant + i) % 5)), 20'000, "bytes_in", 7});
    }
    calls.push_back((i % 2 == 0 ? tenants_ : other_tenants).add_usage(std::move(increments)));
  }
  for (const auto& answer : run_all(std::move(calls))) EXPECT_TRUE(answer.has_value());
  EXPECT_EQ(rows("SELECT DISTINCT amount FROM usage_day"), (Rows{{"210"}}));
  EXPECT_EQ(count("usage_day"), 5u);
}

INSTANTIATE_TEST_SUITE_P(Sqlite, ControlRace, ::testing::Values(DatabaseKind::kSqlite));
INSTANTIATE_TEST_SUITE_P(Mariadb, ControlRace, ::testing::Values(DatabaseKind::kMysql));

class ControlOutage : public ControlContract {
 protected:
  ControlOutage()
      : database_of_control_(loop_, impatient(), metrics_), control_alone_(database_of_control_), tenants_alone_(database_of_control_) {
    EXPECT_TRUE(run(database_of_control_.wait_until_available(10s)).has_value());
  }
  ~ControlOutage() override {
    mariadb().resume();
    const bool alive = database_->open().has_value();
    EXPECT_TRUE(alive || mariadb().start_again().has_value());
  }

  Settings impatient() {
    auto settings = settings_;
    settings.deadline = Settings{}.deadline;
    return settings;
  }

  template <typename T>
  void expect_refusal(Task<Result<T>> call) {
    const auto began = loop_.now();
    const auto answer = run(std::move(call));
    EXPECT_LT(loop_.now() - began, 1s);
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Errc::kUnavailable);
    EXPECT_TRUE(answer.error().retry_after.has_value());
  }
  void expect_refusals() {
    expect_refusal(control_alone_.servers());
    expect_refusal(control_alone_.reserve(place("m"), 100, 1));
    expect_refusal(control_alone_.find(MeetingId("m")));
    expect_refusal(control_alone_.hold_lease("leader", "a", 5s));
    expect_refusal(tenants_alone_.find_tenant(TenantId("acme")));
    expect_refusal(tenants_alone_.add_usage({{TenantId("acme"), 1, "bytes_in", 5}}));
  }

  Database database_of_control_;
  ControlStore control_alone_;
  TenantStore tenants_alone_;
};

TEST_P(ControlOutage, AKilledDatabaseIsRefusedInUnderASecondAndFoundAgain) {
  mariadb().kill();
  expect_refusals();
  EXPECT_FALSE(control_alone_.available());
  ASSERT_TRUE(mariadb().start_again().has_value());
  ASSERT_TRUE(run_until([this] { return control_alone_.available(); }));
  EXPECT_EQ(run(control_alone_.reserve(place("m"), 100, 1)).value().outcome, Outcome::kReserved) << "what was refused was not done";
}

TEST_P(ControlOutage, ADatabaseThatHangsIsRefusedInUnderASecond) {
  mariadb().suspend();
  expect_refusals();
  mariadb().resume();
  ASSERT_TRUE(run_until([this] { return control_alone_.available() && run(control_alone_.servers()).has_value(); }));
  EXPECT_EQ(run(control_alone_.reserve(place("m"), 100, 1)).value().outcome, Outcome::kReserved);
  EXPECT_TRUE(run(tenants_alone_.usage(std::nullopt, 0, 10))->empty());
}

INSTANTIATE_TEST_SUITE_P(Mariadb, ControlOutage, ::testing::Values(DatabaseKind::kMysql));

}  // namespace
}  // namespace dd::store::testing
