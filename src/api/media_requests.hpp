// SPDX-License-Identifier: MIT
// The bodies of the compatibility routes, checked and turned into commands; one function per body shape.
// What the reference demands is demanded, what kendra is known to send is taken (null and "" ids, swapped routers, no
// meetingId in an ICE restart), and fields whose content we derive ourselves are checked for type only. Pure functions.
#pragma once

#include "api/json.hpp"
#include "base/result.hpp"
#include "meeting/command.hpp"

namespace dd::api {

Result<meeting::CreateMeeting> parse_create_meeting(const Json& body);
Result<meeting::ReplaceMeetings> parse_replace_meetings(const Json& body);
Result<MeetingId> parse_end_meeting(const Json& body);

// The three calls that ask for capabilities differ only in which further ids they name.
enum class AskedBy { kJoinMeeting, kGetRtpCapabilities, kPreMeetingDetails };
Result<meeting::JoinMeeting> parse_capabilities_request(const Json& body, AskedBy call);
Result<MeetingId> parse_get_producers_of_meeting(const Json& body);

Result<meeting::RecreateTransport> parse_recreate_transport(const Json& body, meeting::TransportRole role);
Result<meeting::ConnectTransport> parse_connect_transport(const Json& body);
Result<meeting::RestartIce> parse_restart_ice(const Json& body);

Result<meeting::CreateProducer> parse_create_producer(const Json& body);
Result<meeting::ProducersCommand> parse_producers_command(const Json& body);

Result<meeting::CreateConsumer> parse_create_consumer(const Json& body);
Result<meeting::ConsumersCommand> parse_consumers_command(const Json& body);

Result<meeting::LeaveMeeting> parse_leave_meeting(const Json& body);

struct ParticipantQuery {
  std::optional<MeetingId> meeting;
  ParticipantId participant;
};
Result<meeting::AddRouters> parse_add_routers(const Json& body);
Result<ParticipantQuery> parse_participant_query(const Json& body);

}  // namespace dd::api
