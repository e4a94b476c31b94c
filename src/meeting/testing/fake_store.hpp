// SPDX-License-Identifier: MIT
// FakeStore: the rows of a meeting database in maps, with the cascades of the real schema and none of its SQL.
// It can be taken away, be slow, fail once, or lose an answer whose change was (or was not) made.
// Owned by a test, on its loop.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "meeting/store_port.hpp"
#include "meeting/testing/faults.hpp"

namespace dd::meeting::testing {

class FakeStore final : public StorePort {
 public:
  struct ParticipantRow {
    MeetingId meeting;
    InstanceId instance;
  };

  FakeStore(Loop& loop, ContainerId own) : faults_(loop), own_(std::move(own)) {}

  // What a test does to it.
  Faults& faults() { return faults_; }
  void take_away() { away_ = true; }
  void bring_back() { away_ = false; }
  // The next write's answer is lost: its change is made all the same, or not.
  void lose_next_answer(bool changed) { lost_answer_ = changed; }
  void hand_over(const MeetingId& meeting, const ContainerId& other);  // as if another server had replaced it

  // What a test sees of it.
  const std::map<MeetingId, MeetingRows>& meetings() const { return meetings_; }
  const std::map<ParticipantId, ParticipantRow>& participants() const { return participants_; }
  const std::map<TransportId, TransportRow>& transports() const { return transports_; }
  const std::map<ProducerId, ProducerRow>& producers() const { return producers_; }
  const std::map<ConsumerId, ConsumerRow>& consumers() const { return consumers_; }

  bool available() const override { return !away_; }
  Task<Result<Insertion>> create_meeting(MeetingRows rows) override;
  Task<Result<void>> add_routers(MeetingRows rows) override;
  Task<Result<void>> replace_meetings(std::vector<MeetingRows> meetings) override;
  Task<Result<void>> delete_meeting(MeetingId meeting, std::vector<RouterId> routers) override;
  Task<Result<void>> put_transport(TransportRow row) override;
  Task<Result<void>> delete_transports(std::vector<TransportId> transports) override;
  Task<Result<void>> insert_producer(ProducerRow row) override;
  Task<Result<void>> delete_producers(ParticipantId participant, std::vector<ProducerId> producers) override;
  Task<Result<void>> put_consumers(std::vector<ConsumerRow> rows) override;
  Task<Result<void>> delete_consumers(std::vector<ConsumerId> consumers) override;
  Task<Result<std::size_t>> delete_participant(MeetingId meeting, ParticipantId participant, InstanceId instance) override;
  Task<Result<std::vector<ProducerRow>>> producers_of(MeetingId meeting) override;
  Task<Result<ReconcileReport>> reconcile(Snapshot snapshot) override;

 private:
  enum class Fate { kNormal, kLostUnchanged, kLostChanged };

  Task<Result<Fate>> begin(std::string operation);
  static Error lost();
  void erase_meeting(const MeetingId& meeting);
  void erase_participant(const ParticipantId& participant);
  void erase_transport(const TransportId& transport);
  Result<void> apply_transport(const TransportRow& row);
  bool has_router(const RouterId& router) const;

  Faults faults_;
  ContainerId own_;
  bool away_ = false;
  std::optional<bool> lost_answer_;
  std::map<MeetingId, MeetingRows> meetings_;
  std::map<ParticipantId, ParticipantRow> participants_;  // one meeting at a time, as in the schema
  std::map<TransportId, TransportRow> transports_;
  std::map<ProducerId, ProducerRow> producers_;
  std::map<ConsumerId, ConsumerRow> consumers_;
};

}  // namespace dd::meeting::testing
