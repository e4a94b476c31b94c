// SPDX-License-Identifier: MIT
#include "meeting/state.hpp"

namespace dd::meeting {

Task<Result<Left>> Host::State::leave(LeaveMeeting command) {
  auto taking = take_turn(command.meeting);
  DD_CO_TRY(auto turn, co_await std::move(taking));
  auto opening = open_entry();
  DD_CO_TRY(auto entry, co_await std::move(opening));
  // Asked also when memory does not know the participant: a row without a participant would keep them out of other meetings.
  auto deleting = store_.delete_participant(command.meeting, command.participant, command.instance);
  auto deleted = noted(co_await std::move(deleting));
  if (refused(deleted)) co_return std::move(deleted.error());
  const Participant* present = turn.has_meeting() ? turn.meeting().find_participant(command.participant) : nullptr;
  if (present == nullptr || present->instance != command.instance) {
    co_return deleted.value_or(0) > 0 ? Left::kLeft : Left::kNotPresent;
  }
  std::vector<ConsumerId> orphans;  // the participant's row took theirs with it
  remove_participant(turn.meeting(), command.participant, "left", orphans);
  co_return Left::kLeft;
}

std::vector<ProducerId> Host::State::participant_producers(const ParticipantId& participant) const {
  std::vector<ProducerId> producers;
  auto known = participants_.find(participant);
  if (known == participants_.end()) return producers;
  for (const auto& meeting : known->second) {
    for (const auto& producer : find_participant(Place{meeting, participant})->producers) producers.push_back(producer.first);
  }
  return producers;
}

std::vector<ConsumerId> Host::State::participant_consumers(const MeetingId& meeting_id, const ParticipantId& participant_id) const {
  std::vector<ConsumerId> consumers;
  if (const Participant* participant = find_participant(Place{meeting_id, participant_id})) {
    for (const auto& consumer : participant->consumers) consumers.push_back(consumer.first);
  }
  return consumers;
}

}  // namespace dd::meeting
