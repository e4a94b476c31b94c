// SPDX-License-Identifier: MIT
// The statements behind control::ControlStore: servers with their load, the places of meetings, removals, leases.
// They open no transaction and retry nothing: the pool runs each inside one. Blocking; used by the pool's threads.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "control/control_store.hpp"
#include "store/connection.hpp"

namespace dd::store {

using control::PlacedMeeting;
using control::Reservation;
using control::ServerRecord;

Result<std::vector<ServerRecord>> servers(Connection& connection);

Result<Reservation> reserve(Connection& connection, const PlacedMeeting& meeting, std::uint32_t server_capacity,
                            std::uint32_t tenant_meetings);
// Our own place of the meeting, else the server that carries it according to the rows that kendra reads; a meeting of kendra's
// reserves as many participants as it has.
Result<std::optional<PlacedMeeting>> find_place(Connection& connection, const MeetingId& meeting);
Result<std::vector<PlacedMeeting>> meetings_on(Connection& connection, const ContainerId& server);
Result<std::vector<PlacedMeeting>> meetings_of(Connection& connection, const TenantId& tenant);
Result<std::uint32_t> participants_of(Connection& connection, const TenantId& tenant);
Result<std::vector<meeting::RouterRow>> routers_of(Connection& connection, const MeetingId& meeting);

// A meeting of kendra's gets a place of ours when it is moved.
Result<bool> move_meeting(Connection& connection, const PlacedMeeting& from, const ContainerId& to);
Result<void> resize_meeting(Connection& connection, const MeetingId& meeting, std::uint32_t size);
Result<void> lock_meeting(Connection& connection, const MeetingId& meeting, bool locked);
// Also takes the rows that a server left which has not beaten since `dead_before`, or nobody could end the meeting.
Result<void> forget_meeting(Connection& connection, const MeetingId& meeting, WallTime dead_before);

Result<void> put_removal(Connection& connection, const MeetingId& meeting, const ParticipantId& participant, WallTime until, WallTime now);
Result<bool> is_removed(Connection& connection, const MeetingId& meeting, const ParticipantId& participant, WallTime now);

Result<bool> hold_lease(Connection& connection, const std::string& name, const std::string& holder, std::chrono::seconds lifetime);
Result<void> drop_lease(Connection& connection, const std::string& name, const std::string& holder);

}  // namespace dd::store
