// SPDX-License-Identifier: MIT
#include "store/server_rows.hpp"

#include <fmt/format.h>

namespace dd::store {
namespace {

std::int64_t nanoseconds(WallTime time) { return std::chrono::nanoseconds(time.time_since_epoch()).count(); }

Result<void> delete_server_rows(Connection& connection, const ContainerId& container) {
  DD_TRY_VOID(connection.execute(
      "DELETE FROM router_worker WHERE worker_id IN (SELECT worker_id FROM worker_container WHERE container_id = ?)", {container.str()}));
  DD_TRY_VOID(connection.execute("DELETE FROM worker_container WHERE container_id = ?", {container.str()}));
  DD_TRY_VOID(connection.execute("DELETE FROM placement_lock WHERE name = ?", {"server/" + container.str()}));
  DD_TRY_VOID(connection.execute("DELETE FROM media_server WHERE container_id = ?", {container.str()}));
  DD_TRY_VOID(connection.execute("DELETE FROM container_heartbeat WHERE container_id = ?", {container.str()}));
  return ok();
}

// The chain by which kendra finds a server's meetings, and the places that our own control plane has given.
constexpr std::string_view kCarriesMeetings =
    " (EXISTS (SELECT 1 FROM worker_container w JOIN router_worker r ON r.worker_id = w.worker_id"
    " JOIN router_meeting m ON m.router_id = r.router_id WHERE w.container_id = h.container_id)"
    " OR EXISTS (SELECT 1 FROM meeting_placement p WHERE p.container_id = h.container_id))";

}  // namespace

Result<std::size_t> put_server(Connection& connection, const ServerRow& server, WallTime now) {
  const auto& dialect = connection.dialect();
  DD_TRY(const auto present, connection.query("SELECT 1 FROM container_heartbeat WHERE container_id = ?", {server.container.str()}, 1));
  std::size_t inserted = 0;
  if (present.empty()) {
    DD_TRY(inserted, connection.insert("INSERT INTO container_heartbeat (container_id, host, tenant, heartbeat)", 4,
                                       {server.container.str(), server.host, server.tenant, nanoseconds(now)},
                                       dialect.keep_existing("container_id")));
  }
  DD_TRY(const auto rows, connection.query("SELECT worker_id FROM worker_container WHERE container_id = ?", {server.container.str()}, 1));
  std::vector<Value> missing;
  for (const auto& worker : server.workers) {
    bool known = false;
    for (const auto& row : rows) known = known || row[0] == worker.str();
    if (!known) missing.insert(missing.end(), {server.container.str(), worker.str()});
  }
  DD_TRY(const auto workers, connection.insert("INSERT INTO worker_container (container_id, worker_id)", 2, std::move(missing),
                                               dialect.keep_existing("worker_id")));
  return inserted + workers;
}

Result<bool> beat(Connection& connection, const ServerRow& server, WallTime now) {
  DD_TRY(const auto updated, connection.execute("UPDATE container_heartbeat SET heartbeat = ? WHERE container_id = ?",
                                                {nanoseconds(now), server.container.str()}));
  DD_TRY(const auto workers,
         connection.query("SELECT worker_id FROM worker_container WHERE container_id = ?", {server.container.str()}, 1));
  return updated != 0 && workers.size() >= server.workers.size();
}

Result<void> put_load(Connection& connection, const ServerRow& server, const ServerLoad& load, WallTime now) {
  // Selected from the heartbeat's row, so that a late one does not outlive the server's other rows.
  const auto sql = fmt::format(
      "INSERT INTO media_server (container_id, origin, tenant, capacity, participants, meetings, cpu_percent, workers, draining, updated)"
      " SELECT container_id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM container_heartbeat WHERE container_id = ?{}",
      connection.dialect().overwrite("container_id",
                                     "origin, tenant, capacity, participants, meetings, cpu_percent, workers, draining, updated"));
  DD_TRY_VOID(connection.execute(sql, {load.origin, pool_name(server.tenant), std::int64_t{load.capacity}, std::int64_t{load.participants},
                                       std::int64_t{load.meetings}, std::int64_t{load.cpu_percent}, encode_workers(load.workers),
                                       std::int64_t{load.draining ? 1 : 0}, nanoseconds(now), server.container.str()}));
  return ok();
}

Result<bool> remove_server(Connection& connection, const ContainerId& container) {
  DD_TRY(const auto carrying,
         connection.query(std::string("SELECT 1 FROM container_heartbeat h WHERE h.container_id = ? AND") + std::string(kCarriesMeetings),
                          {container.str()}, 1));
  if (!carrying.empty()) return false;
  DD_TRY_VOID(delete_server_rows(connection, container));
  return true;
}

Result<std::vector<ContainerId>> sweep_servers(Connection& connection, const ServerRow& server, WallTime before) {
  DD_TRY(const auto dead, connection.query(std::string("SELECT h.container_id FROM container_heartbeat h WHERE h.host = ? AND h.tenant = ?"
                                                       " AND h.container_id <> ? AND h.heartbeat < ? AND NOT") +
                                               std::string(kCarriesMeetings),
                                           {server.host, server.tenant, server.container.str(), nanoseconds(before)}, 1));
  std::vector<ContainerId> swept;
  for (const auto& row : dead) {
    swept.emplace_back(row[0]);
    DD_TRY_VOID(delete_server_rows(connection, swept.back()));
  }
  return swept;
}

}  // namespace dd::store
