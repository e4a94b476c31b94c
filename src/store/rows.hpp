// SPDX-License-Identifier: MIT
// The statements behind each operation of the store port, in the reference's order where another reader could tell.
// They open no transaction and retry nothing: the pool runs each inside one. Blocking; used by the pool's threads.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "meeting/store_port.hpp"
#include "store/connection.hpp"

namespace dd::store {

using meeting::ConsumerRow;
using meeting::MeetingRows;
using meeting::ProducerRow;
using meeting::RouterRow;
using meeting::TransportRole;
using meeting::TransportRow;

template <typename IdType>
std::vector<std::string> texts(const std::vector<IdType>& ids) {
  std::vector<std::string> all;
  all.reserve(ids.size());
  for (const auto& id : ids) all.push_back(id.str());
  return all;
}

// The tables that exist once for each role of a transport.
struct RoleTables {
  std::string_view router;
  std::string_view transport;
};
RoleTables role_tables(TransportRole role);

// What to do about a meeting_status or router_worker row that is there already.
enum class Existing { kRefuse, kKeep };

// meeting_status, router_worker, router_meeting for all `meetings`.
Result<void> insert_meetings(Connection& connection, const std::vector<MeetingRows>& meetings, Existing existing = Existing::kRefuse);
// kNotFound when the meeting has no meeting_status row.
Result<void> add_routers(Connection& connection, const MeetingRows& rows);
Result<void> replace_meetings(Connection& connection, const std::vector<MeetingRows>& meetings);
Result<void> delete_meeting(Connection& connection, const MeetingId& meeting, const std::vector<RouterId>& routers);

Result<void> put_transport(Connection& connection, const TransportRow& row);
Result<void> delete_transports(Connection& connection, const std::vector<TransportId>& transports);

Result<void> insert_producer(Connection& connection, const ProducerRow& row);
Result<void> delete_producers(Connection& connection, const ParticipantId& participant, const std::vector<ProducerId>& producers);
Result<std::vector<ProducerRow>> producers_of(Connection& connection, const MeetingId& meeting);

Result<void> put_consumers(Connection& connection, const std::vector<ConsumerRow>& rows);
Result<void> delete_consumers(Connection& connection, const std::vector<ConsumerId>& consumers);

Result<std::size_t> delete_participant(Connection& connection, const MeetingId& meeting, const ParticipantId& participant,
                                       const InstanceId& instance);

}  // namespace dd::store
