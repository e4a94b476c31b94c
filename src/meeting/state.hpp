// SPDX-License-Identifier: MIT
// Host::State: the memory of the media server role and the operations on it, one file each; host.cpp is its public face.
// Rule: a meeting's memory changes only in a coroutine that holds the meeting's turn, so pointers into it stay valid across
// co_await there. Without the turn an operation may look, await, and must look again. Lives on the control loop.
#pragma once

#include <memory>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/async_mutex.hpp"
#include "meeting/host.hpp"
#include "meeting/ledger.hpp"
#include "meeting/model.hpp"
#include "meeting/overload.hpp"
#include "meeting/rounds.hpp"

namespace dd::meeting {

// Whose object it is.
struct Place {
  MeetingId meeting;
  ParticipantId participant;
};

class Host::State final : public MediaEvents, public std::enable_shared_from_this<State> {
 public:
  State(Loop& loop, HostSettings settings, MediaPort& media, StorePort& store, EventSink& events, UserSessionSink* sessions);

  // Keeps the state alive while a task of it runs.
  template <typename T>
  static Task<T> held([[maybe_unused]] std::shared_ptr<State> self, Task<T> task) {
    co_return co_await std::move(task);
  }
  static Task<void> held([[maybe_unused]] std::shared_ptr<State> self, Task<void> task) { co_await std::move(task); }
  void start(Task<void> task) { spawn(held(shared_from_this(), std::move(task))); }

  // create_meeting.cpp, replace_meetings.cpp, end_meeting.cpp
  Task<Result<Insertion>> create_meeting(CreateMeeting command);
  Task<Result<void>> replace_meetings(ReplaceMeetings command);
  Task<Result<void>> end_meeting(MeetingId meeting_id);
  Task<Result<void>> release_meeting(MeetingId meeting_id);

  // add_routers.cpp, detail.cpp
  Task<Result<std::vector<RouterRow>>> add_routers(AddRouters command);
  Result<MeetingDetail> meeting_detail(const MeetingId& meeting_id) const;
  Result<ParticipantDetail> participant_detail(const ParticipantRef& ref) const;

  // demand.cpp
  void note_recorded(const ProducerId& producer, bool recorded);

  // recreate_transport.cpp, transports.cpp
  Result<MeetingCapabilities> capabilities(const JoinMeeting& command) const;
  Result<std::vector<RouterRow>> routers_of(const MeetingId& meeting_id) const;
  Task<Result<RecreatedTransport>> recreate_transport(RecreateTransport command);
  Task<Result<Connected>> connect_transport(ConnectTransport command);
  Task<Result<std::map<TransportId, IceParameters>>> restart_ice(RestartIce command);
  Task<Result<StatReport>> transport_stats(TransportCommand command);
  Task<Result<void>> close_transport(TransportCommand command);

  // create_producer.cpp, producers.cpp
  Task<Result<std::vector<ProducerDetail>>> producers_of(MeetingId meeting_id);
  Task<Result<ProducerDetail>> create_producer(CreateProducer command);
  Task<Result<std::vector<ProducerDetail>>> set_producers_paused(ProducersCommand command, bool paused);
  Task<Result<std::vector<ProducerDetail>>> close_producers(ProducersCommand command);
  Task<Result<StatReport>> producer_stats(ProducerCommand command);

  // create_consumers.cpp, consumers.cpp
  Task<Result<std::vector<ConsumerDetail>>> create_consumers(CreateConsumer command);
  Task<Result<void>> set_consumers_paused(ConsumersCommand command, bool paused);
  Task<Result<void>> close_consumers(ConsumersCommand command);
  Task<Result<std::optional<Layers>>> set_preferred_layers(SetPreferredLayers command);
  Task<Result<std::uint8_t>> set_priority(SetPriority command);
  Task<Result<void>> request_key_frame(ConsumerCommand command);
  Task<Result<StatReport>> consumer_stats(ConsumerCommand command);

  // data.cpp
  Task<Result<DataProducerId>> create_data_producer(CreateDataProducer command);
  Task<Result<DataConsumerDescription>> create_data_consumer(CreateDataConsumer command);
  Task<Result<void>> close_data(CloseData command);

  // leave.cpp
  Task<Result<Left>> leave(LeaveMeeting command);
  std::vector<ProducerId> participant_producers(const ParticipantId& participant) const;
  std::vector<ConsumerId> participant_consumers(const MeetingId& meeting_id, const ParticipantId& participant) const;

