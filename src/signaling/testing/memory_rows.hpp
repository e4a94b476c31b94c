// SPDX-License-Identifier: MIT
// MemoryRows and MemoryTenants: the rows that the control plane's own parts need, in memory, for tests of what stands on them.
// What the real ones do is tests/contract's affair. Owned by one test.
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "control/control_store.hpp"
#include "control/tenant_store.hpp"

namespace dd::signaling::testing {

class MemoryRows final : public control::ControlStore {
 public:
  std::vector<control::ServerRecord> records;
  std::map<MeetingId, control::PlacedMeeting> meetings;
  std::map<MeetingId, std::vector<meeting::RouterRow>> routers;
  std::set<std::pair<MeetingId, ParticipantId>> removed;
  std::string lease_holder;
  std::uint32_t participants = 0;  // of any tenant, as media servers would have written them

  bool available() const override { return true; }
  Task<Result<std::vector<control::ServerRecord>>> servers() override { co_return records; }
  Task<Result<control::Reservation>> reserve(control::PlacedMeeting placed, std::uint32_t, std::uint32_t tenant_meetings) override {
    using Outcome = control::Reservation::Outcome;
    const auto found = meetings.find(placed.meeting);
    if (found != meetings.end()) co_return control::Reservation{Outcome::kPlacedAlready, found->second};
    std::uint32_t of_tenant = 0;
    for (const auto& entry : meetings) of_tenant += entry.second.tenant == placed.tenant ? 1 : 0;
    if (tenant_meetings != 0 && of_tenant >= tenant_meetings) co_return control::Reservation{Outcome::kTenantFull, std::nullopt};
    meetings[placed.meeting] = placed;
    co_return control::Reservation{Outcome::kReserved, placed};
  }
  Task<Result<std::optional<control::PlacedMeeting>>> find(MeetingId meeting) override {
    const auto found = meetings.find(meeting);
    if (found == meetings.end()) co_return std::optional<control::PlacedMeeting>{};
    co_return std::optional<control::PlacedMeeting>(found->second);
  }
  Task<Result<std::vector<control::PlacedMeeting>>> meetings_on(ContainerId server) override {
    std::vector<control::PlacedMeeting> there;
    for (const auto& entry : meetings) {
      if (entry.second.server == server) there.push_back(entry.second);
    }
    co_return there;
  }
  Task<Result<std::vector<control::PlacedMeeting>>> meetings_of(TenantId tenant) override {
    std::vector<control::PlacedMeeting> theirs;
    for (const auto& entry : meetings) {
      if (tenant.empty() || entry.second.tenant == tenant) theirs.push_back(entry.second);
    }
    co_return theirs;
  }
  Task<Result<std::uint32_t>> participants_of(TenantId) override { co_return participants; }
  Task<Result<std::vector<meeting::RouterRow>>> routers_of(MeetingId meeting) override { co_return routers[meeting]; }
  Task<Result<bool>> move(control::PlacedMeeting from, ContainerId to) override {
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

class MemoryTenants final : public control::TenantStore {
 public:
  std::map<TenantId, control::Tenant> rows;
  std::vector<trust::Key> keys;
  std::vector<control::UsageRow> used;

  std::uint64_t usage_of(std::string_view meter) const {
    std::uint64_t sum = 0;
    for (const auto& row : used) sum += row.meter == meter ? row.value : 0;
    return sum;
  }

  Task<Result<std::vector<control::Tenant>>> tenants() override {
    std::vector<control::Tenant> all;
    for (const auto& entry : rows) all.push_back(entry.second);
    co_return all;
  }
  Task<Result<std::optional<control::Tenant>>> find_tenant(TenantId tenant) override {
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
    co_return ok();
  }
  Task<Result<std::vector<trust::Key>>> keys_of(TenantId tenant) override {
    std::vector<trust::Key> theirs;
    for (const auto& key : keys) {
      if (key.tenant == tenant) theirs.push_back(key);
    }
    co_return theirs;
  }
  Task<Result<void>> put_key(trust::Key key) override {
    keys.push_back(std::move(key));
    co_return ok();
  }
  Task<Result<void>> delete_key(TenantId, KeyId) override { co_return ok(); }
  Task<Result<void>> add_usage(std::vector<control::UsageRow> increments) override {
    used.insert(used.end(), increments.begin(), increments.end());
    co_return ok();
  }
  Task<Result<std::vector<control::UsageRow>>> usage(std::optional<TenantId> tenant, std::int32_t from, std::int32_t to) override {
    std::vector<control::UsageRow> found;
    for (const auto& row : used) {
      if ((!tenant || row.tenant == *tenant) && row.day >= from && row.day <= to) found.push_back(row);
    }
    co_return found;
  }
};

}  // namespace dd::signaling::testing
