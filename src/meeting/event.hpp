// SPDX-License-Identifier: MIT
// What a control plane learns without asking: one value per kind of news, in the order it happened.
// It is not a log and holds no history; api/event_stream.cpp numbers, keeps and serves the events.
// Plain values, made on the control loop.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "meeting/media_port.hpp"
#include "meeting/store_port.hpp"

namespace dd::meeting {

// Reasons of the *Closed events: "closed" and "replaced" by its owner's call, "producer_closed" (of a consumer),
// "transport_closed", "transport_failed", "worker_died", "evicted" by the participant's newer instance, "left", "vanished"
// (its transports failed and it never came back), "meeting_ended", "replaced", "taken_over".
struct MeetingCreated {};
struct MeetingEnded {
  std::string reason;
};  // "ended", "replaced", "taken_over"
struct ParticipantJoined {
  InstanceId instance;
  std::string name;  // empty: it gave none
};
struct ParticipantRenamed {
  std::string name;
};
struct ParticipantLeft {
  InstanceId instance;
  std::string reason;
};  // "left", "evicted", "vanished", "meeting_ended", "replaced", "taken_over"
struct TransportConnected {
  TransportId transport;
  TransportRole role;
};
struct TransportFailed {
  TransportId transport;
  TransportRole role;
  std::string reason;
};  // closed already; recreate it
struct ProducerCreated {
  ProducerId producer;
  std::string kind;
  bool paused = false;
};
// Its owner wants it recorded, or not any more. For whoever records; api/ tells nobody else.
struct RecordingWanted {
  ProducerId producer;
  std::string kind;
  bool wanted = true;
};
struct ProducerPaused {
  ProducerId producer;
  std::string kind;
};
struct ProducerResumed {
  ProducerId producer;
  std::string kind;
};
struct ProducerClosed {
  ProducerId producer;
  std::string kind;
  std::string reason;
};  // see above
struct ProducerScore {
  ProducerId producer;
  std::vector<EncodingScore> scores;
};
// Whether anybody takes it: a consumer that is not paused, on any router, or a recording. Only changes are told.
struct ProducerDemand {
  ProducerId producer;
  std::string kind;
  bool wanted = false;
  std::optional<std::uint8_t> max_spatial_layer;  // the highest that is preferred; absent: all there are
};
// It sent more than it may for several seconds and has been paused.
struct ProducerLimited {
  ProducerId producer;
  std::string kind;
  std::uint64_t bitrate;
  std::uint32_t max_bitrate;
};
struct ConsumerClosed {
  ConsumerId consumer;
  ProducerId producer;
  std::string reason;
};
struct ConsumerPaused {
  ConsumerId consumer;
  ProducerId producer;
};  // because its producer paused
struct ConsumerResumed {
  ConsumerId consumer;
  ProducerId producer;
};
struct ConsumerScore {
  ConsumerId consumer;
  int score;
  int producer_score;
};
struct ConsumerLayers {
  ConsumerId consumer;
  std::optional<Layers> layers;
};
struct DataProducerCreated {
  DataProducerId data_producer;
  std::string label;
};
struct DataProducerClosed {
  DataProducerId data_producer;
  std::string reason;
};
struct DataConsumerClosed {
  DataConsumerId data_consumer;
  std::string reason;
};
struct AudioLevels {
  std::vector<std::pair<ParticipantId, int>> levels;
};  // dBov; empty: everyone is silent
struct ActiveSpeaker {
  ProducerId producer;
};
struct MeetingUsage {  // since the last one
  std::uint64_t participant_seconds;
  std::uint64_t bytes_in;
  std::uint64_t bytes_out;
};
struct WorkerDied {
  WorkerId worker;
};
struct WorkerRestored {
  WorkerId worker;
};
// It has more to do than it can, and what is done about it has changed; see overload.hpp.
struct WorkerOverload {
  WorkerId worker;
  OverloadStep step;
  std::uint32_t busy_percent;
};
struct Draining {
  std::chrono::seconds deadline;
};

struct RecordingStarted {
  RecordingId recording;
};
struct RecordingPart {  // after a crash the same recording goes on in a further part
  RecordingId recording;
  unsigned part;
};
struct RecordingTrouble {  // nothing can be written: "disk_full", "read_only", "folder_gone", "io"; "over" when it can again
  RecordingId recording;
  std::string reason;
  std::string detail;
};
struct RecordingStopped {
  RecordingId recording;
  std::string reason;
};
struct RecordingProgress {  // of what is made of a recording
  RecordingId recording;
  std::string job;
  std::string kind;  // "finish" or "compose"
  std::string file;  // of a programme: what it will be
  double percent;
  double speed;  // times real time; 0: not known yet
  std::optional<std::uint64_t> eta_seconds;
};
struct RecordingComposed {
  RecordingId recording;
  std::string job;
  std::string file;
};
struct RecordingUploaded {
  RecordingId recording;
};
struct RecordingFailed {
  RecordingId recording;
  std::string reason;
  std::string detail;
};

using EventBody =
    std::variant<MeetingCreated, MeetingEnded, ParticipantJoined, ParticipantLeft, TransportConnected, TransportFailed, ProducerCreated,
                 ProducerPaused, ProducerResumed, ProducerClosed, ProducerScore, ConsumerClosed, ConsumerPaused, ConsumerResumed,
                 ConsumerScore, ConsumerLayers, DataProducerCreated, DataProducerClosed, DataConsumerClosed, AudioLevels, ActiveSpeaker,
                 WorkerDied, WorkerRestored, Draining, RecordingWanted, RecordingStarted, RecordingPart, RecordingTrouble, RecordingStopped,
                 RecordingProgress, RecordingComposed, RecordingUploaded, RecordingFailed, ParticipantRenamed, ProducerDemand,
                 ProducerLimited, MeetingUsage, WorkerOverload>;

struct Event {
  WallTime time;
  MeetingId meeting;          // empty for news of the server itself
  ParticipantId participant;  // whose object it is; empty when it is nobody's
  EventBody body;
  std::string tenant{};  // whose meeting or recording it is, where somebody keeps accounts: a new meeting, its usage, its recordings
};

// Takes events as they happen; must return at once.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on_event(const Event& event) = 0;
};

// The user-session events that an outside service may ask for (compatibility spec, section 6).
struct UserSession {
  enum class Kind { kJoin, kLeave };
  Kind kind = Kind::kJoin;
  MeetingId meeting;
  ParticipantId participant;
  InstanceId instance;
  WallTime time;
};

class UserSessionSink {
 public:
  virtual ~UserSessionSink() = default;
  virtual void on_user_session(const UserSession& session) = 0;  // must return at once
};

}  // namespace dd::meeting