  // drain.cpp
  HostStatus status() const;
  Task<bool> drain(std::chrono::seconds deadline);

  // reconcile.cpp
  Snapshot snapshot() const;
  void store_recovered();
  void schedule_reconcile(Duration delay);

  void stop();  // the host is going: no timer of ours fires any more

  // heal.cpp (losses), news.cpp (the rest): news from the engine
  void on_worker_died(const WorkerId& worker, const std::vector<TransportId>& lost_transports) override;
  void on_worker_restored(const WorkerId& worker) override;
  void on_transport_state(const TransportId& transport, TransportState state) override;
  void on_transport_failed(const TransportId& transport, TransportEnd reason) override;
  void on_producer_score(const ProducerId& producer, const std::vector<EncodingScore>& scores) override;
  void on_consumer_score(const ConsumerId& consumer, int score, int producer_score) override;
  void on_consumer_layers(const ConsumerId& consumer, const std::optional<Layers>& layers) override;
  void on_consumer_producer_paused(const ConsumerId& consumer, bool paused) override;
  void on_consumer_closed(const ConsumerId& consumer) override;
  void on_data_consumer_closed(const DataConsumerId& consumer) override;
  void on_audio_levels(const RouterId& router, const std::vector<AudioLevel>& levels) override;
  void on_active_speaker(const RouterId& router, const ProducerId& producer) override;
  void on_worker_load(const WorkerId& worker, std::uint32_t busy_percent) override;  // shedding.cpp

 private:
  // A meeting's place in line; it exists before the meeting does, so that two creators of one meeting take turns too.
  struct Slot {
    Slot(Loop& loop, std::size_t max_waiting) : line(loop, max_waiting) {}
    AsyncMutex line;
    std::unique_ptr<Meeting> meeting;
  };

  // The right to change one meeting, until it is destroyed. An abandoned slot goes with its last turn.
  class [[nodiscard]] Turn {
   public:
    Turn(State& state, MeetingId id, std::shared_ptr<Slot> slot, AsyncMutex::Guard guard)
        : state_(&state), id_(std::move(id)), slot_(std::move(slot)), guard_(std::move(guard)) {}
    Turn(Turn&& other) noexcept
        : state_(other.state_), id_(std::move(other.id_)), slot_(std::move(other.slot_)), guard_(std::move(other.guard_)) {
      other.guard_.reset();
    }
    Turn& operator=(Turn&&) = delete;
    ~Turn();

    const MeetingId& id() const { return id_; }
    Slot& slot() const { return *slot_; }
    bool has_meeting() const { return slot_->meeting != nullptr; }
    Meeting& meeting() const { return *slot_->meeting; }

   private:
    State* state_;
    MeetingId id_;
    std::shared_ptr<Slot> slot_;
    std::optional<AsyncMutex::Guard> guard_;
  };

  // Whether a removal closes the object in the engine, or the engine has closed it with something above it.
  enum class Engine { kCloses, kHasClosed };

  // state.cpp
  Task<Result<Turn>> take_turn(MeetingId meeting_id);
  Task<Result<Turn>> require_meeting(MeetingId meeting_id);
  // For news that must not be lost: waits as long as it takes. Empty when the meeting is gone.
  Task<std::optional<Turn>> take_turn_patiently(MeetingId meeting_id);
  Meeting* find_meeting(const MeetingId& meeting_id) const;
  Participant* find_participant(const Place& place) const;
  Result<Participant*> require_participant(Meeting& meeting, const ParticipantId& participant) const;
  void emit(const MeetingId& meeting, const ParticipantId& participant, EventBody body) const;
  void emit_account(const Meeting& meeting, EventBody body) const;  // with the meeting's tenant
  void tell_session(UserSession::Kind kind, const Meeting& meeting, const Participant& participant) const;
  template <typename IdType>
  IdType make_id() const {
    return IdType(settings_.new_id());
  }
  // Refuses at once what needs rows while the database is away.
  Result<void> require_store() const;
  // The right to write rows and change memory to match. With the database away it does not wait for an audit, which may
  // itself be waiting for the database.
  Task<Result<Ledger::Entry>> open_entry();
  // A write that comes after the engine has made something: its caller undoes that when the entry was refused, too.
  template <typename T>
  Task<Result<T>> write_if(bool open, Task<Result<T>> writing) {
    if (!open) co_return database_away();
    co_return noted(co_await std::move(writing));
  }
  static Error database_away() { return unavailable("the database is away"); }
  // Passes a store's answer on; when its outcome is unknown the rows are compared with memory soon.
  template <typename T>
  Result<T> noted(Result<T> answer) {
    if (!answer && answer.error().code == Errc::kDeadlineExceeded) schedule_reconcile(settings_.reconcile_interval);
    return answer;
  }
  // Whether a removal did not happen. One whose outcome is unknown is carried through: the reconcile that noted() has
  // scheduled makes the rows follow, while keeping it in memory could leave a participant in two meetings.
  template <typename T>
  bool refused(const Result<T>& removal) const {
    return !removal && removal.error().code != Errc::kDeadlineExceeded;
  }
  template <typename Objects, typename IdType>
  const Place* find_place(const Objects& index, const IdType& id) const {
    auto found = index.find(id);
    return found == index.end() ? nullptr : &found->second;
  }

