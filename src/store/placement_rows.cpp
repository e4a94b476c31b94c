// SPDX-License-Identifier: MIT
#include "store/placement_rows.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "store/rows.hpp"
#include "store/server_load.hpp"
#include "store/whole_number.hpp"

namespace dd::store {
namespace {

using Outcome = Reservation::Outcome;

constexpr std::string_view kPlace =
    "SELECT meeting_id, tenant, container_id, size, participant_limit, locked, moves, created FROM meeting_placement";
constexpr std::size_t kPlaceColumns = 8;

PlacedMeeting place_of(const Row& row) {
  PlacedMeeting place;
  place.meeting = MeetingId(row[0]);
  place.tenant = TenantId(row[1]);
  place.server = ContainerId(row[2]);
  place.size = count_of(row[3]);
  place.limit = count_of(row[4]);
  place.locked = row[5] == "1";
  place.moves = count_of(row[6]);
  place.created = wall_time_of(row[7]);
  return place;
}

// Meetings that routers refer to and that have no place of ours: kendra's, or left by a meeting of ours that has ended.
// The latest heartbeat first, should two servers have rows of one meeting.
std::string carried_meetings(std::string_view condition) {
  return fmt::format(
      "SELECT m.meeting_id, w.container_id, COUNT(DISTINCT a.participant_id) FROM router_meeting m"
      " JOIN router_worker r ON r.router_id = m.router_id JOIN worker_container w ON w.worker_id = r.worker_id"
      " JOIN container_heartbeat h ON h.container_id = w.container_id"
      " LEFT JOIN meeting_placement p ON p.meeting_id = m.meeting_id LEFT JOIN participant_meeting a ON a.meeting_id = m.meeting_id"
      " WHERE p.meeting_id IS NULL{} GROUP BY m.meeting_id, w.container_id ORDER BY m.meeting_id, MAX(h.heartbeat) DESC, w.container_id",
      condition);
}

PlacedMeeting carried_meeting(const Row& row) {
  PlacedMeeting place;
  place.meeting = MeetingId(row[0]);
  place.server = ContainerId(row[1]);
  place.size = count_of(row[2]);
  return place;
}

// Held until the transaction ends. SQLite's writers exclude each other anyway.
Result<void> lock_for_placing(Connection& connection, const std::string& name) {
  if (connection.dialect().kind() == DatabaseKind::kSqlite) return ok();
  DD_TRY_VOID(connection.insert("INSERT INTO placement_lock (name)", 1, {name}, connection.dialect().keep_existing("name")));
  return ok();
}

Result<std::optional<PlacedMeeting>> own_place(Connection& connection, const MeetingId& meeting, std::string_view lock = "") {
  DD_TRY(const auto rows, connection.query(fmt::format("{} WHERE meeting_id = ?{}", kPlace, lock), {meeting.str()}, kPlaceColumns));
  if (rows.empty()) return std::optional<PlacedMeeting>{};
  return std::optional(place_of(rows[0]));
}

Result<void> insert_place(Connection& connection, const PlacedMeeting& place) {
  DD_TRY_VOID(connection.insert(
      "INSERT INTO meeting_placement (meeting_id, tenant, container_id, size, participant_limit, locked, moves, created)", kPlaceColumns,
      {place.meeting.str(), place.tenant.str(), place.server.str(), std::int64_t{place.size}, std::int64_t{place.limit},
       std::int64_t{place.locked ? 1 : 0}, std::int64_t{place.moves}, nanoseconds_of(place.created)}));
  return ok();
}

// What placed meetings reserve on the server, and kendra's meetings use of it.
Result<std::uint64_t> reserved_on(Connection& connection, const ContainerId& server) {
  DD_TRY(const auto sum,
         connection.query("SELECT COALESCE(SUM(size), 0) FROM meeting_placement WHERE container_id = ?", {server.str()}, 1));
  std::uint64_t reserved = sum.empty() ? 0 : static_cast<std::uint64_t>(number_of(sum[0][0]));
  DD_TRY(const auto others, connection.query(carried_meetings(" AND w.container_id = ?"), {server.str()}, 3));
  for (const auto& row : others) reserved += count_of(row[2]);
  return reserved;
}

}  // namespace

Result<std::vector<ServerRecord>> servers(Connection& connection) {
  DD_TRY(const auto rows, connection.query("SELECT h.container_id, h.host, h.tenant, h.heartbeat, s.container_id, s.origin, s.capacity,"
                                           " s.participants, s.cpu_percent, s.workers, s.draining FROM container_heartbeat h"
                                           " LEFT JOIN media_server s ON s.container_id = h.container_id ORDER BY h.container_id",
                                           {}, 11));
  DD_TRY(const auto workers,
         connection.query("SELECT container_id, worker_id FROM worker_container ORDER BY container_id, worker_id", {}, 2));
  DD_TRY(const auto places,
         connection.query("SELECT container_id, SUM(size), COUNT(*) FROM meeting_placement GROUP BY container_id", {}, 3));
  DD_TRY(const auto carried, connection.query(carried_meetings(""), {}, 3));

  std::vector<ServerRecord> all;
  all.reserve(rows.size());
  for (const auto& row : rows) {
    ServerRecord record;
    record.server = ContainerId(row[0]);
    record.host = row[1];
    record.tenant = pool_name(row[2]);
    record.heartbeat = wall_time_of(row[3]);
    record.origin = row[4].empty() ? fmt::format("http://{}:3001", row[1]) : row[5];
    record.capacity = count_of(row[6]);
    record.participants = count_of(row[7]);
    record.cpu_percent = count_of(row[8]);
    record.workers = parse_workers(row[9]);
    record.draining = row[10] == "1";
    all.push_back(std::move(record));
  }
  // Sorted by id as the database compares bytes, and so do we.
  const auto find = [&all](const std::string& id) -> ServerRecord* {
    const auto found =
        std::lower_bound(all.begin(), all.end(), id, [](const auto& record, const auto& key) { return record.server.str() < key; });
    return found == all.end() || found->server.str() != id ? nullptr : &*found;
  };
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.server < b.server; });

  for (const auto& row : places) {
    auto* record = find(row[0]);
    if (record == nullptr) continue;
    record->reserved = count_of(row[1]);
    record->meetings = count_of(row[2]);
  }
  for (const auto& row : carried) {
    auto* record = find(row[1]);
    if (record == nullptr) continue;
    record->reserved += count_of(row[2]);
    ++record->meetings;
  }
  // The rows of worker_container say which workers there are; what media_server says of another is old.
  ServerRecord* record = nullptr;
  std::vector<control::WorkerLoad> told;
  for (const auto& row : workers) {
    if (record == nullptr || record->server.str() != row[0]) {
      record = find(row[0]);
      if (record == nullptr) continue;
      told = std::exchange(record->workers, {});
    }
    const auto known = std::find_if(told.begin(), told.end(), [&](const auto& load) { return load.worker.str() == row[1]; });
    control::WorkerLoad load;
    load.worker = WorkerId(row[1]);
    record->workers.push_back(known == told.end() ? load : *known);
  }
  return all;
}

