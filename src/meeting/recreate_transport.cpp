// SPDX-License-Identifier: MIT
// The real join: a participant's transport of one role, new or the living one of the same instance.
#include <fmt/format.h>

#include "meeting/state.hpp"

namespace dd::meeting {
namespace {

std::vector<ProducerDetail> details_of(const Participant& participant) {
  std::vector<ProducerDetail> details;
  for (const auto& producer : participant.producers) details.push_back({producer.first, participant.id, producer.second.kind});
  return details;
}

}  // namespace

Result<MeetingCapabilities> Host::State::capabilities(const JoinMeeting& command) const {
  const Meeting* meeting = find_meeting(command.meeting);
  if (meeting == nullptr) return not_found("meeting", command.meeting.str());
  const std::pair<const RouterId&, const char*> asked[] = {{command.producer_router, "producerRouterId"},
                                                           {command.consumer_router, "consumerRouterId"}};
  for (const auto& [router, field] : asked) {
    if (meeting->find_router(router) != nullptr) continue;
    Error error = not_found("router", router.str());
    error.field = field;
    return error;
  }
  MeetingCapabilities answer;
  answer.producer = media_.router_capabilities();
  answer.consumer = media_.router_capabilities();
  return answer;
}

std::vector<ProducerDetail> Host::State::producers_except(const Meeting& meeting, const ParticipantId& participant) const {
  std::vector<ProducerDetail> producers;
  for (const auto& other : meeting.participants) {
    if (other.first == participant) continue;
    for (const auto& producer : other.second.producers) producers.push_back({producer.first, other.first, producer.second.kind});
  }
  return producers;
}

Result<void> Host::State::may_join(const Meeting& meeting, const ParticipantId& participant) const {
  if (meeting.participants.contains(participant)) return ok();  // a reload is served where the meeting still is
  if (draining_) return draining_error();
  if (meeting.participants.size() >= settings_.max_participants_per_meeting) {
    return make_error(Errc::kTooManyRequests,
                      fmt::format("the meeting has its limit of {} participants", settings_.max_participants_per_meeting));
  }
  return ok();
}

// The rows say that `command.instance` is in the meeting; memory follows, and an older instance goes.
Participant& Host::State::settle_instance(Meeting& meeting, const RecreateTransport& command, std::vector<ConsumerId>& orphans) {
  Participant* present = meeting.find_participant(command.participant);
  if (present != nullptr && present->instance == command.instance) return *present;
  std::vector<ProducerDetail> evicted;
  if (present != nullptr) {
    // Without taking the participant out: somebody is present throughout, only as another instance.
    evicted = std::move(present->unreported);
    for (auto& detail : details_of(*present)) evicted.push_back(std::move(detail));
    remove_objects(meeting, *present, "evicted", orphans);
    emit(meeting.id, present->id, ParticipantLeft{present->instance, "evicted"});
    tell_session(UserSession::Kind::kLeave, meeting, *present);
  } else {
    present = &meeting.participants[command.participant];
    present->id = command.participant;
    participants_[command.participant].insert(meeting.id);
    ++participants_total_;
    present->present_since = loop_.now();
  }
  present->instance = command.instance;
  present->unreported = std::move(evicted);
  if (!command.name.empty()) present->name = command.name;
  emit(meeting.id, present->id, ParticipantJoined{present->instance, present->name});
  tell_session(UserSession::Kind::kJoin, meeting, *present);
  return *present;
}

Task<Result<RecreatedTransport>> Host::State::recreate_in_turn(RecreateTransport command) {
  auto taking = require_meeting(command.meeting);
  DD_CO_TRY(auto turn, co_await std::move(taking));
  Meeting& meeting = turn.meeting();
  const RouterRow* router = meeting.find_router(command.router);
  if (router == nullptr) {
    Error error = not_found("router", command.router.str());
    error.field = "routerId";
    co_return error;
  }
  DD_CO_TRY_VOID(may_join(meeting, command.participant));

  RecreatedTransport answer;
  Participant* present = meeting.find_participant(command.participant);
  const bool same_instance = present != nullptr && present->instance == command.instance;
  if (same_instance && present->transport(command.role) && !command.force_new) {
    answer.transport = present->transport(command.role)->description;
  } else {
    DD_CO_TRY_VOID(require_store());
    TransportRequest request;
    request.id = make_id<TransportId>();
    request.router = command.router;
    request.bitrates = settings_.bitrates;
    request.initial_available_outgoing_bitrate = settings_.initial_available_outgoing_bitrate;
    request.udp = !command.tcp_only;
    request.prefer_tcp = command.tcp_only;
    auto creating = media_.create_transport(request);
    auto created = co_await std::move(creating);
    if (!created) co_return std::move(created.error()).during("create transport");
    answer.transport = std::move(*created);

    std::vector<ConsumerId> orphans;
    {
      TransportRow row{meeting.id, command.participant, command.instance, command.router, request.id, command.role};
      auto opening = open_entry();
      auto entry = co_await std::move(opening);
      auto writing = write_if(entry.has_value(), store_.put_transport(std::move(row)));
      auto written = co_await std::move(writing);
      if (!written) {
        media_.close_transport(request.id);
        co_return std::move(written.error());
      }
      Participant& participant = settle_instance(meeting, command, orphans);
      orphans.clear();  // an eviction's rows went by cascade
      remove_transport(meeting, participant, command.role, "replaced", orphans);
      Transport transport;
      transport.role = command.role;
      transport.router = command.router;
      transport.description = answer.transport;
      participant.transport(command.role) = std::move(transport);
      bytes_.add(request.id);
      participant.absent_since.reset();
      participant.absence.cancel();
      transports_[request.id] = Place{meeting.id, participant.id};
      present = &participant;
    }
    if (!orphans.empty()) {
      auto forgetting = forget_rows({}, std::move(orphans));
      co_await std::move(forgetting);
    }
  }

  if (!command.name.empty() && present->name != command.name) {
    present->name = command.name;
    emit(meeting.id, present->id, ParticipantRenamed{present->name});
  }
  answer.closed_producers = present->unreported;
  if (command.role == TransportRole::kProducer) present->unreported.clear();
  if (command.role == TransportRole::kConsumer) answer.meeting_producers = producers_except(meeting, command.participant);
  co_return std::move(answer);
}

Task<Result<RecreatedTransport>> Host::State::recreate_transport(RecreateTransport command) {
  const auto deadline = loop_.now() + settings_.worker_wait;
  while (true) {
    // The wait is outside the turn: participants on other workers must not wait with this one.
    const Meeting* meeting = find_meeting(command.meeting);
    const RouterRow* router = meeting == nullptr ? nullptr : meeting->find_router(command.router);
    std::vector<WorkerId> workers;
    if (router != nullptr) workers.push_back(router->worker);
    const bool known = router != nullptr;
    const WorkerId worker = known ? router->worker : WorkerId();
    auto waiting = wait_for_workers(std::move(workers), deadline);
    co_await std::move(waiting);
    auto recreating = recreate_in_turn(command);
    auto recreated = co_await std::move(recreating);
    // The worker died under the request and its news came meanwhile: there is something to wait for, if time is left.
    const bool worker_away = known && dead_workers_.contains(worker);
    const bool engine_lost_it = !recreated && (recreated.error().code == Errc::kUnavailable || recreated.error().code == Errc::kNotFound);
    if (!worker_away || !engine_lost_it || loop_.now() >= deadline) co_return std::move(recreated);
  }
}

}  // namespace dd::meeting
