// SPDX-License-Identifier: MIT
// Host: the media server role - every meeting this process carries, and the operations on them, one coroutine each.
// It has no thread, socket, SQL or JSON: it commands a MediaPort and a StorePort and says what happened to an EventSink.
// Lives on the control loop. Operations on one meeting take turns; different meetings never wait for each other.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/loop.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "meeting/command.hpp"
#include "meeting/event.hpp"
#include "meeting/media_port.hpp"
#include "meeting/store_port.hpp"

namespace dd::meeting {

struct HostSettings {
  ContainerId container;
  std::string tenant;
  TransportBitrates bitrates;
  std::uint32_t initial_available_outgoing_bitrate = 600'000;
  std::size_t max_meetings = 10'000;
  std::size_t max_routers_per_meeting = 64;
  std::size_t max_participants_per_meeting = 5'000;
  std::size_t max_producers_per_participant = 16;
  std::size_t max_consumers_per_participant = 2'000;
  std::size_t max_data_objects_per_participant = 64;
  std::size_t max_waiting_per_meeting = 1'024;  // operations in line for one meeting's turn
  std::chrono::seconds reconcile_interval{1};   // how soon rows that may differ from memory are made to agree
  // How long an operation that needs a worker waits for it while it is being restarted, instead of being refused.
  std::chrono::milliseconds worker_wait{1'000};
  // A participant whose last connected transport failed and who made none since has left when this has passed.
  std::chrono::seconds absence_limit{60};
  std::chrono::milliseconds demand_interval{200};   // how long after the last change less demand for a producer is told
  std::chrono::milliseconds demand_patience{2000};  // and of a new one, whose viewers are only just hearing of it
  std::chrono::seconds bitrate_interval{2};         // between two looks at a bounded producer's bitrate
  OverloadSettings overload;
  std::chrono::seconds usage_interval{30};            // between two counts of a meeting's usage
  std::function<std::string()> new_id = random_uuid;  // ids of routers, transports, producers and consumers
};

class Host final {
 public:
  // The ports and sinks outlive the host. `sessions` may be null.
  Host(Loop& loop, HostSettings settings, MediaPort& media, StorePort& store, EventSink& events, UserSessionSink* sessions);
  ~Host();

  Task<Result<Insertion>> create_meeting(CreateMeeting command);
  Task<Result<void>> replace_meetings(ReplaceMeetings command);
  Task<Result<void>> end_meeting(MeetingId meeting);  // absent is fine
  // Another server carries it now: it is closed here and no row is touched. Only its mover may say so.
  Task<Result<void>> release_meeting(MeetingId meeting);
  // Answers all routers of the meeting. A worker that has one of them already gets no other.
  Task<Result<std::vector<RouterRow>>> add_routers(AddRouters command);

  Result<MeetingCapabilities> capabilities(const JoinMeeting& command) const;
  // For clients without kendra, which reads these from the database: the ids that joinMeeting wants.
  Result<std::vector<RouterRow>> routers_of(const MeetingId& meeting) const;
  Result<MeetingDetail> meeting_detail(const MeetingId& meeting) const;
  Result<ParticipantDetail> participant_detail(const ParticipantRef& ref) const;
  Task<Result<std::vector<ProducerDetail>>> producers_of(MeetingId meeting);

  Task<Result<RecreatedTransport>> recreate_transport(RecreateTransport command);
  Task<Result<Connected>> connect_transport(ConnectTransport command);
  // Unknown and foreign transports are left out of the answer.
  Task<Result<std::map<TransportId, IceParameters>>> restart_ice(RestartIce command);
  Task<Result<StatReport>> transport_stats(TransportCommand command);
  Task<Result<void>> close_transport(TransportCommand command);

  Task<Result<ProducerDetail>> create_producer(CreateProducer command);
  Task<Result<std::vector<ProducerDetail>>> pause_producers(ProducersCommand command);
  Task<Result<std::vector<ProducerDetail>>> resume_producers(ProducersCommand command);
  Task<Result<std::vector<ProducerDetail>>> close_producers(ProducersCommand command);
  Task<Result<StatReport>> producer_stats(ProducerCommand command);

  Task<Result<std::vector<ConsumerDetail>>> create_consumers(CreateConsumer command);
  Task<Result<void>> pause_consumers(ConsumersCommand command);
  Task<Result<void>> resume_consumers(ConsumersCommand command);
  Task<Result<void>> close_consumers(ConsumersCommand command);
  Task<Result<std::optional<Layers>>> set_preferred_layers(SetPreferredLayers command);
  Task<Result<std::uint8_t>> set_priority(SetPriority command);
  Task<Result<void>> request_key_frame(ConsumerCommand command);
  Task<Result<StatReport>> consumer_stats(ConsumerCommand command);

  Task<Result<DataProducerId>> create_data_producer(CreateDataProducer command);
  Task<Result<DataConsumerDescription>> create_data_consumer(CreateDataConsumer command);
  Task<Result<void>> close_data(CloseData command);

  Task<Result<Left>> leave(LeaveMeeting command);

  // A recording takes the producer, or takes it no longer: that counts as demand for all it can send. Unknown ids are ignored.
  void note_recorded(const ProducerId& producer, bool recorded);

  // Debug listings of the compatibility spec, from memory.
  std::vector<ProducerId> participant_producers(const ParticipantId& participant) const;
  std::vector<ConsumerId> participant_consumers(const MeetingId& meeting, const ParticipantId& participant) const;

  HostStatus status() const;
  Snapshot snapshot() const;  // everything the host believes, as rows

  // The database answers again: rows are made to agree with memory at once, and again until that has succeeded.
  void store_recovered();

  // No new meetings or joins from now on; emits Draining. Ends when no participant is left or `deadline` has passed;
  // the meetings' rows stay for whoever replaces them, and true means everyone had left.
  Task<bool> drain(std::chrono::seconds deadline);

 private:
  class State;
  MediaPort& media_;
  std::shared_ptr<State> state_;
};

}  // namespace dd::meeting