Result<Reservation> reserve(Connection& connection, const PlacedMeeting& meeting, std::uint32_t server_capacity,
                            std::uint32_t tenant_meetings) {
  DD_TRY(auto placed, find_place(connection, meeting.meeting));
  if (placed) return Reservation{Outcome::kPlacedAlready, std::move(placed)};

  // Always in this order, so that two of us cannot wait for each other.
  if (tenant_meetings != 0) {
    DD_TRY_VOID(lock_for_placing(connection, "tenant/" + meeting.tenant.str()));
  }
  DD_TRY_VOID(lock_for_placing(connection, "server/" + meeting.server.str()));
  // Again, for it may have been placed while we waited; it must not be refused for the room that it takes itself.
  DD_TRY(placed, own_place(connection, meeting.meeting));
  if (placed) return Reservation{Outcome::kPlacedAlready, std::move(placed)};

  if (tenant_meetings != 0) {
    DD_TRY(const auto count, connection.query("SELECT COUNT(*) FROM meeting_placement WHERE tenant = ?", {meeting.tenant.str()}, 1));
    if (number_of(count[0][0]) >= std::int64_t{tenant_meetings}) return Reservation{Outcome::kTenantFull, std::nullopt};
  }
  DD_TRY(const auto present, connection.query("SELECT 1 FROM container_heartbeat WHERE container_id = ?", {meeting.server.str()}, 1));
  if (present.empty()) return Reservation{Outcome::kServerFull, std::nullopt};
  DD_TRY(const auto reserved, reserved_on(connection, meeting.server));
  if (reserved + meeting.size > server_capacity) return Reservation{Outcome::kServerFull, std::nullopt};

  auto inserted = insert_place(connection, meeting);
  if (inserted) return Reservation{Outcome::kReserved, meeting};
  if (inserted.error().code != Errc::kConflict) return std::move(inserted.error());
  // Somebody placed it on another server at the same moment.
  DD_TRY(placed, own_place(connection, meeting.meeting));
  if (!placed) return unavailable("the meeting is being placed and given up at once");
  return Reservation{Outcome::kPlacedAlready, std::move(placed)};
}

