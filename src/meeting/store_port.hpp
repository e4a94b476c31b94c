// SPDX-License-Identifier: MIT
// What the media server role needs remembered: the rows by which kendra and other servers see its meetings.
// It knows no SQL and no thread; store/ implements it on SQLite and MySQL/MariaDB, under one contract test.
// Called on the control loop. Every write is one transaction, committed before its task answers. With the database away
// a task answers kUnavailable (with retry_after) in under a second, and the write has not happened and will not happen;
// kDeadlineExceeded means the commit's outcome is unknown, and the caller schedules reconcile().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace dd::meeting {

// Exactly one of the three capacity columns of router_meeting is set; kendra filters with IS NOT NULL.
enum class RouterRole { kProducer, kConsumer, kBoth };

struct RouterRow {
  RouterId router;
  WorkerId worker;
  RouterRole role = RouterRole::kBoth;
  std::int32_t capacity = 0;
};

struct MeetingRows {
  MeetingId meeting;
  ContainerId container;  // as the caller of createMeeting supplied it
  std::vector<RouterRow> routers;
};

enum class TransportRole { kProducer, kConsumer };

struct TransportRow {
  MeetingId meeting;
  ParticipantId participant;
  InstanceId instance;
  RouterId router;
  TransportId transport;
  TransportRole role = TransportRole::kProducer;
};

struct ProducerRow {
  MeetingId meeting;
  ParticipantId participant;
  ProducerId producer;
  TransportId transport;
  std::string kind;  // "audio", "video" or "screenshare", as the caller wrote it
};

struct ConsumerRow {
  MeetingId meeting;
  ParticipantId participant;
  ParticipantId target;
  ConsumerId consumer;
  TransportId transport;
  std::string kind;
};

struct ServerRow {
  ContainerId container;
  std::string host;    // what kendra dials, without a port
  std::string tenant;  // verbatim, also with leading spaces
  WallTime started;
  std::vector<WorkerId> workers;
};

enum class Insertion { kInserted, kAlreadyThere };

// Everything this server believes, so that the rows can be made to say it.
struct Snapshot {
  std::vector<MeetingRows> meetings;
  std::vector<TransportRow> transports;  // participants are the distinct (meeting, participant, instance) of these
  std::vector<ProducerRow> producers;
  std::vector<ConsumerRow> consumers;
};

struct ReconcileReport {
  std::vector<MeetingId> taken_over;  // rows say that another container carries them now: the caller closes them here
  std::size_t rows_inserted = 0;
  std::size_t rows_deleted = 0;
};

class StorePort {
 public:
  virtual ~StorePort() = default;

  // False between the first failed attempt and the next success; a cheap answer for /ready and for early refusals.
  virtual bool available() const = 0;

  // kAlreadyThere when the meeting has rows already, whoever carries it; then nothing was written.
  virtual Task<Result<Insertion>> create_meeting(MeetingRows rows) = 0;
  // Routers beside those the meeting has; `rows.routers` are the new ones. kNotFound when the meeting has no rows.
  virtual Task<Result<void>> add_routers(MeetingRows rows) = 0;
  // Old rows of these meetings go (by cascade), the new ones come, in one serializable transaction.
  virtual Task<Result<void>> replace_meetings(std::vector<MeetingRows> meetings) = 0;
  // Removes the meeting, everyone in it, and the router_worker rows of `routers`. Absent is fine.
  virtual Task<Result<void>> delete_meeting(MeetingId meeting, std::vector<RouterId> routers) = 0;

  // Evicts other instances of the participant, then inserts what is missing of: participant, its router of that role
  // (for a consumer transport also the producer router, by which kendra finds leavers), and the transport, replacing
  // an older transport of the same role. kConflict when the participant is in another meeting; kNotFound when the
  // router has no row.
  virtual Task<Result<void>> put_transport(TransportRow row) = 0;
  virtual Task<Result<void>> delete_transports(std::vector<TransportId> transports) = 0;  // cascades to what hung on them

  virtual Task<Result<void>> insert_producer(ProducerRow row) = 0;
  virtual Task<Result<void>> delete_producers(ParticipantId participant, std::vector<ProducerId> producers) = 0;
  virtual Task<Result<void>> put_consumers(std::vector<ConsumerRow> rows) = 0;  // replaces the row of the same (participant, target, kind)
  virtual Task<Result<void>> delete_consumers(std::vector<ConsumerId> consumers) = 0;

  // Number of participant rows deleted (0 or 1); everything of the participant goes by cascade.
  virtual Task<Result<std::size_t>> delete_participant(MeetingId meeting, ParticipantId participant, InstanceId instance) = 0;

  virtual Task<Result<std::vector<ProducerRow>>> producers_of(MeetingId meeting) = 0;

  // Makes the rows of this container say what `snapshot` says, in one transaction.
  virtual Task<Result<ReconcileReport>> reconcile(Snapshot snapshot) = 0;
};

}  // namespace dd::meeting
