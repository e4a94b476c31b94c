// SPDX-License-Identifier: MIT
// A meeting and its participants as memory has them, for a control plane that begins to follow a meeting or has lost its thread.
#include "meeting/state.hpp"

namespace dd::meeting {
namespace {

ParticipantDetail detail_of(const Participant& participant) {
  ParticipantDetail detail;
  detail.participant = participant.id;
  detail.instance = participant.instance;
  detail.name = participant.name;
  if (participant.producer_transport) detail.producer_transport = participant.producer_transport->id();
  if (participant.consumer_transport) detail.consumer_transport = participant.consumer_transport->id();
  for (const auto& [id, producer] : participant.producers) detail.producers.push_back({id, producer.kind, producer.paused});
  for (const auto& [id, producer] : participant.data_producers) detail.data_producers.push_back({id, producer.label});
  return detail;
}

}  // namespace

Result<MeetingDetail> Host::State::meeting_detail(const MeetingId& meeting_id) const {
  const Meeting* meeting = find_meeting(meeting_id);
  if (meeting == nullptr) return not_found("meeting", meeting_id.str());
  MeetingDetail detail;
  detail.meeting = meeting->id;
  detail.tenant = meeting->tenant;
  detail.routers = meeting->routers;
  detail.participants.reserve(meeting->participants.size());
  for (const auto& participant : meeting->participants) detail.participants.push_back(detail_of(participant.second));
  return detail;
}

Result<ParticipantDetail> Host::State::participant_detail(const ParticipantRef& ref) const {
  Meeting* meeting = find_meeting(ref.meeting);
  if (meeting == nullptr) return not_found("meeting", ref.meeting.str());
  DD_TRY(const Participant* participant, require_participant(*meeting, ref.participant));
  ParticipantDetail detail = detail_of(*participant);
  for (const auto& [id, consumer] : participant->consumers) {
    const Viewer* viewer = find_viewer(id);
    detail.consumers.push_back({id, consumer.producer(), consumer.target, consumer.kind, viewer != nullptr && viewer->paused});
  }
  return detail;
}

}  // namespace dd::meeting