Result<std::optional<PlacedMeeting>> find_place(Connection& connection, const MeetingId& meeting) {
  DD_TRY(auto own, own_place(connection, meeting));
  if (own) return own;
  DD_TRY(const auto rows, connection.query(carried_meetings(" AND m.meeting_id = ?"), {meeting.str()}, 3));
  if (rows.empty()) return std::optional<PlacedMeeting>{};
  return std::optional(carried_meeting(rows[0]));
}

Result<std::vector<PlacedMeeting>> meetings_on(Connection& connection, const ContainerId& server) {
  std::vector<PlacedMeeting> all;
  DD_TRY(const auto own,
         connection.query(fmt::format("{} WHERE container_id = ? ORDER BY meeting_id", kPlace), {server.str()}, kPlaceColumns));
  for (const auto& row : own) all.push_back(place_of(row));
  DD_TRY(const auto others, connection.query(carried_meetings(" AND w.container_id = ?"), {server.str()}, 3));
  for (const auto& row : others) all.push_back(carried_meeting(row));
  return all;
}

Result<std::uint32_t> participants_of(Connection& connection, const TenantId& tenant) {
  DD_TRY(const auto rows, connection.query("SELECT COUNT(*) FROM meeting_placement p JOIN participant_meeting a"
                                           " ON a.meeting_id = p.meeting_id WHERE p.tenant = ?",
                                           {tenant.str()}, 1));
  return rows.empty() ? 0 : count_of(rows[0][0]);
}

Result<std::vector<PlacedMeeting>> meetings_of(Connection& connection, const TenantId& tenant) {
  std::vector<PlacedMeeting> all;
  if (!tenant.empty()) {
    DD_TRY(const auto rows,
           connection.query(fmt::format("{} WHERE tenant = ? ORDER BY meeting_id", kPlace), {tenant.str()}, kPlaceColumns));
    for (const auto& row : rows) all.push_back(place_of(row));
    return all;
  }
  DD_TRY(const auto rows, connection.query(fmt::format("{} ORDER BY meeting_id", kPlace), {}, kPlaceColumns));
  for (const auto& row : rows) all.push_back(place_of(row));
  DD_TRY(const auto others, connection.query(carried_meetings(""), {}, 3));
  for (const auto& row : others) {
    // A meeting with rows of two servers is where the heartbeat is the latest.
    if (all.empty() || all.back().meeting.str() != row[0]) all.push_back(carried_meeting(row));
  }
  return all;
}

Result<std::vector<meeting::RouterRow>> routers_of(Connection& connection, const MeetingId& meeting) {
  using meeting::RouterRole;
  DD_TRY(const auto rows,
         connection.query("SELECT m.router_id, r.worker_id, m.producer_capacity, m.consumer_capacity, m.capacity FROM router_meeting m"
                          " JOIN router_worker r ON r.router_id = m.router_id WHERE m.meeting_id = ? ORDER BY m.router_id",
                          {meeting.str()}, 5));
  std::vector<meeting::RouterRow> routers;
  for (const auto& row : rows) {
    const auto role = !row[2].empty() ? RouterRole::kProducer : !row[3].empty() ? RouterRole::kConsumer : RouterRole::kBoth;
    const auto& capacity = role == RouterRole::kProducer ? row[2] : role == RouterRole::kConsumer ? row[3] : row[4];
    routers.push_back({RouterId(row[0]), WorkerId(row[1]), role, static_cast<std::int32_t>(number_of(capacity))});
  }
  return routers;
}

Result<bool> move_meeting(Connection& connection, const PlacedMeeting& from, const ContainerId& to) {
  DD_TRY(const auto own, own_place(connection, from.meeting, connection.dialect().for_update()));
  if (own) {
    if (own->server != from.server || own->moves != from.moves) return false;
    DD_TRY_VOID(connection.execute("UPDATE meeting_placement SET container_id = ?, moves = ? WHERE meeting_id = ?",
                                   {to.str(), std::int64_t{from.moves} + 1, from.meeting.str()}));
    return true;
  }
  DD_TRY(const auto carried, find_place(connection, from.meeting));
  if (!carried || carried->server != from.server) return false;
  auto moved = from;
  moved.server = to;
  ++moved.moves;
  auto inserted = insert_place(connection, moved);
  if (!inserted && inserted.error().code == Errc::kConflict) return false;  // somebody else moves it at this moment
  if (!inserted) return std::move(inserted.error());
  return true;
}

