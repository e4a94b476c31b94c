// SPDX-License-Identifier: MIT
#include "api/media_requests.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <unordered_map>

#include "api/object_reader.hpp"
#include "api/rtp_json.hpp"
#include "api/transport_json.hpp"

namespace dd::api {
namespace {

constexpr std::size_t kMaxRoutersPerMeeting = 256;
constexpr std::size_t kMaxMeetingsPerReplacement = 10'000;
constexpr std::size_t kMaxTargets = 5'000;
constexpr std::size_t kMaxTenant = 64;  // bytes
constexpr std::size_t kMaxName = 128;   // bytes of a participant's name

// Names of folders and lines of logs are made of it.
Result<std::optional<std::string>> parse_tenant(const ObjectReader& reader) {
  DD_TRY(auto tenant, reader.optional_text("tenant", kMaxTenant));
  if (std::any_of(tenant.begin(), tenant.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    return invalid_field(reader.path_of("tenant"), "a tenant has no control characters");
  }
  if (tenant.empty()) return std::optional<std::string>{};
  return std::optional<std::string>(std::move(tenant));
}

Result<meeting::RouterRequest> parse_router(const ObjectReader& reader, meeting::RouterRole role) {
  meeting::RouterRequest router;
  router.role = role;
  DD_TRY(auto capacity, reader.integer("routerCapacity", 0, std::numeric_limits<std::int32_t>::max()));
  router.capacity = static_cast<std::int32_t>(capacity);
  DD_TRY(router.worker, reader.id<WorkerId>("workerId"));
  return router;
}

Result<void> append_routers(const ObjectReader& reader, std::string_view name, meeting::RouterRole role,
                            std::vector<meeting::RouterRequest>& routers) {
  DD_TRY(const Json* list, reader.optional_array(name, kMaxRoutersPerMeeting));
  if (list == nullptr) return ok();
  for (std::size_t i = 0; i < list->size(); ++i) {
    DD_TRY(auto entry, ObjectReader::open((*list)[i], reader.element_path(name, i)));
    DD_TRY(auto router, parse_router(entry, role));
    routers.push_back(std::move(router));
  }
  return ok();
}

// `routers` (one for both roles) wins over the two lists, of which either may be missing but not both.
Result<std::vector<meeting::RouterRequest>> parse_routers(const ObjectReader& reader) {
  std::vector<meeting::RouterRequest> routers;
  if (reader.find("routers") != nullptr) {
    DD_TRY(auto single, reader.object("routers"));
    DD_TRY(auto router, parse_router(single, meeting::RouterRole::kBoth));
    routers.push_back(std::move(router));
    return routers;
  }
  DD_TRY_VOID(append_routers(reader, "producerRouterDetails", meeting::RouterRole::kProducer, routers));
  DD_TRY_VOID(append_routers(reader, "consumerRouterDetails", meeting::RouterRole::kConsumer, routers));
  if (routers.empty()) {
    return invalid_field(reader.path_of("producerRouterDetails"),
                         "a meeting needs routers, or at least one of producerRouterDetails and consumerRouterDetails");
  }
  return routers;
}

Result<std::string> checked_kind(const std::string& written, const std::string& field) {
  std::string lower = written;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (lower != "audio" && lower != "video" && lower != "screenshare") {
    return invalid_field(field, "the kind must be audio, video or screenshare");
  }
  return written;  // compared without case, remembered as written
}

}  // namespace

Result<meeting::CreateMeeting> parse_create_meeting(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  meeting::CreateMeeting command;
  DD_TRY(command.meeting, reader.id<MeetingId>("meetingId"));
  DD_TRY(command.container, reader.id<ContainerId>("containerId"));
  DD_TRY(command.routers, parse_routers(reader));
  DD_TRY(command.tenant, parse_tenant(reader));
  return command;
}

Result<meeting::ReplaceMeetings> parse_replace_meetings(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  DD_TRY(const Json* list, reader.array("replaceMeetingRequests", kMaxMeetingsPerReplacement));
  meeting::ReplaceMeetings command;
  std::unordered_map<MeetingId, std::size_t> seen;
  for (std::size_t i = 0; i < list->size(); ++i) {
    DD_TRY(auto entry, ObjectReader::open((*list)[i], reader.element_path("replaceMeetingRequests", i)));
    meeting::CreateMeeting replacement;
    DD_TRY(replacement.meeting, entry.id<MeetingId>("meetingId"));
    DD_TRY_VOID(entry.id<ContainerId>("oldContainerId"));
    DD_TRY(replacement.container, entry.id<ContainerId>("newContainerId"));
    DD_TRY(replacement.routers, parse_routers(entry));
    DD_TRY(replacement.tenant, parse_tenant(entry));
    const auto [place, inserted] = seen.try_emplace(replacement.meeting, command.meetings.size());
    if (inserted) {
      command.meetings.push_back(std::move(replacement));
    } else {
      command.meetings[place->second] = std::move(replacement);  // of two with one id the reference takes the last
    }
  }
  return command;
}

Result<MeetingId> parse_end_meeting(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  // Kendra fills these from one big join, with "" for every NULL; what has to end is known here better.
  for (const std::string_view unused : {"routerIds", "transportIds", "producerIds", "consumerIds", "participantIds"}) {
    DD_TRY_VOID(reader.unused_texts(unused));
  }
  return reader.id<MeetingId>("meetingId");
}

Result<meeting::JoinMeeting> parse_capabilities_request(const Json& body, AskedBy call) {
  DD_TRY(auto reader, ObjectReader::open(body));
  meeting::JoinMeeting command;
  DD_TRY(command.meeting, reader.id<MeetingId>("meetingId"));
  DD_TRY(command.producer_router, reader.id<RouterId>("producerRouterId"));
  DD_TRY(command.consumer_router, reader.id<RouterId>("consumerRouterId"));
  if (call != AskedBy::kGetRtpCapabilities) {
    DD_TRY_VOID(reader.id<ParticipantId>("participantId"));
  }
  if (call == AskedBy::kJoinMeeting) {
    DD_TRY_VOID(reader.id<InstanceId>("instanceId"));
  }
  return command;
}

Result<MeetingId> parse_get_producers_of_meeting(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  return reader.id<MeetingId>("meetingId");
}

Result<meeting::RecreateTransport> parse_recreate_transport(const Json& body, meeting::TransportRole role) {
  DD_TRY(auto reader, ObjectReader::open(body));
  meeting::RecreateTransport command;
  command.role = role;
  DD_TRY(command.meeting, reader.id<MeetingId>("meetingId"));
  DD_TRY(command.participant, reader.id<ParticipantId>("participantId"));
  DD_TRY(command.instance, reader.id<InstanceId>("instanceId"));
  DD_TRY(command.router, reader.id<RouterId>("routerId"));
  DD_TRY_VOID(reader.unused_text("oldProducerTransportId"));
  DD_TRY_VOID(reader.unused_text("oldConsumerTransportId"));
  DD_TRY_VOID(reader.unused_texts("oldProducerIds"));
  DD_TRY_VOID(reader.unused_texts("oldConsumerIds"));
  DD_TRY(auto force_new, reader.optional_boolean("forceNew"));
  DD_TRY(auto tcp_only, reader.optional_boolean("tcpOnly"));
  command.force_new = force_new.value_or(false);
  command.tcp_only = tcp_only.value_or(false);
  DD_TRY(command.name, reader.optional_text("name", kMaxName));
  return command;
}

Result<meeting::ConnectTransport> parse_connect_transport(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  meeting::ConnectTransport command;
  DD_TRY(command.meeting, reader.optional_id<MeetingId>("meetingId"));
  DD_TRY(command.participant, reader.id<ParticipantId>("participantId"));
  DD_TRY(command.transport, reader.id<TransportId>("transportId"));
  DD_TRY(const Json* dtls, reader.require("dtlsParameters"));
  DD_TRY(command.dtls, parse_dtls_parameters(*dtls, "dtlsParameters"));
  return command;
}

Result<meeting::RestartIce> parse_restart_ice(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  meeting::RestartIce command;
  DD_TRY(command.meeting, reader.optional_id<MeetingId>("meetingId"));
  DD_TRY(command.participant, reader.id<ParticipantId>("participantId"));
  DD_TRY_VOID(reader.array("transportIds"));
  DD_TRY(command.transports, reader.ids<TransportId>("transportIds"));
  return command;
}

Result<meeting::CreateProducer> parse_create_producer(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  meeting::CreateProducer command;
  DD_TRY(command.meeting, reader.id<MeetingId>("meetingId"));
  DD_TRY(command.participant, reader.id<ParticipantId>("participantId"));
  DD_TRY(command.instance, reader.id<InstanceId>("instanceId"));
  DD_TRY_VOID(reader.optional_id<RouterId>("producerRouterId"));  // the transport knows its router
  DD_TRY(command.transport, reader.id<TransportId>("producerTransportId"));
  DD_TRY(auto kind, reader.text("kind", 16));
  DD_TRY(command.kind, checked_kind(kind, "kind"));
  DD_TRY(command.consumer_routers, reader.ids<RouterId>("consumerRouterIds"));
  DD_TRY(auto recording, reader.optional_boolean("startRecording"));
  command.start_recording = recording.value_or(false);
  DD_TRY(auto paused, reader.optional_boolean("paused"));
  command.paused = paused.value_or(false);
  DD_TRY(auto max_bitrate, reader.optional_integer("maxBitrate", 1, std::numeric_limits<std::int32_t>::max()));
  command.max_bitrate = static_cast<std::uint32_t>(max_bitrate.value_or(0));
  DD_TRY(const Json* parameters, reader.require("rtpParameters"));
  DD_TRY(command.parameters, parse_rtp_parameters(*parameters, "rtpParameters"));
  return command;
}

Result<meeting::ProducersCommand> parse_producers_command(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  meeting::ProducersCommand command;
  DD_TRY(command.meeting, reader.id<MeetingId>("meetingId"));
  DD_TRY(command.participant, reader.id<ParticipantId>("participantId"));
  DD_TRY(command.recording_enabled, reader.optional_boolean("recordingEnabled"));
  DD_TRY(auto kinds, reader.object("producerKindMap"));
  const Json& map = *reader.find("producerKindMap");
  if (map.size() > kMaxListLength)
    return invalid_field("producerKindMap", fmt::format("producerKindMap may have at most {} entries", kMaxListLength));
  command.producers.reserve(map.size());
  for (const auto& [id, kind] : map.get_ref<const Json::object_t&>()) {
    if (id.empty()) continue;
    DD_TRY(auto producer, parse_id<ProducerId>("producerKindMap", id));
    if (!kind.is_string() && !kind.is_null()) return ObjectReader::wrong_type(kinds.path_of(id), "a string");
    command.producers.push_back(std::move(producer));
  }
  return command;
}

Result<meeting::CreateConsumer> parse_create_consumer(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  meeting::CreateConsumer command;
  DD_TRY(command.meeting, reader.id<MeetingId>("meetingId"));
  DD_TRY(command.participant, reader.id<ParticipantId>("participantId"));
  DD_TRY(command.instance, reader.id<InstanceId>("instanceId"));
  DD_TRY(command.transport, reader.id<TransportId>("transportId"));
  DD_TRY(auto paused, reader.optional_boolean("paused"));
  command.paused = paused.value_or(false);
  DD_TRY(const Json* capabilities, reader.require("rtpCapabilities"));
  DD_TRY(command.capabilities, parse_rtp_capabilities(*capabilities, "rtpCapabilities"));
  DD_TRY(auto targets, reader.object("targetParticipants"));
  const Json& by_participant = *reader.find("targetParticipants");
  for (const auto& [participant, by_kind] : by_participant.get_ref<const Json::object_t&>()) {
    DD_TRY(auto target, parse_id<ParticipantId>("targetParticipants", participant));
    if (by_kind.is_null()) continue;
    DD_TRY(auto kinds, ObjectReader::open(by_kind, targets.path_of(participant)));
    for (const auto& [kind, id] : by_kind.get_ref<const Json::object_t&>()) {
      DD_TRY_VOID(checked_kind(kind, targets.path_of(participant)));
      DD_TRY(auto producer, kinds.optional_id<ProducerId>(kind));
      if (!producer) continue;
      if (command.targets.size() >= kMaxTargets) {
        return invalid_field("targetParticipants", fmt::format("at most {} producers can be consumed in one call", kMaxTargets));
      }
      command.targets.push_back(meeting::CreateConsumer::Target{target, kind, std::move(*producer)});
    }
  }
  return command;
}

Result<meeting::ConsumersCommand> parse_consumers_command(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  meeting::ConsumersCommand command;
  DD_TRY(command.meeting, reader.id<MeetingId>("meetingId"));
  DD_TRY(command.participant, reader.id<ParticipantId>("participantId"));
  DD_TRY(command.consumers, reader.ids<ConsumerId>("consumerIds"));
  return command;
}

Result<meeting::LeaveMeeting> parse_leave_meeting(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  meeting::LeaveMeeting command;
  DD_TRY(command.meeting, reader.id<MeetingId>("meetingId"));
  DD_TRY(command.participant, reader.id<ParticipantId>("participantId"));
  DD_TRY(command.instance, reader.id<InstanceId>("instanceId"));
  DD_TRY_VOID(reader.unused_text("producerTransportId"));
  DD_TRY_VOID(reader.unused_text("consumerTransportId"));
  DD_TRY_VOID(reader.unused_texts("producerIds"));
  DD_TRY_VOID(reader.unused_texts("consumerIds"));
  return command;
}

Result<meeting::AddRouters> parse_add_routers(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  meeting::AddRouters command;
  DD_TRY(command.meeting, reader.id<MeetingId>("meetingId"));
  DD_TRY_VOID(reader.require("routers"));
  DD_TRY_VOID(append_routers(reader, "routers", meeting::RouterRole::kConsumer, command.routers));
  return command;
}

Result<ParticipantQuery> parse_participant_query(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  ParticipantQuery query;
  DD_TRY(query.meeting, reader.optional_id<MeetingId>("meetingId"));
  DD_TRY(query.participant, reader.id<ParticipantId>("participantId"));
  DD_TRY_VOID(reader.unused_texts("transportIds"));
  return query;
}

}  // namespace dd::api
