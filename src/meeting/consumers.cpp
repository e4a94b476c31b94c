// SPDX-License-Identifier: MIT
// Pausing, resuming and closing consumers. Kendra's lists may name other participants' consumers; those are skipped.
#include "meeting/gather.hpp"
#include "meeting/repeats.hpp"
#include "meeting/state.hpp"

namespace dd::meeting {

Task<Result<void>> Host::State::set_consumers_paused(ConsumersCommand command, bool paused) {
  if (find_meeting(command.meeting) == nullptr) co_return not_found("meeting", command.meeting.str());
  std::vector<Task<Result<void>>> changing;
  std::vector<ConsumerId> own;
  if (Participant* participant = find_participant(Place{command.meeting, command.participant})) {
    for (const auto& consumer : without_repeats(command.consumers)) {
      if (!participant->consumers.contains(consumer)) continue;
      own.push_back(consumer);
      changing.push_back(paused ? media_.pause_consumer(consumer) : media_.resume_consumer(consumer));
    }
  }
  auto gathering = gather(loop_, std::move(changing));
  auto changed = co_await std::move(gathering);
  for (std::size_t i = 0; i < own.size(); ++i) {
    // Nobody may freeze because an answer was lost: what may have been resumed counts as resumed.
    const bool may_flow = !paused && !changed[i] && changed[i].error().code == Errc::kDeadlineExceeded;
    if (changed[i] || may_flow) note_viewer_paused(own[i], paused);
  }
  for (auto& answer : changed) {
    if (answer || answer.error().code == Errc::kNotFound) continue;
    co_return std::move(answer.error()).during(paused ? "pause consumer" : "resume consumer");
  }
  co_return ok();
}

Task<Result<void>> Host::State::close_consumers(ConsumersCommand command) {
  auto taking = require_meeting(command.meeting);
  DD_CO_TRY(auto turn, co_await std::move(taking));
  Meeting& meeting = turn.meeting();
  Participant* participant = meeting.find_participant(command.participant);
  std::vector<ConsumerId> own;
  if (participant != nullptr) {
    for (const auto& consumer : without_repeats(command.consumers)) {
      if (participant->consumers.contains(consumer)) own.push_back(consumer);
    }
  }
  if (own.empty()) co_return ok();
  auto opening = open_entry();
  DD_CO_TRY(auto entry, co_await std::move(opening));
  auto deleting = store_.delete_consumers(own);
  auto deleted = noted(co_await std::move(deleting));
  if (refused(deleted)) co_return std::move(deleted.error());
  for (const auto& consumer : own) remove_consumer(meeting, *participant, consumer, "closed", Engine::kCloses);
  co_return ok();
}

}  // namespace dd::meeting
