// SPDX-License-Identifier: MIT
#include <algorithm>

#include "store/rows.hpp"

namespace dd::store {
namespace {

using meeting::RouterRole;

Value capacity_if(const RouterRow& router, RouterRole role) {
  if (router.role != role) return nullptr;
  return std::int64_t{router.capacity};
}

std::vector<std::string> sorted_ids(const std::vector<MeetingRows>& meetings) {
  std::vector<std::string> ids;
  for (const auto& rows : meetings) ids.push_back(rows.meeting.str());
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

Result<void> insert_meetings(Connection& connection, const std::vector<MeetingRows>& meetings, Existing existing) {
  const auto tail = [&](std::string_view key) {
    return existing == Existing::kKeep ? connection.dialect().keep_existing(key) : std::string();
  };
  std::vector<Value> statuses;
  std::vector<Value> workers;
  std::vector<Value> routers;
  for (const auto& rows : meetings) {
    statuses.insert(statuses.end(), {rows.meeting.str(), std::int64_t{1}});
    for (const auto& router : rows.routers) {
      workers.insert(workers.end(), {router.worker.str(), router.router.str()});
      routers.insert(routers.end(),
                     {router.router.str(), rows.meeting.str(), capacity_if(router, RouterRole::kProducer),
                      capacity_if(router, RouterRole::kConsumer), capacity_if(router, RouterRole::kBoth), rows.container.str()});
    }
  }
  DD_TRY_VOID(connection.insert("INSERT INTO meeting_status (meeting_id, enabled)", 2, std::move(statuses), tail("meeting_id")));
  DD_TRY_VOID(connection.insert("INSERT INTO router_worker (worker_id, router_id)", 2, std::move(workers), tail("router_id")));
  DD_TRY_VOID(
      connection.insert("INSERT INTO router_meeting (router_id, meeting_id, producer_capacity, consumer_capacity, capacity, container_id)",
                        6, std::move(routers)));
  return ok();
}

Result<void> add_routers(Connection& connection, const MeetingRows& rows) {
  const auto lock = connection.dialect().for_update();
  DD_TRY(const auto status,
         connection.query_in("SELECT meeting_id FROM meeting_status WHERE meeting_id IN", {rows.meeting.str()}, lock, 1));
  if (status.empty()) return not_found("meeting", rows.meeting.str());
  return insert_meetings(connection, {rows}, Existing::kKeep);
}

Result<void> replace_meetings(Connection& connection, const std::vector<MeetingRows>& meetings) {
  const auto ids = sorted_ids(meetings);
  const auto lock = connection.dialect().for_update();
  // Two kendras may replace the same meetings at once; locking in one order makes the second wait instead of deadlock.
  const auto in_order = std::string(" ORDER BY meeting_id") + std::string(lock);
  DD_TRY_VOID(connection.query_in("SELECT meeting_id FROM meeting_status WHERE meeting_id IN", ids, in_order, 1));
  DD_TRY(const auto old_routers, connection.query_in("SELECT router_id FROM router_meeting WHERE meeting_id IN", ids, lock, 1));

  DD_TRY_VOID(connection.execute_in("DELETE FROM meeting_status WHERE meeting_id IN", ids));
  // The cascade took the old routers' meetings and participants; their workers' rows are nobody's now.
  std::vector<std::string> forgotten;
  for (const auto& row : old_routers) forgotten.push_back(row[0]);
  DD_TRY_VOID(connection.execute_in("DELETE FROM router_worker WHERE router_id IN", forgotten));
  return insert_meetings(connection, meetings);
}

Result<void> delete_meeting(Connection& connection, const MeetingId& meeting, const std::vector<RouterId>& routers) {
  DD_TRY_VOID(connection.execute("DELETE FROM meeting_status WHERE meeting_id = ?", {meeting.str()}));
  DD_TRY_VOID(connection.execute_in("DELETE FROM router_worker WHERE router_id IN", texts(routers)));
  return ok();
}

}  // namespace dd::store
