// SPDX-License-Identifier: MIT
// FakeControlStore and FakeTenantStore: the rows of the control plane in memory, for tests of who asks for them. They can be away.
// What the real ones do is tests/contract's affair. Owned by one test.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "control/control_store.hpp"
#include "control/tenant_store.hpp"

namespace dd::portal::testing {

class FakeControlStore final : public control::ControlStore {
 public:
  bool away = false;
  std::uint32_t participants = 0;
  std::vector<control::ServerRecord> records;
  std::map<MeetingId, control::PlacedMeeting> meetings;
  std::set<std::pair<MeetingId, ParticipantId>> removed;

  bool available() const override { return !away; }
  Task<Result<std::vector<control::ServerRecord>>> servers() override {
    if (away) co_return unavailable("the database is away");
    co_return records;
  }
  Task<Result<control::Reservation>> reserve(control::PlacedMeeting meeting, std::uint32_t capacity,
                                             std::uint32_t tenant_meetings) override {
    using Outcome = control::Reservation::Outcome;
    if (away) co_return unavailable("the database is away");
    const auto found = meetings.find(meeting.meeting);
    if (found != meetings.end()) co_return control::Reservation{Outcome::kPlacedAlready, found->second};
    std::uint32_t reserved = 0;
    std::uint32_t of_tenant = 0;
    for (const auto& [id, placed] : meetings) {
      if (placed.server == meeting.server) reserved += placed.size;
      if (placed.tenant == meeting.tenant) ++of_tenant;
    }
    if (tenant_meetings != 0 && of_tenant >= tenant_meetings) co_return control::Reservation{Outcome::kTenantFull, std::nullopt};
    if (reserved + meeting.size > capacity) co_return control::Reservation{Outcome::kServerFull, std::nullopt};
    meetings[meeting.meeting] = meeting;
    co_return control::Reservation{Outcome::kReserved, meeting};
  }
  Task<Result<std::optional<control::PlacedMeeting>>> find(MeetingId meeting) override {
    if (away) co_return unavailable("the database is away");
    const auto found = meetings.find(meeting);
    if (found == meetings.end()) co_return std::optional<control::PlacedMeeting>{};
    co_return std::optional<control::PlacedMeeting>(found->second);
  }
  Task<Result<std::vector<control::PlacedMeeting>>> meetings_on(ContainerId server) override {
    std::vector<control::PlacedMeeting> out;
    for (const auto& [id, placed] : meetings) {
      if (placed.server == server) out.push_back(placed);
    }
    co_return out;
  }
  Task<Result<std::vector<control::PlacedMeeting>>> meetings_of(TenantId tenant) override {
    std::vector<control::PlacedMeeting> out;
    for (const auto& [id, placed] : meetings) {
      if (tenant.empty() || placed.tenant == tenant) out.push_back(placed);
    }
    co_return out;
  }
  // Two routers, on the first two workers of its server, as kendra lays them out.
  Task<Result<std::uint32_t>> participants_of(TenantId) override { co_return participants; }
  Task<Result<std::vector<meeting::RouterRow>>> routers_of(MeetingId meeting) override {
    std::vector<meeting::RouterRow> rows;
    const auto placed = meetings.find(meeting);
    if (placed == meetings.end()) co_return rows;
    const std::string server = placed->second.server.str();
    rows.push_back({RouterId("rp"), WorkerId(server + "w1"), meeting::RouterRole::kProducer, 10});
    rows.push_back({RouterId("rc"), WorkerId(server + "w2"), meeting::RouterRole::kConsumer, 60});
    co_return rows;
  }
  Task<Result<bool>> move(control::PlacedMeeting from, ContainerId to) override {
    meetings[from.meeting].server = to;
    co_return true;
  }
  Task<Result<void>> resize(MeetingId meeting, std::uint32_t size) override {
    meetings[meeting].size = size;
    co_return ok();
  }
  Task<Result<void>> set_locked(MeetingId meeting, bool locked) override {
    meetings[meeting].locked = locked;
    co_return ok();
  }
  Task<Result<void>> forget(MeetingId meeting) override {
    meetings.erase(meeting);
    co_return ok();
  }
  Task<Result<void>> remove_participant(MeetingId meeting, ParticipantId participant, WallTime) override {
    removed.emplace(meeting, participant);
    co_return ok();
  }
  Task<Result<bool>> is_removed(MeetingId meeting, ParticipantId participant) override {
    co_return removed.count({meeting, participant}) > 0;
  }
  Task<Result<bool>> hold_lease(std::string, std::string, std::chrono::seconds) override { co_return true; }
  Task<Result<void>> drop_lease(std::string, std::string) override { co_return ok(); }
  Task<Result<void>> bury_server(ContainerId) override { co_return ok(); }
};

class FakeTenantStore final : public control::TenantStore {
 public:
  bool away = false;
  std::map<TenantId, control::Tenant> rows;
  std::vector<trust::Key> keys;
  std::vector<control::UsageRow> used;

  Task<Result<std::vector<control::Tenant>>> tenants() override {
    if (away) co_return unavailable("the database is away");
    std::vector<control::Tenant> out;
    for (const auto& [id, tenant] : rows) out.push_back(tenant);
    co_return out;
  }
  Task<Result<std::optional<control::Tenant>>> find_tenant(TenantId tenant) override {
    if (away) co_return unavailable("the database is away");
    const auto found = rows.find(tenant);
    if (found == rows.end()) co_return std::optional<control::Tenant>{};
    co_return std::optional<control::Tenant>(found->second);
  }
  Task<Result<void>> put_tenant(control::Tenant tenant) override {
    rows[tenant.id] = std::move(tenant);
    co_return ok();
  }
  Task<Result<void>> delete_tenant(TenantId tenant) override {
    rows.erase(tenant);
    std::erase_if(keys, [&](const auto& key) { return key.tenant == tenant; });
    co_return ok();
  }
  Task<Result<std::vector<trust::Key>>> keys_of(TenantId tenant) override {
    if (away) co_return unavailable("the database is away");
    std::vector<trust::Key> out;
    for (const auto& key : keys) {
      if (key.tenant == tenant) out.push_back(key);
    }
    co_return out;
  }
  Task<Result<void>> put_key(trust::Key key) override {
    std::erase_if(keys, [&](const auto& one) { return one.tenant == key.tenant && one.id == key.id; });
    keys.push_back(std::move(key));
    co_return ok();
  }
  Task<Result<void>> delete_key(TenantId tenant, KeyId key) override {
    std::erase_if(keys, [&](const auto& one) { return one.tenant == tenant && one.id == key; });
    co_return ok();
  }
  Task<Result<void>> add_usage(std::vector<control::UsageRow> increments) override {
    for (auto& row : increments) used.push_back(std::move(row));
    co_return ok();
  }
  Task<Result<std::vector<control::UsageRow>>> usage(std::optional<TenantId> tenant, std::int32_t from, std::int32_t to) override {
    std::vector<control::UsageRow> out;
    for (const auto& row : used) {
      if ((!tenant || row.tenant == *tenant) && row.day >= from && row.day <= to) out.push_back(row);
    }
    co_return out;
  }
};

}  // namespace dd::portal::testing
