// SPDX-License-Identifier: MIT
#include "store/reconcile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "store/rows.hpp"

namespace dd::store {
namespace {

using meeting::ReconcileReport;
using meeting::Snapshot;
using Keys = std::unordered_set<std::string>;
// Rows that should be, by their key, which is also their first column.
using Wanted = std::unordered_map<std::string, Row>;

std::vector<std::string> listed(const Keys& keys) { return {keys.begin(), keys.end()}; }

class Reconciliation {
 public:
  Reconciliation(Connection& connection, const ServerRow& server, const Snapshot& snapshot, const UntouchedIds& untouched)
      : connection_(connection), server_(server), snapshot_(snapshot), untouched_(untouched) {
    for (const auto& worker : server.workers) workers_.insert(worker.str());
  }

  Result<ReconcileReport> run(WallTime now) {
    DD_TRY(const auto restored, put_server(connection_, server_, now));
    report_.rows_inserted += restored;
    DD_TRY_VOID(find_owners());
    DD_TRY_VOID(delete_unknown_meetings());
    DD_TRY_VOID(insert_missing_meetings());
    DD_TRY_VOID(match_participants());
    DD_TRY_VOID(match_transports(TransportRole::kProducer));
    DD_TRY_VOID(match_transports(TransportRole::kConsumer));
    DD_TRY_VOID(match_routers());
    DD_TRY_VOID(match_producers());
    DD_TRY_VOID(match_consumers());
    return std::move(report_);
  }

 private:
  struct RouterState {
    std::string worker;
    std::string meeting;  // empty: no meeting refers to it
  };

  bool is_untouched(const std::string& id) const { return untouched_.count(id) != 0; }

  // Who carries our meetings according to the rows; decides mine_ and taken_over.
  Result<void> find_owners() {
    std::vector<std::string> ids;
    for (const auto& rows : snapshot_.meetings) ids.push_back(rows.meeting.str());
    std::sort(ids.begin(), ids.end());
    const auto lock = std::string(" ORDER BY meeting_id") + std::string(connection_.dialect().for_update());
    DD_TRY(const auto statuses, connection_.query_in("SELECT meeting_id FROM meeting_status WHERE meeting_id IN", ids, lock, 1));
    for (const auto& row : statuses) status_.insert(row[0]);

    Keys foreign;
    DD_TRY(const auto carried, connection_.query_in("SELECT m.meeting_id, m.router_id, r.worker_id FROM router_meeting m"
                                                    " JOIN router_worker r ON r.router_id = m.router_id WHERE m.meeting_id IN",
                                                    ids, "", 3));
    for (const auto& row : carried) {
      routed_.insert(row[1]);
      if (workers_.count(row[2]) == 0) foreign.insert(row[0]);
    }
    for (const auto& rows : snapshot_.meetings) {
      const auto& id = rows.meeting.str();
      if (is_untouched(id)) continue;
      if (foreign.count(id) != 0) {
        report_.taken_over.push_back(rows.meeting);
        continue;
      }
      mine_.insert(id);
      for (const auto& router : rows.routers) routers_.insert(router.router.str());
    }

    std::vector<std::string> workers(workers_.begin(), workers_.end());
    DD_TRY(const auto ours, connection_.query_in("SELECT r.router_id, r.worker_id, m.meeting_id FROM router_worker r"
                                                 " LEFT JOIN router_meeting m ON m.router_id = r.router_id WHERE r.worker_id IN",
                                                 workers, "", 3));
    for (const auto& row : ours) our_routers_[row[0]] = {row[1], row[2]};
    return ok();
  }

  Result<void> delete_unknown_meetings() {
    Keys unknown;
    Keys stale_routers;
    for (const auto& [router, state] : our_routers_) {
      if (routers_.count(router) != 0 || is_untouched(state.meeting)) continue;
      stale_routers.insert(router);
      if (!state.meeting.empty() && mine_.count(state.meeting) == 0) unknown.insert(state.meeting);
    }
    DD_TRY(const auto carried, connection_.query_in("SELECT m.meeting_id, r.worker_id FROM router_meeting m"
                                                    " JOIN router_worker r ON r.router_id = m.router_id WHERE m.meeting_id IN",
                                                    listed(unknown), "", 2));
    for (const auto& row : carried) {
      if (workers_.count(row[1]) == 0) unknown.erase(row[0]);  // somebody else carries it too
    }
    DD_TRY_VOID(remove("DELETE FROM meeting_status WHERE meeting_id IN", listed(unknown)));
    DD_TRY_VOID(remove("DELETE FROM router_worker WHERE router_id IN", listed(stale_routers)));
    for (const auto& router : stale_routers) our_routers_.erase(router);
    return ok();
  }