  // create_meeting.cpp
  Result<void> require_workers(const std::vector<RouterRequest>& routers, std::size_t present = 0) const;
  Task<void> wait_for_workers(std::vector<WorkerId> workers, MonotonicTime deadline);
  Task<Result<MeetingRows>> create_routers(CreateMeeting command);
  void close_routers(const std::vector<RouterRow>& routers);
  void install_meeting(Slot& slot, MeetingRows rows, const std::optional<std::string>& tenant);
  void install_router(const MeetingId& meeting, const RouterRow& row);
  Error draining_error() const;

  // recreate_transport.cpp
  Task<Result<RecreatedTransport>> recreate_in_turn(RecreateTransport command);
  Result<void> may_join(const Meeting& meeting, const ParticipantId& participant) const;
  Participant& settle_instance(Meeting& meeting, const RecreateTransport& command, std::vector<ConsumerId>& orphans);
  std::vector<ProducerDetail> producers_except(const Meeting& meeting, const ParticipantId& participant) const;

  // create_producer.cpp, create_consumers.cpp
  void note_recording_flag(const ProducersCommand& command, const ProducerId& id, Producer& producer);
  Task<void> pipe_to(ProducerId producer, RouterId home, std::vector<RouterId> routers);
  struct PlannedConsumer {
    CreateConsumer::Target target;
    ConsumerId reused;       // the living consumer that serves it, or
    ConsumeRequest request;  // what to ask the engine for
  };
  Result<std::vector<PlannedConsumer>> plan_consumers(const CreateConsumer& command, Meeting& meeting, Participant& participant) const;
  Task<Result<std::vector<ConsumerDescription>>> consume_all(std::vector<PlannedConsumer> plan);
  void adopt_consumers(const CreateConsumer& command, Meeting& meeting, Participant& participant, const std::vector<PlannedConsumer>& plan,
                       std::vector<ConsumerDescription> made);

  // demand.cpp
  void note_demand(const ProducerId& producer);
  void note_viewer_paused(const ConsumerId& consumer, bool paused);
  void note_viewer_layers(const ConsumerId& consumer, const std::optional<Layers>& layers);
  Viewer* find_viewer(const ConsumerId& consumer) const;
  void look_at_demand();

  // shedding.cpp
  struct Picture {
    ConsumerId id;
    Consumer* consumer;
    bool flows = false;
    int importance = 0;      // of what it shows
    std::size_t beside = 0;  // pictures that its viewer has, this one included
  };
  std::vector<Picture> pictures_on(const WorkerId& worker);
  void lower_layers(std::vector<Picture> pictures);
  void raise_layers(std::vector<Picture> pictures);
  static Layers layers_of(const Consumer& consumer);
  Task<void> apply_layers(std::vector<ConsumerId> consumers);
  // Whether the worker of the viewer's transport takes them on.
  Result<void> may_consume(const Meeting& meeting, const RouterId& router, const std::vector<PlannedConsumer>& plan);

  // bounds.cpp
  void bound_transport(Participant& participant);
  Task<void> set_max_incoming(TransportId transport, std::uint32_t max_incoming);
  Task<void> sample_bitrate(ProducerId producer);
  Task<void> pause_over_bound(ProducerId producer, std::uint64_t bitrate);

