// SPDX-License-Identifier: MIT
// Making the rows say what memory says, after an outage or an unknown outcome; tried again until the database has answered.
#include "meeting/state.hpp"

namespace dd::meeting {

void Host::State::store_recovered() { schedule_reconcile(Duration{0}); }

void Host::State::schedule_reconcile(Duration delay) {
  const auto at = loop_.now() + delay;
  if (stopped_ || (reconcile_scheduled_ && reconcile_at_ <= at)) return;
  reconcile_scheduled_ = true;
  reconcile_at_ = at;
  std::weak_ptr<State> weak = weak_from_this();
  reconcile_timer_ = loop_.after(delay, [weak] {
    auto self = weak.lock();
    if (!self) return;
    self->reconcile_scheduled_ = false;
    self->start(self->reconcile());
  });
}

Snapshot Host::State::snapshot() const {
  Snapshot snapshot;
  for (const auto& slot : slots_) {
    const Meeting* meeting = slot.second->meeting.get();
    if (meeting == nullptr) continue;
    snapshot.meetings.push_back({meeting->id, meeting->container, meeting->routers});
    for (const auto& entry : meeting->participants) {
      const Participant& participant = entry.second;
      for (const auto* transport : {&participant.producer_transport, &participant.consumer_transport}) {
        if (!*transport) continue;
        snapshot.transports.push_back(
            {meeting->id, participant.id, participant.instance, (*transport)->router, (*transport)->id(), (*transport)->role});
      }
      for (const auto& producer : participant.producers) {
        snapshot.producers.push_back({meeting->id, participant.id, producer.first, producer.second.transport, producer.second.kind});
      }
      for (const auto& consumer : participant.consumers) {
        snapshot.consumers.push_back(
            {meeting->id, participant.id, consumer.second.target, consumer.first, consumer.second.transport, consumer.second.kind});
      }
    }
  }
  return snapshot;
}

Task<void> Host::State::reconcile() {
  if (reconciling_) {
    schedule_reconcile(settings_.reconcile_interval);
    co_return;
  }
  reconciling_ = true;
  MonotonicTime compared{};
  std::optional<Result<ReconcileReport>> report;
  {
    auto opening = ledger_.audit();
    auto audit = co_await std::move(opening);
    compared = loop_.now();
    auto comparing = store_.reconcile(snapshot());
    report.emplace(co_await std::move(comparing));
  }
  reconciling_ = false;
  if (!*report) {
    schedule_reconcile(settings_.reconcile_interval);
    co_return;
  }
  for (const auto& meeting : (*report)->taken_over) start(close_taken_over(meeting, compared));
}

Task<void> Host::State::close_taken_over(MeetingId meeting_id, MonotonicTime compared) {
  auto taking = take_turn_patiently(meeting_id);
  auto turn = co_await std::move(taking);
  // Placed here again since the rows were compared: then it is ours.
  if (!turn || turn->meeting().placed > compared) co_return;
  remove_meeting(turn->slot(), "taken_over");
}

}  // namespace dd::meeting