Result<void> resize_meeting(Connection& connection, const MeetingId& meeting, std::uint32_t size) {
  DD_TRY_VOID(connection.execute("UPDATE meeting_placement SET size = ? WHERE meeting_id = ?", {std::int64_t{size}, meeting.str()}));
  return ok();
}

Result<void> lock_meeting(Connection& connection, const MeetingId& meeting, bool locked) {
  // The number of rows that an UPDATE changed does not tell whether there was one.
  DD_TRY(const auto own, own_place(connection, meeting, connection.dialect().for_update()));
  if (!own) return not_found("meeting", meeting.str());
  DD_TRY_VOID(
      connection.execute("UPDATE meeting_placement SET locked = ? WHERE meeting_id = ?", {std::int64_t{locked ? 1 : 0}, meeting.str()}));
  return ok();
}

Result<void> forget_meeting(Connection& connection, const MeetingId& meeting, WallTime dead_before) {
  DD_TRY_VOID(connection.execute("DELETE FROM meeting_placement WHERE meeting_id = ?", {meeting.str()}));
  DD_TRY_VOID(connection.execute("DELETE FROM removed_participant WHERE meeting_id = ?", {meeting.str()}));
  DD_TRY(const auto carried, connection.query("SELECT m.router_id, COALESCE(h.heartbeat, 0) FROM router_meeting m"
                                              " JOIN router_worker r ON r.router_id = m.router_id"
                                              " LEFT JOIN worker_container w ON w.worker_id = r.worker_id"
                                              " LEFT JOIN container_heartbeat h ON h.container_id = w.container_id WHERE m.meeting_id = ?",
                                              {meeting.str()}, 2));
  std::vector<RouterId> routers;
  for (const auto& row : carried) {
    // A living server removes its rows itself; ours would come between it and a meeting that begins anew.
    if (wall_time_of(row[1]) >= dead_before) return ok();
    routers.emplace_back(row[0]);
  }
  if (routers.empty()) return ok();
  return delete_meeting(connection, meeting, routers);
}

Result<void> put_removal(Connection& connection, const MeetingId& meeting, const ParticipantId& participant, WallTime until, WallTime now) {
  DD_TRY_VOID(connection.execute("DELETE FROM removed_participant WHERE refused_until < ?", {nanoseconds_of(now)}));
  DD_TRY_VOID(connection.insert("INSERT INTO removed_participant (meeting_id, participant_id, refused_until)", 3,
                                {meeting.str(), participant.str(), nanoseconds_of(until)},
                                connection.dialect().overwrite("meeting_id, participant_id", "refused_until")));
  return ok();
}

Result<bool> is_removed(Connection& connection, const MeetingId& meeting, const ParticipantId& participant, WallTime now) {
  DD_TRY(const auto rows,
         connection.query("SELECT 1 FROM removed_participant WHERE meeting_id = ? AND participant_id = ? AND refused_until > ?",
                          {meeting.str(), participant.str(), nanoseconds_of(now)}, 1));
  return !rows.empty();
}

Result<bool> hold_lease(Connection& connection, const std::string& name, const std::string& holder, std::chrono::seconds lifetime) {
  const auto now = connection.dialect().now_milliseconds();
  const std::int64_t milliseconds = std::chrono::milliseconds(lifetime).count();
  DD_TRY_VOID(connection.execute(fmt::format("INSERT INTO control_lease (name, holder, expires) VALUES (?, ?, {} + ?){}", now,
                                             connection.dialect().keep_existing("name")),
                                 {name, holder, milliseconds}));
  // The insertion has locked the row, whichever it is.
  DD_TRY_VOID(connection.execute(
      fmt::format("UPDATE control_lease SET holder = ?, expires = {0} + ? WHERE name = ? AND (holder = ? OR expires <= {0})", now),
      {holder, milliseconds, name, holder}));
  DD_TRY(const auto rows, connection.query("SELECT holder FROM control_lease WHERE name = ?", {name}, 1));
  return !rows.empty() && rows[0][0] == holder;
}

Result<void> drop_lease(Connection& connection, const std::string& name, const std::string& holder) {
  DD_TRY_VOID(connection.execute("DELETE FROM control_lease WHERE name = ? AND holder = ?", {name, holder}));
  return ok();
}

}  // namespace dd::store
