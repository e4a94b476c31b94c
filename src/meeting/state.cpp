// SPDX-License-Identifier: MIT
#include "meeting/state.hpp"

namespace dd::meeting {

Host::State::State(Loop& loop, HostSettings settings, MediaPort& media, StorePort& store, EventSink& events, UserSessionSink* sessions)
    : loop_(loop),
      settings_(std::move(settings)),
      media_(media),
      store_(store),
      events_(events),
      sessions_(sessions),
      ledger_(loop),
      bitrates_(loop, settings_.bitrate_interval,
                [this](ProducerId producer) { return held(shared_from_this(), sample_bitrate(std::move(producer))); }),
      bytes_(loop, settings_.usage_interval,
             [this](TransportId transport) { return held(shared_from_this(), sample_bytes(std::move(transport))); }),
      usages_(loop, settings_.usage_interval,
              [this](MeetingId meeting) { return held(shared_from_this(), tell_usage_of(std::move(meeting))); }) {
  for (const auto& worker : media_.workers()) {
    if (!worker.alive) dead_workers_[worker.id];
  }
}

void Host::State::stop() {
  stopped_ = true;
  reconcile_timer_.cancel();
  demand_timer_.cancel();
  bitrates_.stop();
  bytes_.stop();
  usages_.stop();
  for (auto& slot : slots_) {
    if (!slot.second->meeting) continue;
    for (auto& participant : slot.second->meeting->participants) participant.second.absence.cancel();
  }
}

Host::State::Turn::~Turn() {
  if (!slot_) return;
  guard_.reset();
  if (slot_->meeting || !slot_->line.idle()) return;
  auto found = state_->slots_.find(id_);
  if (found != state_->slots_.end() && found->second == slot_) state_->slots_.erase(found);
}

Task<Result<Host::State::Turn>> Host::State::take_turn(MeetingId meeting_id) {
  auto& entry = slots_[meeting_id];
  if (!entry) entry = std::make_shared<Slot>(loop_, settings_.max_waiting_per_meeting);
  std::shared_ptr<Slot> slot = entry;
  auto waiting = slot->line.acquire();
  DD_CO_TRY(auto guard, co_await std::move(waiting));
  co_return Turn(*this, std::move(meeting_id), std::move(slot), std::move(guard));
}

Task<Result<Host::State::Turn>> Host::State::require_meeting(MeetingId meeting_id) {
  // Looked up first, so that unknown ids leave no trace.
  if (!slots_.contains(meeting_id)) co_return not_found("meeting", meeting_id.str());
  auto taking = take_turn(meeting_id);
  DD_CO_TRY(auto turn, co_await std::move(taking));
  if (!turn.has_meeting()) co_return not_found("meeting", meeting_id.str());
  co_return std::move(turn);
}

Task<std::optional<Host::State::Turn>> Host::State::take_turn_patiently(MeetingId meeting_id) {
  static constexpr std::chrono::milliseconds kRetry{50};
  while (find_meeting(meeting_id) != nullptr) {
    auto taking = take_turn(meeting_id);
    auto turn = co_await std::move(taking);
    if (turn) {
      std::optional<Turn> taken;
      if (turn->has_meeting()) taken.emplace(std::move(*turn));
      co_return std::move(taken);
    }
    auto pause = sleep_for(loop_, kRetry);  // the line is full
    co_await pause;
  }
  co_return std::nullopt;
}

Result<void> Host::State::require_store() const {
  if (!store_.available()) return database_away();
  return ok();
}

Task<Result<Ledger::Entry>> Host::State::open_entry() {
  DD_CO_TRY_VOID(require_store());
  auto entering = ledger_.enter();
  auto entry = co_await std::move(entering);
  DD_CO_TRY_VOID(require_store());
  co_return std::move(entry);
}

Meeting* Host::State::find_meeting(const MeetingId& meeting_id) const {
  auto found = slots_.find(meeting_id);
  return found == slots_.end() ? nullptr : found->second->meeting.get();
}

Participant* Host::State::find_participant(const Place& place) const {
  Meeting* meeting = find_meeting(place.meeting);
  return meeting == nullptr ? nullptr : meeting->find_participant(place.participant);
}

Result<Participant*> Host::State::require_participant(Meeting& meeting, const ParticipantId& participant) const {
  Participant* found = meeting.find_participant(participant);
  if (found == nullptr) return not_found("participant", participant.str());
  return found;
}

void Host::State::emit(const MeetingId& meeting, const ParticipantId& participant, EventBody body) const {
  Event event;
  event.time = loop_.wall_now();
  event.meeting = meeting;
  event.participant = participant;
  event.body = std::move(body);
  events_.on_event(event);
}

void Host::State::emit_account(const Meeting& meeting, EventBody body) const {
  Event event;
  event.time = loop_.wall_now();
  event.meeting = meeting.id;
  event.body = std::move(body);
  event.tenant = meeting.tenant;
  events_.on_event(event);
}

void Host::State::tell_session(UserSession::Kind kind, const Meeting& meeting, const Participant& participant) const {
  if (sessions_ == nullptr) return;
  UserSession session;
  session.kind = kind;
  session.meeting = meeting.id;
  session.participant = participant.id;
  session.instance = participant.instance;
  session.time = loop_.wall_now();
  sessions_->on_user_session(session);
}

}  // namespace dd::meeting
