// SPDX-License-Identifier: MIT
#include "meeting/testing/fake_store.hpp"

#include <algorithm>

namespace dd::meeting::testing {

Error FakeStore::lost() { return make_error(Errc::kDeadlineExceeded, "the answer to the commit was lost"); }

Task<Result<FakeStore::Fate>> FakeStore::begin(std::string operation) {
  auto passing = faults_.pass_time();
  co_await std::move(passing);
  if (away_) co_return unavailable("the database is away");
  DD_CO_TRY_VOID(faults_.strike(operation));
  if (!lost_answer_) co_return Fate::kNormal;
  co_return *std::exchange(lost_answer_, std::nullopt) ? Fate::kLostChanged : Fate::kLostUnchanged;
}

void FakeStore::erase_transport(const TransportId& transport) {
  std::erase_if(producers_, [&](const auto& row) { return row.second.transport == transport; });
  std::erase_if(consumers_, [&](const auto& row) { return row.second.transport == transport; });
  transports_.erase(transport);
}

void FakeStore::erase_participant(const ParticipantId& participant) {
  std::erase_if(transports_, [&](const auto& row) { return row.second.participant == participant; });
  std::erase_if(producers_, [&](const auto& row) { return row.second.participant == participant; });
  std::erase_if(consumers_, [&](const auto& row) { return row.second.participant == participant || row.second.target == participant; });
  participants_.erase(participant);
}

void FakeStore::erase_meeting(const MeetingId& meeting) {
  std::vector<ParticipantId> gone;
  for (const auto& row : participants_) {
    if (row.second.meeting == meeting) gone.push_back(row.first);
  }
  for (const auto& participant : gone) erase_participant(participant);
  meetings_.erase(meeting);
}

bool FakeStore::has_router(const RouterId& router) const {
  return std::any_of(meetings_.begin(), meetings_.end(), [&](const auto& meeting) {
    const auto& routers = meeting.second.routers;
    return std::any_of(routers.begin(), routers.end(), [&](const RouterRow& row) { return row.router == router; });
  });
}

void FakeStore::hand_over(const MeetingId& meeting, const ContainerId& other) {
  MeetingRows rows;
  rows.meeting = meeting;
  rows.container = other;
  rows.routers = {{RouterId("elsewhere-" + meeting.str()), WorkerId("elsewhere"), RouterRole::kBoth, 1}};
  erase_meeting(meeting);
  meetings_[meeting] = std::move(rows);
}

Task<Result<Insertion>> FakeStore::create_meeting(MeetingRows rows) {
  auto beginning = begin("create_meeting");
  DD_CO_TRY(Fate fate, co_await std::move(beginning));
  if (fate == Fate::kLostUnchanged) co_return lost();
  if (meetings_.contains(rows.meeting)) co_return Insertion::kAlreadyThere;
  meetings_[rows.meeting] = rows;
  if (fate == Fate::kLostChanged) co_return lost();
  co_return Insertion::kInserted;
}

Task<Result<void>> FakeStore::add_routers(MeetingRows rows) {
  auto beginning = begin("add_routers");
  DD_CO_TRY(Fate fate, co_await std::move(beginning));
  if (fate == Fate::kLostUnchanged) co_return lost();
  auto meeting = meetings_.find(rows.meeting);
  if (meeting == meetings_.end()) co_return not_found("meeting", rows.meeting.str());
  for (const auto& router : rows.routers) meeting->second.routers.push_back(router);
  if (fate == Fate::kLostChanged) co_return lost();
  co_return ok();
}

Task<Result<void>> FakeStore::replace_meetings(std::vector<MeetingRows> meetings) {
  auto beginning = begin("replace_meetings");
  DD_CO_TRY(Fate fate, co_await std::move(beginning));
  if (fate == Fate::kLostUnchanged) co_return lost();
  for (auto& rows : meetings) {
    erase_meeting(rows.meeting);
    meetings_[rows.meeting] = rows;
  }
  if (fate == Fate::kLostChanged) co_return lost();
  co_return ok();
}

Task<Result<void>> FakeStore::delete_meeting(MeetingId meeting, std::vector<RouterId>) {
  auto beginning = begin("delete_meeting");
  DD_CO_TRY(Fate fate, co_await std::move(beginning));
  if (fate == Fate::kLostUnchanged) co_return lost();
  erase_meeting(meeting);
  if (fate == Fate::kLostChanged) co_return lost();
  co_return ok();
}

Result<void> FakeStore::apply_transport(const TransportRow& row) {
  auto present = participants_.find(row.participant);
  if (present != participants_.end() && present->second.meeting != row.meeting) {
    return make_error(Errc::kConflict, "the participant is in another meeting");
  }
  if (!meetings_.contains(row.meeting) || !has_router(row.router)) return not_found("router", row.router.str());
  if (present != participants_.end() && present->second.instance != row.instance) erase_participant(row.participant);
  participants_[row.participant] = {row.meeting, row.instance};
  std::vector<TransportId> older;
  for (const auto& transport : transports_) {
    if (transport.second.participant == row.participant && transport.second.role == row.role) older.push_back(transport.first);
  }
  for (const auto& transport : older) erase_transport(transport);
  transports_[row.transport] = row;
  return ok();
}

Task<Result<void>> FakeStore::put_transport(TransportRow row) {
  auto beginning = begin("put_transport");
  DD_CO_TRY(Fate fate, co_await std::move(beginning));
  if (fate == Fate::kLostUnchanged) co_return lost();
  DD_CO_TRY_VOID(apply_transport(row));
  if (fate == Fate::kLostChanged) co_return lost();
  co_return ok();
}

Task<Result<void>> FakeStore::delete_transports(std::vector<TransportId> transports) {
  auto beginning = begin("delete_transports");
  DD_CO_TRY(Fate fate, co_await std::move(beginning));
  if (fate == Fate::kLostUnchanged) co_return lost();
  for (const auto& transport : transports) erase_transport(transport);
  if (fate == Fate::kLostChanged) co_return lost();
  co_return ok();
}

Task<Result<void>> FakeStore::insert_producer(ProducerRow row) {
  auto beginning = begin("insert_producer");
  DD_CO_TRY(Fate fate, co_await std::move(beginning));
  if (fate == Fate::kLostUnchanged) co_return lost();
  // The foreign keys of the schema.
  if (!participants_.contains(row.participant)) co_return make_error(Errc::kInternal, "no such participant row");
  if (!transports_.contains(row.transport)) co_return make_error(Errc::kInternal, "no such transport row");
  producers_[row.producer] = row;
  if (fate == Fate::kLostChanged) co_return lost();
  co_return ok();
}

Task<Result<void>> FakeStore::delete_producers(ParticipantId participant, std::vector<ProducerId> producers) {
  auto beginning = begin("delete_producers");
  DD_CO_TRY(Fate fate, co_await std::move(beginning));
  if (fate == Fate::kLostUnchanged) co_return lost();
  for (const auto& producer : producers) {
    auto row = producers_.find(producer);
    if (row != producers_.end() && row->second.participant == participant) producers_.erase(row);
  }
  if (fate == Fate::kLostChanged) co_return lost();
  co_return ok();
}

Task<Result<void>> FakeStore::put_consumers(std::vector<ConsumerRow> rows) {
  auto beginning = begin("put_consumers");
  DD_CO_TRY(Fate fate, co_await std::move(beginning));
  if (fate == Fate::kLostUnchanged) co_return lost();
  for (const auto& row : rows) {
    if (!participants_.contains(row.participant) || !participants_.contains(row.target)) {
      co_return make_error(Errc::kInternal, "no such participant row");
    }
    if (!transports_.contains(row.transport)) co_return make_error(Errc::kInternal, "no such transport row");
  }
  for (const auto& row : rows) {
    std::erase_if(consumers_, [&](const auto& old) {
      return old.second.participant == row.participant && old.second.target == row.target && old.second.kind == row.kind;
    });
    consumers_[row.consumer] = row;
  }
  if (fate == Fate::kLostChanged) co_return lost();
  co_return ok();
}

Task<Result<void>> FakeStore::delete_consumers(std::vector<ConsumerId> consumers) {
  auto beginning = begin("delete_consumers");
  DD_CO_TRY(Fate fate, co_await std::move(beginning));
  if (fate == Fate::kLostUnchanged) co_return lost();
  for (const auto& consumer : consumers) consumers_.erase(consumer);
  if (fate == Fate::kLostChanged) co_return lost();
  co_return ok();
}

Task<Result<std::size_t>> FakeStore::delete_participant(MeetingId meeting, ParticipantId participant, InstanceId instance) {
  auto beginning = begin("delete_participant");
  DD_CO_TRY(Fate fate, co_await std::move(beginning));
  if (fate == Fate::kLostUnchanged) co_return lost();
  auto row = participants_.find(participant);
  const bool matches = row != participants_.end() && row->second.meeting == meeting && row->second.instance == instance;
  if (matches) erase_participant(participant);
  if (fate == Fate::kLostChanged) co_return lost();
  co_return std::size_t{matches ? 1u : 0u};
}

Task<Result<std::vector<ProducerRow>>> FakeStore::producers_of(MeetingId meeting) {
  auto beginning = begin("producers_of");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  std::vector<ProducerRow> rows;
  for (const auto& producer : producers_) {
    if (producer.second.meeting == meeting) rows.push_back(producer.second);
  }
  co_return std::move(rows);
}

Task<Result<ReconcileReport>> FakeStore::reconcile(Snapshot snapshot) {
  auto beginning = begin("reconcile");
  DD_CO_TRY(Fate fate, co_await std::move(beginning));
  if (fate != Fate::kNormal) co_return lost();
  ReconcileReport report;
  std::set<MeetingId> ours;
  for (const auto& meeting : snapshot.meetings) {
    auto row = meetings_.find(meeting.meeting);
    if (row != meetings_.end() && row->second.container != meeting.container) {
      report.taken_over.push_back(meeting.meeting);
    } else {
      ours.insert(meeting.meeting);
    }
  }
  std::vector<MeetingId> stale;
  for (const auto& [id, rows] : meetings_) {
    if (rows.container == own_ || ours.contains(id)) stale.push_back(id);
  }
  // A real database changes only what differs; for the rows the result is the same.
  for (const auto& meeting : stale) erase_meeting(meeting);
  for (const auto& meeting : snapshot.meetings) {
    if (ours.contains(meeting.meeting)) meetings_[meeting.meeting] = meeting;
  }
  for (const auto& row : snapshot.transports) {
    if (ours.contains(row.meeting)) static_cast<void>(apply_transport(row));
  }
  for (const auto& row : snapshot.producers) {
    if (transports_.contains(row.transport)) producers_[row.producer] = row;
  }
  for (const auto& row : snapshot.consumers) {
    if (transports_.contains(row.transport) && participants_.contains(row.target)) consumers_[row.consumer] = row;
  }
  co_return std::move(report);
}

}  // namespace dd::meeting::testing