  Result<void> insert_missing_meetings() {
    std::vector<MeetingRows> missing;
    for (const auto& rows : snapshot_.meetings) {
      const bool has_status = status_.count(rows.meeting.str()) != 0;
      if (mine_.count(rows.meeting.str()) == 0) continue;
      MeetingRows part{rows.meeting, rows.container, {}};
      for (const auto& router : rows.routers) {
        if (routed_.count(router.router.str()) == 0) part.routers.push_back(router);
      }
      if (has_status && part.routers.empty()) continue;
      report_.rows_inserted += 2 * part.routers.size() + (has_status ? 0 : 1);
      missing.push_back(std::move(part));
    }
    return insert_meetings(connection_, missing, Existing::kKeep);
  }

  Result<void> match_participants() {
    Wanted wanted;
    for (const auto& row : snapshot_.transports) {
      if (mine_.count(row.meeting.str()) == 0 || routers_.count(row.router.str()) == 0) continue;
      wanted[row.participant.str()] = {row.participant.str(), row.meeting.str(), row.instance.str()};
    }
    DD_TRY(const auto rows,
           connection_.query_in("SELECT participant_id, meeting_id, instance_id FROM participant_meeting WHERE meeting_id IN",
                                listed(mine_), "", 3));
    DD_TRY(auto missing, remove_others("DELETE FROM participant_meeting WHERE participant_id IN", rows, wanted));

    // A participant is in one meeting at a time, by the table's key; one that another server has got stays there.
    Keys absent;
    for (const auto& [id, row] : missing) absent.insert(id);
    DD_TRY(const auto elsewhere,
           connection_.query_in("SELECT participant_id FROM participant_meeting WHERE participant_id IN", listed(absent), "", 1));
    for (const auto& row : elsewhere) {
      missing.erase(row[0]);
      wanted.erase(row[0]);
    }
    for (const auto& [id, row] : wanted) participants_[id] = row[1];
    return insert_rows("INSERT INTO participant_meeting (participant_id, meeting_id, instance_id)", 3, missing, "");
  }

  bool is_present(const ParticipantId& participant, const MeetingId& meeting) const {
    const auto found = participants_.find(participant.str());
    return found != participants_.end() && found->second == meeting.str();
  }

  Result<void> match_transports(TransportRole role) {
    const auto table = role_tables(role).transport;
    Wanted wanted;
    Keys replaced;  // a participant has one transport of a role
    for (const auto& row : snapshot_.transports) {
      if (row.role != role || !is_present(row.participant, row.meeting) || is_untouched(row.transport.str())) continue;
      if (!replaced.insert(row.participant.str()).second) continue;
      wanted[row.transport.str()] = {row.transport.str(), row.participant.str()};
    }
    DD_TRY(const auto rows, existing(fmt::format("SELECT t.transport_id, t.participant_id FROM {} t", table), 2));
    for (const auto& row : rows) transports_.insert(row[0]);
    DD_TRY(const auto missing, remove_others(fmt::format("DELETE FROM {} WHERE transport_id IN", table), rows, wanted));
    for (const auto& row : rows) {
      if (wanted.count(row[0]) == 0 && !is_untouched(row[0])) transports_.erase(row[0]);
    }
    for (const auto& [id, row] : wanted) transports_.insert(id);
    return insert_rows(fmt::format("INSERT INTO {} (transport_id, participant_id)", table), 2, missing,
                       connection_.dialect().keep_existing("participant_id"));
  }

  Result<void> match_routers() {
    Wanted producer_routers;
    Wanted consumer_routers;
    for (const auto& row : snapshot_.transports) {
      if (!is_present(row.participant, row.meeting) || routers_.count(row.router.str()) == 0) continue;
      const Row pair{row.participant.str(), row.router.str()};
      if (row.role == TransportRole::kProducer) {
        producer_routers[pair[0]] = pair;
      } else {
        consumer_routers[pair[0]] = pair;
        producer_routers.emplace(pair[0], pair);
      }
    }
    DD_TRY_VOID(put_routers(TransportRole::kProducer, std::move(producer_routers)));
    return put_routers(TransportRole::kConsumer, std::move(consumer_routers));
  }

  Result<void> put_routers(TransportRole role, Wanted wanted) {
    const auto table = role_tables(role).router;
    DD_TRY(const auto rows, existing(fmt::format("SELECT t.participant_id, t.router_id FROM {} t", table), 2));
    for (const auto& row : rows) {
      const auto found = wanted.find(row[0]);
      if (found != wanted.end() && found->second == row) wanted.erase(found);
    }
    return insert_rows(fmt::format("INSERT INTO {} (participant_id, router_id)", table), 2, wanted,
                       connection_.dialect().overwrite("participant_id", "router_id"));
  }