  // usage.cpp
  struct CountedTransport {
    MeetingId meeting;
    MonotonicTime placed;  // of the meeting, so that what is late is not counted to its successor
    TransportId transport;
    std::shared_ptr<ByteCount> counted;
  };
  CountedTransport counted_transport(const Meeting& meeting, const Transport& transport) const;
  Task<bool> count_bytes(CountedTransport asked);
  Task<void> count_closing(CountedTransport asked);
  Task<void> sample_bytes(TransportId transport);
  Task<void> count_last_bytes(const Meeting& meeting);
  Task<void> count_many(std::vector<CountedTransport> asked, Completion<bool> done);
  void count_presence(Meeting& meeting, Participant& participant);
  void tell_usage(Meeting& meeting);
  Task<void> tell_usage_of(MeetingId meeting_id);

  // removal.cpp: memory, media and events together. `orphans` collects consumers of other participants that ended with
  // what was removed and whose rows no cascade takes. Callers hold the turn.
  void remove_consumer(Meeting& meeting, Participant& participant, const ConsumerId& consumer, std::string_view reason, Engine engine);
  void remove_producer(Meeting& meeting, Participant& participant, const ProducerId& producer, std::string_view reason,
                       std::vector<ConsumerId>& orphans);
  void remove_data_consumer(Meeting& meeting, Participant& participant, const DataConsumerId& consumer, std::string_view reason,
                            Engine engine);
  void remove_data_producer(Meeting& meeting, Participant& participant, const DataProducerId& producer, std::string_view reason);
  void remove_transport(Meeting& meeting, Participant& participant, TransportRole role, std::string_view reason,
                        std::vector<ConsumerId>& orphans);
  void remove_objects(Meeting& meeting, Participant& participant, std::string_view reason, std::vector<ConsumerId>& orphans);
  void remove_participant(Meeting& meeting, ParticipantId participant, std::string_view reason, std::vector<ConsumerId>& orphans);
  void remove_meeting(Slot& slot, std::string_view reason);
  Task<void> forget_rows(std::vector<TransportId> transports, std::vector<ConsumerId> consumers);

  // heal.cpp
  Task<void> drop_lost_transports(MeetingId meeting_id, std::shared_ptr<const std::unordered_set<TransportId>> lost);
  Task<void> drop_failed_transport(TransportId transport, TransportEnd reason);
  Task<void> drop_closed_consumer(ConsumerId consumer);
  Task<void> drop_closed_data_consumer(DataConsumerId consumer);
  void watch_absence(Meeting& meeting, Participant& participant);
  Task<void> remove_absent(MeetingId meeting_id, ParticipantId participant, InstanceId instance);

  // reconcile.cpp
  Task<void> reconcile();
  Task<void> close_taken_over(MeetingId meeting_id, MonotonicTime compared);

  // drain.cpp
  void participant_gone();

  Loop& loop_;
  HostSettings settings_;
  MediaPort& media_;
  StorePort& store_;
  EventSink& events_;
  UserSessionSink* sessions_;
  Ledger ledger_;
  bool stopped_ = false;

  std::unordered_map<MeetingId, std::shared_ptr<Slot>> slots_;
  std::size_t meetings_ = 0;  // slots with a meeting
  std::size_t placing_ = 0;   // meetings being created
  std::size_t participants_total_ = 0;
  std::unordered_map<ParticipantId, std::set<MeetingId>> participants_;
  std::unordered_map<RouterId, MeetingId> routers_;
  std::unordered_map<WorkerId, std::unordered_set<RouterId>> worker_routers_;
  std::unordered_map<TransportId, Place> transports_;
  std::unordered_map<ProducerId, Place> producers_;
  std::unordered_map<ConsumerId, Place> consumers_;
  std::unordered_map<DataProducerId, Place> data_producers_;
  std::unordered_map<DataConsumerId, Place> data_consumers_;

  std::unordered_map<WorkerId, std::vector<Completion<bool>>> dead_workers_;  // and who waits for their return

  std::unordered_map<WorkerId, Overload> overloads_;
  std::uint64_t video_refused_ = 0;
  std::uint64_t audio_refused_ = 0;

  Timer reconcile_timer_;
  MonotonicTime reconcile_at_{};  // when reconcile_timer_ fires
  bool reconcile_scheduled_ = false;
  bool reconciling_ = false;

  std::unordered_set<ProducerId> demand_due_;  // whose demand may have changed
  Timer demand_timer_;
  bool demand_posted_ = false;
  Rounds<ProducerId> bitrates_;  // of producers that have a bound
  Rounds<TransportId> bytes_;
  Rounds<MeetingId> usages_;

  bool draining_ = false;
  MonotonicTime drain_deadline_{};
  std::vector<Completion<bool>> drain_waiters_;
};

}  // namespace dd::meeting
