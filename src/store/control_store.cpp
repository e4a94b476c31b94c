// SPDX-License-Identifier: MIT
#include "store/control_store.hpp"

#include <utility>

#include "store/placement_rows.hpp"
#include "store/server_rows.hpp"

namespace dd::store {
namespace {

// As long as kendra waits before it takes a server for dead; our own control plane is faster.
constexpr auto kDeadAfter = std::chrono::seconds{10};

}  // namespace

template <typename T, typename Work>
Task<Result<T>> ControlStore::run(std::string_view name, Work work) {
  Operation operation;
  operation.name = name;
  return database_.pool().run(operation, Pool::Work<T>(std::move(work)));
}

bool ControlStore::available() const { return database_.available(); }

Task<Result<std::vector<ServerRecord>>> ControlStore::servers() {
  return run<std::vector<ServerRecord>>("servers", [](Connection& connection) { return store::servers(connection); });
}

Task<Result<Reservation>> ControlStore::reserve(PlacedMeeting meeting, std::uint32_t server_capacity, std::uint32_t tenant_meetings) {
  return run<Reservation>("reserve", [meeting = std::move(meeting), server_capacity, tenant_meetings](Connection& connection) {
    return store::reserve(connection, meeting, server_capacity, tenant_meetings);
  });
}

Task<Result<std::optional<PlacedMeeting>>> ControlStore::find(MeetingId meeting) {
  return run<std::optional<PlacedMeeting>>(
      "find_meeting", [meeting = std::move(meeting)](Connection& connection) { return find_place(connection, meeting); });
}

Task<Result<std::vector<PlacedMeeting>>> ControlStore::meetings_on(ContainerId server) {
  return run<std::vector<PlacedMeeting>>(
      "meetings_on", [server = std::move(server)](Connection& connection) { return store::meetings_on(connection, server); });
}

Task<Result<std::vector<PlacedMeeting>>> ControlStore::meetings_of(TenantId tenant) {
  return run<std::vector<PlacedMeeting>>(
      "meetings_of", [tenant = std::move(tenant)](Connection& connection) { return store::meetings_of(connection, tenant); });
}

Task<Result<std::uint32_t>> ControlStore::participants_of(TenantId tenant) {
  return run<std::uint32_t>("participants_of",
                            [tenant = std::move(tenant)](Connection& connection) { return store::participants_of(connection, tenant); });
}

Task<Result<std::vector<meeting::RouterRow>>> ControlStore::routers_of(MeetingId meeting) {
  return run<std::vector<meeting::RouterRow>>(
      "routers_of", [meeting = std::move(meeting)](Connection& connection) { return store::routers_of(connection, meeting); });
}

Task<Result<bool>> ControlStore::move(PlacedMeeting from, ContainerId to) {
  return run<bool>("move_meeting",
                   [from = std::move(from), to = std::move(to)](Connection& connection) { return move_meeting(connection, from, to); });
}

Task<Result<void>> ControlStore::resize(MeetingId meeting, std::uint32_t size) {
  return run<void>("resize_meeting",
                   [meeting = std::move(meeting), size](Connection& connection) { return resize_meeting(connection, meeting, size); });
}

Task<Result<void>> ControlStore::set_locked(MeetingId meeting, bool locked) {
  return run<void>("lock_meeting",
                   [meeting = std::move(meeting), locked](Connection& connection) { return lock_meeting(connection, meeting, locked); });
}

Task<Result<void>> ControlStore::forget(MeetingId meeting) {
  return run<void>("forget_meeting", [meeting = std::move(meeting), now = database_.loop().wall_now()](Connection& connection) {
    return forget_meeting(connection, meeting, now - kDeadAfter);
  });
}

Task<Result<void>> ControlStore::remove_participant(MeetingId meeting, ParticipantId participant, WallTime until) {
  return run<void>("remove_participant",
                   [meeting = std::move(meeting), participant = std::move(participant), until, now = database_.loop().wall_now()](
                       Connection& connection) { return put_removal(connection, meeting, participant, until, now); });
}

Task<Result<bool>> ControlStore::is_removed(MeetingId meeting, ParticipantId participant) {
  return run<bool>("is_removed", [meeting = std::move(meeting), participant = std::move(participant), now = database_.loop().wall_now()](
                                     Connection& connection) { return store::is_removed(connection, meeting, participant, now); });
}

Task<Result<bool>> ControlStore::hold_lease(std::string name, std::string holder, std::chrono::seconds lifetime) {
  return run<bool>("hold_lease", [name = std::move(name), holder = std::move(holder), lifetime](Connection& connection) {
    return store::hold_lease(connection, name, holder, lifetime);
  });
}

Task<Result<void>> ControlStore::drop_lease(std::string name, std::string holder) {
  return run<void>("drop_lease", [name = std::move(name), holder = std::move(holder)](Connection& connection) {
    return store::drop_lease(connection, name, holder);
  });
}

Task<Result<void>> ControlStore::bury_server(ContainerId server) {
  return run<void>("bury_server", [server = std::move(server)](Connection& connection) -> Result<void> {
    DD_TRY_VOID(remove_server(connection, server));
    return ok();
  });
}

}  // namespace dd::store
