// SPDX-License-Identifier: MIT
// Pausing, resuming, closing and listing producers. Ids that are not the participant's are skipped, as kendra expects.
#include "meeting/gather.hpp"
#include "meeting/repeats.hpp"
#include "meeting/state.hpp"

namespace dd::meeting {

Task<Result<std::vector<ProducerDetail>>> Host::State::producers_of(MeetingId meeting_id) {
  std::vector<ProducerDetail> producers;
  if (Meeting* meeting = find_meeting(meeting_id)) co_return producers_except(*meeting, ParticipantId());
  // Carried elsewhere or by nobody: the rows say what there is.
  auto asking = store_.producers_of(meeting_id);
  DD_CO_TRY(auto rows, co_await std::move(asking));
  for (const auto& row : rows) producers.push_back({row.producer, row.participant, row.kind});
  co_return std::move(producers);
}

Task<Result<std::vector<ProducerDetail>>> Host::State::set_producers_paused(ProducersCommand command, bool paused) {
  const Place place{command.meeting, command.participant};
  if (find_meeting(command.meeting) == nullptr) co_return not_found("meeting", command.meeting.str());
  std::vector<ProducerId> own;
  std::vector<Task<Result<void>>> changing;
  if (Participant* participant = find_participant(place)) {
    for (const auto& producer : without_repeats(command.producers)) {
      if (!participant->producers.contains(producer)) continue;
      own.push_back(producer);
      changing.push_back(paused ? media_.pause_producer(producer) : media_.resume_producer(producer));
    }
  }
  auto gathering = gather(loop_, std::move(changing));
  auto changed = co_await std::move(gathering);

  std::vector<ProducerDetail> details;
  std::optional<Error> failure;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (!changed[i]) {
      if (changed[i].error().code != Errc::kNotFound && !failure) failure = std::move(changed[i].error());
      continue;
    }
    Participant* participant = find_participant(place);  // it may have left meanwhile
    if (participant == nullptr) break;
    auto producer = participant->producers.find(own[i]);
    if (producer == participant->producers.end()) continue;
    const std::string& kind = producer->second.kind;
    details.push_back({own[i], participant->id, kind});
    note_recording_flag(command, own[i], producer->second);
    if (std::exchange(producer->second.paused, paused) == paused) continue;
    if (paused) {
      emit(command.meeting, command.participant, ProducerPaused{own[i], kind});
    } else {
      emit(command.meeting, command.participant, ProducerResumed{own[i], kind});
    }
  }
  if (failure) co_return std::move(*failure).during(paused ? "pause producer" : "resume producer");
  co_return std::move(details);
}

// kendra sends `false` for callers who never heard of the flag, and a recording must not end because somebody unmuted: `false`
// counts only where the producer's owner has used the flag to say `true` before.
void Host::State::note_recording_flag(const ProducersCommand& command, const ProducerId& id, Producer& producer) {
  if (!command.recording_enabled) return;
  const bool wanted = *command.recording_enabled;
  if (!wanted && !producer.recording_flag_used) return;
  producer.recording_flag_used = true;
  emit(command.meeting, command.participant, RecordingWanted{id, producer.kind, wanted});
}

Task<Result<std::vector<ProducerDetail>>> Host::State::close_producers(ProducersCommand command) {
  auto taking = require_meeting(command.meeting);
  DD_CO_TRY(auto turn, co_await std::move(taking));
  Meeting& meeting = turn.meeting();
  std::vector<ProducerDetail> details;
  std::vector<ProducerId> own;
  Participant* participant = meeting.find_participant(command.participant);
  if (participant != nullptr) {
    for (const auto& producer : without_repeats(command.producers)) {
      auto found = participant->producers.find(producer);
      if (found == participant->producers.end()) continue;
      own.push_back(producer);
      details.push_back({producer, participant->id, found->second.kind});
    }
  }
  if (own.empty()) co_return std::move(details);
  std::vector<ConsumerId> orphans;
  {
    auto opening = open_entry();
    DD_CO_TRY(auto entry, co_await std::move(opening));
    auto deleting = store_.delete_producers(command.participant, own);
    auto deleted = noted(co_await std::move(deleting));
    if (refused(deleted)) co_return std::move(deleted.error());
    for (const auto& producer : own) remove_producer(meeting, *participant, producer, "closed", orphans);
    bound_transport(*participant);
  }
  if (!orphans.empty()) {
    auto forgetting = forget_rows({}, std::move(orphans));
    co_await std::move(forgetting);
  }
  co_return std::move(details);
}

}  // namespace dd::meeting