  Result<void> match_producers() {
    Wanted wanted;
    for (const auto& row : snapshot_.producers) {
      const auto& id = row.producer.str();
      if (!is_present(row.participant, row.meeting) || is_untouched(id) || transports_.count(row.transport.str()) == 0) continue;
      wanted[id] = {id, row.participant.str(), row.kind, row.meeting.str(), row.transport.str(), "1"};
    }
    DD_TRY(const auto rows, existing("SELECT t.producer_id, t.participant_id, t.kind, t.meeting_id, t.transport_id, t.producers"
                                     " FROM participant_producers t",
                                     6));
    DD_TRY(const auto missing, remove_others("DELETE FROM participant_producers WHERE producer_id IN", rows, wanted));
    return insert_rows("INSERT INTO participant_producers (producer_id, participant_id, kind, meeting_id, transport_id, producers)", 6,
                       missing, "");
  }

  Result<void> match_consumers() {
    Wanted wanted;
    std::set<Row> keys;  // the table's unique key
    for (const auto& row : snapshot_.consumers) {
      const auto& id = row.consumer.str();
      if (!is_present(row.participant, row.meeting) || !is_present(row.target, row.meeting) || is_untouched(id)) continue;
      if (transports_.count(row.transport.str()) == 0) continue;
      if (!keys.insert({row.participant.str(), row.target.str(), row.kind}).second) continue;
      wanted[id] = {id, row.participant.str(), row.target.str(), row.kind, row.meeting.str(), row.transport.str(), "1"};
    }
    DD_TRY(const auto rows,
           existing("SELECT t.consumer_id, t.participant_id, t.target_participant_id, t.kind, t.meeting_id, t.transport_id,"
                    " t.consumers FROM participant_consumers t",
                    7));
    DD_TRY(const auto missing, remove_others("DELETE FROM participant_consumers WHERE consumer_id IN", rows, wanted));
    return insert_rows(
        "INSERT INTO participant_consumers (consumer_id, participant_id, target_participant_id, kind, meeting_id, transport_id,"
        " consumers)",
        7, missing,
        connection_.dialect().overwrite("participant_id, target_participant_id, kind", "consumer_id, meeting_id, transport_id"));
  }

  // The rows of everyone in our meetings; `select` names the table t.
  Result<std::vector<Row>> existing(const std::string& select, std::size_t columns) {
    return connection_.query_in(select + " JOIN participant_meeting p ON p.participant_id = t.participant_id WHERE p.meeting_id IN",
                                listed(mine_), "", columns);
  }

  // Deletes the rows that are not wanted as they are; answers those of `wanted` that are not there then.
  Result<Wanted> remove_others(std::string_view statement, const std::vector<Row>& rows, const Wanted& wanted) {
    Keys right;
    Keys wrong;
    for (const auto& row : rows) {
      if (is_untouched(row[0])) continue;
      const auto found = wanted.find(row[0]);
      const bool matches = found != wanted.end() && found->second == row;
      if (!matches || !right.insert(row[0]).second) wrong.insert(row[0]);
    }
    DD_TRY_VOID(remove(statement, listed(wrong)));
    Wanted missing;
    for (const auto& [id, row] : wanted) {
      if (right.count(id) == 0 || wrong.count(id) != 0) missing.emplace(id, row);
    }
    return missing;
  }

  Result<void> remove(std::string_view statement, const std::vector<std::string>& keys) {
    DD_TRY(const auto count, connection_.execute_in(statement, keys));
    report_.rows_deleted += count;
    return ok();
  }

  Result<void> insert_rows(std::string_view head, std::size_t columns, const Wanted& rows, std::string_view tail) {
    std::vector<Value> values;
    values.reserve(rows.size() * columns);
    // In the order of the keys, so that two servers never lock the same rows in different orders.
    std::map<std::string, const Row*> ordered;
    for (const auto& [id, row] : rows) ordered.emplace(id, &row);
    for (const auto& [id, row] : ordered) values.insert(values.end(), row->begin(), row->end());
    DD_TRY_VOID(connection_.insert(head, columns, std::move(values), tail));
    report_.rows_inserted += rows.size();
    return ok();
  }

  Connection& connection_;
  const ServerRow& server_;
  const Snapshot& snapshot_;
  const UntouchedIds& untouched_;
  ReconcileReport report_;

  Keys workers_;                                               // ours
  Keys mine_;                                                  // meetings of the snapshot that the rows leave to us
  Keys routers_;                                               // of those meetings
  Keys status_;                                                // meetings of the snapshot that have a meeting_status row
  Keys routed_;                                                // routers that a meeting of the snapshot refers to
  Keys transports_;                                            // present once match_transports() has run
  std::unordered_map<std::string, RouterState> our_routers_;   // in the rows
  std::unordered_map<std::string, std::string> participants_;  // present, and their meeting
};

}  // namespace

Result<ReconcileReport> reconcile(Connection& connection, const ServerRow& server, const Snapshot& snapshot, const UntouchedIds& untouched,
                                  WallTime now) {
  return Reconciliation(connection, server, snapshot, untouched).run(now);
}

}  // namespace dd::store
