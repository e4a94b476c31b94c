// SPDX-License-Identifier: MIT
// MemoryControlStore and MemoryTenantStore: the rows of the control plane in memory, for tests of what stands on the control plane.
// They can be away. Not for its own tests, which need rows that come late or contradict (fake_cluster.hpp, fake_tenant_store.hpp);
// what the real ones do is tests/contract's affair. Owned by one test.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "control/control_store.hpp"
#include "control/tenant_store.hpp"
#include "control/testing/reserve_among.hpp"

namespace dd::control::testing {

class MemoryControlStore final : public ControlStore {
 public:
  bool away = false;
  std::uint32_t participants = 0;  // of any tenant, as media servers would have written them
  std::vector<ServerRecord> records;
  std::map<MeetingId, PlacedMeeting> meetings;
  std::map<MeetingId, std::vector<meeting::RouterRow>> routers;
  std::set<std::pair<MeetingId, ParticipantId>> removed;
  std::string lease_holder;

  bool available() const override { return !away; }
  Task<Result<std::vector<ServerRecord>>> servers() override {
    if (away) co_return unavailable("the database is away");
    co_return records;
  }
  Task<Result<Reservation>> reserve(PlacedMeeting meeting, std::uint32_t capacity, std::uint32_t tenant_meetings) override {
    if (away) co_return unavailable("the database is away");
    const auto found = meetings.find(meeting.meeting);
    if (found != meetings.end()) co_return Reservation{Reservation::Outcome::kPlacedAlready, found->second};
    co_return reserve_among(meetings, meeting, capacity, tenant_meetings);
  }
  Task<Result<std::optional<PlacedMeeting>>> find(MeetingId meeting) override {
    if (away) co_return unavailable("the database is away");
    const auto found = meetings.find(meeting);
    if (found == meetings.end()) co_return std::optional<PlacedMeeting>{};
    co_return std::optional<PlacedMeeting>(found->second);
  }
  Task<Result<std::vector<PlacedMeeting>>> meetings_on(ContainerId server) override {
    std::vector<PlacedMeeting> out;
    for (const auto& [id, placed] : meetings) {
      if (placed.server == server) out.push_back(placed);
    }
    co_return out;
  }
  Task<Result<std::vector<PlacedMeeting>>> meetings_of(TenantId tenant) override {
    std::vector<PlacedMeeting> out;
    for (const auto& [id, placed] : meetings) {
      if (tenant.empty() || placed.tenant == tenant) out.push_back(placed);
    }
    co_return out;
  }
  Task<Result<std::uint32_t>> participants_of(TenantId) override { co_return participants; }
  // Until a test or a media server writes others: two, on the first two workers of its server, as kendra lays them out.
  Task<Result<std::vector<meeting::RouterRow>>> routers_of(MeetingId meeting) override {
    if (const auto written = routers.find(meeting); written != routers.end()) co_return written->second;
    std::vector<meeting::RouterRow> laid_out;
    if (const auto placed = meetings.find(meeting); placed != meetings.end()) {
      const std::string server = placed->second.server.str();
      laid_out.push_back({RouterId("rp"), WorkerId(server + "w1"), meeting::RouterRole::kProducer, 10});
      laid_out.push_back({RouterId("rc"), WorkerId(server + "w2"), meeting::RouterRole::kConsumer, 60});
    }
    co_return laid_out;
  }
  Task<Result<bool>> move(PlacedMeeting from, ContainerId to) override {
    auto& placed = meetings[from.meeting];
    if (placed.server != from.server) co_return false;
    placed.server = to;
    ++placed.moves;
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
    routers.erase(meeting);
    co_return ok();
  }
  Task<Result<void>> remove_participant(MeetingId meeting, ParticipantId participant, WallTime) override {
    removed.emplace(meeting, participant);
    co_return ok();
  }
  Task<Result<bool>> is_removed(MeetingId meeting, ParticipantId participant) override {
    co_return removed.contains({meeting, participant});
  }
  Task<Result<bool>> hold_lease(std::string, std::string holder, std::chrono::seconds) override {
    if (lease_holder.empty()) lease_holder = holder;
    co_return lease_holder == holder;
  }
  Task<Result<void>> drop_lease(std::string, std::string holder) override {
    if (lease_holder == holder) lease_holder.clear();
    co_return ok();
  }
  Task<Result<void>> bury_server(ContainerId) override { co_return ok(); }
};

class MemoryTenantStore final : public TenantStore {
 public:
  bool away = false;
  std::map<TenantId, Tenant> rows;
  std::vector<trust::Key> keys;
  std::vector<UsageRow> used;

  std::uint64_t usage_of(std::string_view meter) const {
    std::uint64_t sum = 0;
    for (const auto& row : used) sum += row.meter == meter ? row.value : 0;
    return sum;
  }

  Task<Result<std::vector<Tenant>>> tenants() override {
    if (away) co_return unavailable("the database is away");
    std::vector<Tenant> out;
    for (const auto& [id, tenant] : rows) out.push_back(tenant);
    co_return out;
  }
  Task<Result<std::optional<Tenant>>> find_tenant(TenantId tenant) override {
    if (away) co_return unavailable("the database is away");
    const auto found = rows.find(tenant);
    if (found == rows.end()) co_return std::optional<Tenant>{};
    co_return std::optional<Tenant>(found->second);
  }
  Task<Result<void>> put_tenant(Tenant tenant) override {
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
  Task<Result<void>> add_usage(std::vector<UsageRow> increments) override {
    for (auto& row : increments) used.push_back(std::move(row));
    co_return ok();
  }
  Task<Result<std::vector<UsageRow>>> usage(std::optional<TenantId> tenant, std::int32_t from, std::int32_t to) override {
    std::vector<UsageRow> out;
    for (const auto& row : used) {
      if ((!tenant || row.tenant == *tenant) && row.day >= from && row.day <= to) out.push_back(row);
    }
    co_return out;
  }
};

}  // namespace dd::control::testing
