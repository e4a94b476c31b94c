// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "store/rows.hpp"

namespace dd::store {
namespace {

Result<void> put_participant(Connection& connection, const TransportRow& row) {
  const auto participant = row.participant.str();
  DD_TRY_VOID(connection.execute("DELETE FROM participant_meeting WHERE meeting_id = ? AND participant_id = ? AND instance_id <> ?",
                                 {row.meeting.str(), participant, row.instance.str()}));
  DD_TRY_VOID(connection.execute(fmt::format("INSERT INTO participant_meeting (meeting_id, participant_id, instance_id) VALUES (?, ?, ?){}",
                                             connection.dialect().keep_existing("participant_id")),
                                 {row.meeting.str(), participant, row.instance.str()}));
  DD_TRY(const auto present, connection.query("SELECT meeting_id FROM participant_meeting WHERE participant_id = ?", {participant}, 1));
  if (present.empty() || present[0][0] != row.meeting.str()) {
    return make_error(Errc::kConflict, fmt::format("participant '{}' is in another meeting", participant));
  }
  return ok();
}

Result<void> put_router(Connection& connection, std::string_view table, std::string_view existing, const TransportRow& row) {
  DD_TRY_VOID(connection.execute(fmt::format("INSERT INTO {} (participant_id, router_id) VALUES (?, ?){}", table, existing),
                                 {row.participant.str(), row.router.str()}));
  return ok();
}

}  // namespace

RoleTables role_tables(TransportRole role) {
  if (role == TransportRole::kProducer) return {"participant_producer_router", "participant_producer_transport"};
  return {"participant_consumer_router", "participant_consumer_transport"};
}

Result<void> put_transport(Connection& connection, const TransportRow& row) {
  const auto& dialect = connection.dialect();
  const auto tables = role_tables(row.role);
  DD_TRY_VOID(put_participant(connection, row));
  DD_TRY_VOID(put_router(connection, tables.router, dialect.overwrite("participant_id", "router_id"), row));
  if (row.role == TransportRole::kConsumer) {
    // Kendra finds leavers and ICE restarts through the producer router, also of those who never send.
    const auto producer_router = role_tables(TransportRole::kProducer).router;
    DD_TRY_VOID(put_router(connection, producer_router, dialect.keep_existing("participant_id"), row));
  }
  // Deleting, not updating: what hung on the older transport goes with it.
  DD_TRY_VOID(connection.execute(fmt::format("DELETE FROM {} WHERE participant_id = ? AND transport_id <> ?", tables.transport),
                                 {row.participant.str(), row.transport.str()}));
  DD_TRY_VOID(connection.execute(fmt::format("INSERT INTO {} (participant_id, transport_id) VALUES (?, ?){}", tables.transport,
                                             dialect.keep_existing("participant_id")),
                                 {row.participant.str(), row.transport.str()}));
  return ok();
}

Result<void> delete_transports(Connection& connection, const std::vector<TransportId>& transports) {
  const auto ids = texts(transports);
  for (const auto role : {TransportRole::kProducer, TransportRole::kConsumer}) {
    DD_TRY_VOID(connection.execute_in(fmt::format("DELETE FROM {} WHERE transport_id IN", role_tables(role).transport), ids));
  }
  return ok();
}

Result<void> insert_producer(Connection& connection, const ProducerRow& row) {
  // The table has no key that would notice a repetition.
  DD_TRY_VOID(connection.execute(
      "INSERT INTO participant_producers (participant_id, producers, kind, producer_id, meeting_id, transport_id)"
      " SELECT ?, 1, ?, ?, ?, ? FROM (SELECT 1 AS present) AS one_row"
      " WHERE NOT EXISTS (SELECT 1 FROM participant_producers WHERE producer_id = ?)",
      {row.participant.str(), row.kind, row.producer.str(), row.meeting.str(), row.transport.str(), row.producer.str()}));
  return ok();
}

Result<void> delete_producers(Connection& connection, const ParticipantId& participant, const std::vector<ProducerId>& producers) {
  for (const auto& producer : producers) {
    DD_TRY_VOID(connection.execute("DELETE FROM participant_producers WHERE participant_id = ? AND producer_id = ?",
                                   {participant.str(), producer.str()}));
  }
  return ok();
}

Result<std::vector<ProducerRow>> producers_of(Connection& connection, const MeetingId& meeting) {
  DD_TRY(const auto rows, connection.query("SELECT participant_id, producer_id, transport_id, kind FROM participant_producers"
                                           " WHERE meeting_id = ? ORDER BY participant_id, producer_id",
                                           {meeting.str()}, 4));
  std::vector<ProducerRow> producers;
  for (const auto& row : rows) {
    producers.push_back({meeting, ParticipantId(row[0]), ProducerId(row[1]), TransportId(row[2]), row[3]});
  }
  return producers;
}

Result<void> put_consumers(Connection& connection, const std::vector<ConsumerRow>& rows) {
  std::vector<Value> values;
  for (const auto& row : rows) {
    values.insert(values.end(), {row.participant.str(), std::int64_t{1}, row.target.str(), row.kind, row.consumer.str(), row.meeting.str(),
                                 row.transport.str()});
  }
  DD_TRY_VOID(connection.insert(
      "INSERT INTO participant_consumers (participant_id, consumers, target_participant_id, kind, consumer_id, meeting_id, transport_id)",
      7, std::move(values),
      connection.dialect().overwrite("participant_id, target_participant_id, kind", "consumers, consumer_id, meeting_id, transport_id")));
  return ok();
}

Result<void> delete_consumers(Connection& connection, const std::vector<ConsumerId>& consumers) {
  DD_TRY_VOID(connection.execute_in("DELETE FROM participant_consumers WHERE consumer_id IN", texts(consumers)));
  return ok();
}

Result<std::size_t> delete_participant(Connection& connection, const MeetingId& meeting, const ParticipantId& participant,
                                       const InstanceId& instance) {
  return connection.execute("DELETE FROM participant_meeting WHERE meeting_id = ? AND participant_id = ? AND instance_id = ?",
                            {meeting.str(), participant.str(), instance.str()});
}

}  // namespace dd::store
