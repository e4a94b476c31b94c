// SPDX-License-Identifier: MIT
// Facts about the small parts of the portal that stand alone: tickets, the limit of failures, load, kendra's layout, days.
#include <gtest/gtest.h>

#include "portal/context.hpp"
#include "portal/failure_limit.hpp"
#include "portal/kendra_layout.hpp"
#include "portal/load_history.hpp"
#include "portal/ticket.hpp"

namespace dd::portal {
namespace {

using namespace std::chrono_literals;

control::ServerRecord server_with(std::vector<std::uint32_t> consumers) {
  control::ServerRecord server;
  server.server = ContainerId("c");
  for (std::size_t i = 0; i < consumers.size(); ++i) {
    server.workers.push_back(control::WorkerLoad{WorkerId("w" + std::to_string(i)), true, consumers[i], 0});
  }
  return server;
}

KendraCapacity capacity(std::int64_t producers, std::int64_t consumers) { return KendraCapacity{producers, consumers, 0}; }

TEST(Tickets, AreOfOneRecordingAndOneKey) {
  const Tickets tickets("a key");
  const WallTime now{24h * 20'000};
  const std::string ticket = tickets.issue(RecordingId("r1"), now + 1h);
  EXPECT_TRUE(tickets.check(ticket, RecordingId("r1"), now));
  EXPECT_FALSE(tickets.check(ticket, RecordingId("r2"), now));
  EXPECT_FALSE(tickets.check(ticket, RecordingId("r1"), now + 1h));
  EXPECT_TRUE(Tickets("a key").check(ticket, RecordingId("r1"), now));
  EXPECT_FALSE(Tickets("another").check(ticket, RecordingId("r1"), now));
  EXPECT_FALSE(Tickets("").check(Tickets("").issue(RecordingId("r1"), now + 1h), RecordingId("r1"), now));
  std::string longer = ticket;
  longer[0] = longer[0] == '9' ? '8' : '9';  // a later end
  EXPECT_FALSE(tickets.check(longer, RecordingId("r1"), now));
  for (const std::string bad : {"", ".", "1.", "x.y", "99999999999999.00"}) EXPECT_FALSE(tickets.check(bad, RecordingId("r1"), now)) << bad;
}

TEST(FailureLimit, ForgetsWithTimeAndCountsOneCustomerOnce) {
  FailureLimit limit(FailureLimit::Settings{3, 1.0, 100});
  MonotonicTime now{};
  api::PeerAddress a{0x20, 0x01};
  api::PeerAddress sibling = a;
  sibling[15] = 9;
  for (int i = 0; i < 3; ++i) limit.failed(a, now);
  EXPECT_EQ(limit.wait(a, now), 1s);
  EXPECT_TRUE(limit.wait(sibling, now));
  EXPECT_FALSE(limit.wait(api::PeerAddress{0x20, 0x02}, now));
  EXPECT_FALSE(limit.wait(a, now + 2s));
  for (int i = 0; i < 1000; ++i) limit.failed(a, now);
  EXPECT_LE(*limit.wait(a, now), 12s);
}

TEST(FailureLimit, IsBoundedWhoeverComes) {
  FailureLimit limit(FailureLimit::Settings{3, 1.0, 100});
  const MonotonicTime now{};
  for (int i = 0; i < 10'000; ++i) {
    api::PeerAddress peer{0x20, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)};
    limit.failed(peer, now);
  }
  EXPECT_EQ(limit.addresses(), 100U);
  EXPECT_TRUE(limit.wait(api::PeerAddress{0x30}, now));
  limit.failed(api::PeerAddress{0x30}, now + 60s);  // the old ones are forgotten
  EXPECT_EQ(limit.addresses(), 1U);
}

TEST(KendraLayout, FollowsKendrasRule) {
  const auto layout = lay_out(capacity(5, 45), server_with({0, 0, 0}));
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->producers->capacity, 10);
  ASSERT_EQ(layout->consumers.size(), 1U);
  EXPECT_EQ(layout->consumers[0].capacity, 500);
  EXPECT_NE(layout->consumers[0].worker, layout->producers->worker);
}

TEST(KendraLayout, SpreadsOverWorkersUpToFiveHundredEach) {
  const auto layout = lay_out(capacity(10, 50), server_with({0, 100, 100, 0}));
  ASSERT_TRUE(layout);  // 1200 consumers: 500 + 400 + 400 are free beside the producers' worker
  std::int64_t sum = 0;
  for (const auto& router : layout->consumers) sum += router.capacity;
  EXPECT_EQ(sum, 1200);
  EXPECT_EQ(layout->consumers.size(), 3U);
  EXPECT_FALSE(lay_out(capacity(10, 50), server_with({0, 100, 100, 300})));
  EXPECT_FALSE(lay_out(capacity(1, 1), server_with({500, 600})));
}

TEST(KendraLayout, SharesTheOnlyWorkerThereIs) {
  const auto layout = lay_out(capacity(2, 2), server_with({0}));
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->consumers[0].worker, layout->producers->worker);
  control::ServerRecord dead = server_with({0, 0});
  for (auto& worker : dead.workers) worker.alive = false;
  EXPECT_FALSE(lay_out(capacity(1, 1), dead));
}

TEST(KendraLayout, OfManyPeopleDoesNotOverflow) {
  EXPECT_FALSE(lay_out(capacity(kMaxKendraCapacity, kMaxKendraCapacity), server_with({0, 0, 0})));
}

TEST(LoadHistory, KeepsPeaksWithinItsBounds) {
  LoadHistory history(LoadHistory::Settings{10s, 100s, 2});
  const WallTime start{24h * 20'000};
  control::ServerRecord a = server_with({});
  control::ServerRecord b = a;
  control::ServerRecord c = a;
  a.server = ContainerId("a");
  b.server = ContainerId("b");
  c.server = ContainerId("c");
  for (int i = 0; i < 30; ++i) {
    a.participants = i == 25 ? 99 : 1;
    history.add(start + i * 10s, {a, b, c});
  }
  const auto all = history.since(start, 5);
  EXPECT_EQ(all.size(), 2U);
  const auto& points = all.at(ContainerId("a"));
  EXPECT_LE(points.size(), 5U);
  std::uint32_t peak = 0;
  for (const auto& point : points) peak = std::max(peak, point.participants);
  EXPECT_EQ(peak, 99U);
  EXPECT_TRUE(history.since(start + 1h, 5).empty());
}

TEST(Days, AreWrittenAndReadAlike) {
  for (const std::int32_t day : {0, 1, 58, 59, 60, 11'016, 20'454}) EXPECT_EQ(parse_day("d", day_text(day)).value(), day);
  EXPECT_EQ(day_text(0), "1970-01-01");
  EXPECT_EQ(rfc3339(WallTime{24h * 365 + 3661s}), "1971-01-01T01:01:01Z");
  for (const std::string bad : {"", "2026-1-1", "2026-13-01", "2026-02-29", "1969-12-31", "20260101xx"})
    EXPECT_FALSE(parse_day("d", bad)) << bad;
}

}  // namespace
}  // namespace dd::portal
