// SPDX-License-Identifier: MIT
// ControlStore: the control plane's memory outside the process, shared by its replicas; on the same database as the media servers'.
// It chooses no server and judges no heartbeat. Each method is one transaction of the database's pool.
// Lives on the control loop.
#pragma once

#include <string>
#include <vector>

#include "control/control_store.hpp"
#include "store/database.hpp"

namespace dd::store {

class ControlStore final : public control::ControlStore {
 public:
  // Outlives the store.
  explicit ControlStore(Database& database) : database_(database) {}

  bool available() const override;

  Task<Result<std::vector<control::ServerRecord>>> servers() override;
  Task<Result<control::Reservation>> reserve(control::PlacedMeeting meeting, std::uint32_t server_capacity,
                                             std::uint32_t tenant_meetings) override;
  Task<Result<std::optional<control::PlacedMeeting>>> find(MeetingId meeting) override;
  Task<Result<std::vector<control::PlacedMeeting>>> meetings_on(ContainerId server) override;
  Task<Result<std::vector<control::PlacedMeeting>>> meetings_of(TenantId tenant) override;
  Task<Result<std::uint32_t>> participants_of(TenantId tenant) override;
  Task<Result<std::vector<meeting::RouterRow>>> routers_of(MeetingId meeting) override;
  Task<Result<bool>> move(control::PlacedMeeting from, ContainerId to) override;
  Task<Result<void>> resize(MeetingId meeting, std::uint32_t size) override;
  Task<Result<void>> set_locked(MeetingId meeting, bool locked) override;  // kNotFound for a meeting that has no place of ours
  Task<Result<void>> forget(MeetingId meeting) override;

  Task<Result<void>> remove_participant(MeetingId meeting, ParticipantId participant, WallTime until) override;
  Task<Result<bool>> is_removed(MeetingId meeting, ParticipantId participant) override;

  Task<Result<bool>> hold_lease(std::string name, std::string holder, std::chrono::seconds lifetime) override;
  Task<Result<void>> drop_lease(std::string name, std::string holder) override;

  // Leaves the rows of a server that meetings still refer to.
  Task<Result<void>> bury_server(ContainerId server) override;

 private:
  template <typename T, typename Work>
  Task<Result<T>> run(std::string_view name, Work work);

  Database& database_;
};

}  // namespace dd::store
