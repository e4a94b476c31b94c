// SPDX-License-Identifier: MIT
// The public face of Host::State: every task keeps the state alive until it has ended.
#include "meeting/host.hpp"

#include "meeting/state.hpp"

namespace dd::meeting {
namespace {

// Where the engine's news goes once the host is gone.
class Nobody final : public MediaEvents {
  void on_worker_died(const WorkerId&, const std::vector<TransportId>&) override {}
  void on_worker_restored(const WorkerId&) override {}
  void on_transport_state(const TransportId&, TransportState) override {}
  void on_transport_failed(const TransportId&, TransportEnd) override {}
  void on_producer_score(const ProducerId&, const std::vector<EncodingScore>&) override {}
  void on_consumer_score(const ConsumerId&, int, int) override {}
  void on_consumer_layers(const ConsumerId&, const std::optional<Layers>&) override {}
  void on_consumer_producer_paused(const ConsumerId&, bool) override {}
  void on_consumer_closed(const ConsumerId&) override {}
  void on_data_consumer_closed(const DataConsumerId&) override {}
  void on_audio_levels(const RouterId&, const std::vector<AudioLevel>&) override {}
  void on_active_speaker(const RouterId&, const ProducerId&) override {}
  void on_worker_load(const WorkerId&, std::uint32_t) override {}
};

MediaEvents& nobody() {
  static Nobody nobody;
  return nobody;
}

}  // namespace

Host::Host(Loop& loop, HostSettings settings, MediaPort& media, StorePort& store, EventSink& events, UserSessionSink* sessions)
    : media_(media), state_(std::make_shared<State>(loop, std::move(settings), media, store, events, sessions)) {
  media_.set_events(state_.get());
}

Host::~Host() {
  media_.set_events(&nobody());
  state_->stop();
}

Task<Result<Insertion>> Host::create_meeting(CreateMeeting command) {
  auto task = state_->create_meeting(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<void>> Host::replace_meetings(ReplaceMeetings command) {
  auto task = state_->replace_meetings(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<void>> Host::end_meeting(MeetingId meeting) {
  auto task = state_->end_meeting(std::move(meeting));
  return State::held(state_, std::move(task));
}

Task<Result<void>> Host::release_meeting(MeetingId meeting) {
  auto task = state_->release_meeting(std::move(meeting));
  return State::held(state_, std::move(task));
}

Task<Result<std::vector<RouterRow>>> Host::add_routers(AddRouters command) {
  auto task = state_->add_routers(std::move(command));
  return State::held(state_, std::move(task));
}

Result<std::vector<RouterRow>> Host::routers_of(const MeetingId& meeting) const { return state_->routers_of(meeting); }

Task<Result<std::vector<ProducerDetail>>> Host::producers_of(MeetingId meeting) {
  auto task = state_->producers_of(std::move(meeting));
  return State::held(state_, std::move(task));
}

Task<Result<RecreatedTransport>> Host::recreate_transport(RecreateTransport command) {
  auto task = state_->recreate_transport(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<Connected>> Host::connect_transport(ConnectTransport command) {
  auto task = state_->connect_transport(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<std::map<TransportId, IceParameters>>> Host::restart_ice(RestartIce command) {
  auto task = state_->restart_ice(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<StatReport>> Host::transport_stats(TransportCommand command) {
  auto task = state_->transport_stats(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<void>> Host::close_transport(TransportCommand command) {
  auto task = state_->close_transport(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<ProducerDetail>> Host::create_producer(CreateProducer command) {
  auto task = state_->create_producer(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<std::vector<ProducerDetail>>> Host::pause_producers(ProducersCommand command) {
  auto task = state_->set_producers_paused(std::move(command), true);
  return State::held(state_, std::move(task));
}

Task<Result<std::vector<ProducerDetail>>> Host::resume_producers(ProducersCommand command) {
  auto task = state_->set_producers_paused(std::move(command), false);
  return State::held(state_, std::move(task));
}

Task<Result<std::vector<ProducerDetail>>> Host::close_producers(ProducersCommand command) {
  auto task = state_->close_producers(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<StatReport>> Host::producer_stats(ProducerCommand command) {
  auto task = state_->producer_stats(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<std::vector<ConsumerDetail>>> Host::create_consumers(CreateConsumer command) {
  auto task = state_->create_consumers(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<void>> Host::pause_consumers(ConsumersCommand command) {
  auto task = state_->set_consumers_paused(std::move(command), true);
  return State::held(state_, std::move(task));
}

Task<Result<void>> Host::resume_consumers(ConsumersCommand command) {
  auto task = state_->set_consumers_paused(std::move(command), false);
  return State::held(state_, std::move(task));
}

Task<Result<void>> Host::close_consumers(ConsumersCommand command) {
  auto task = state_->close_consumers(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<std::optional<Layers>>> Host::set_preferred_layers(SetPreferredLayers command) {
  auto task = state_->set_preferred_layers(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<std::uint8_t>> Host::set_priority(SetPriority command) {
  auto task = state_->set_priority(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<void>> Host::request_key_frame(ConsumerCommand command) {
  auto task = state_->request_key_frame(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<StatReport>> Host::consumer_stats(ConsumerCommand command) {
  auto task = state_->consumer_stats(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<DataProducerId>> Host::create_data_producer(CreateDataProducer command) {
  auto task = state_->create_data_producer(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<DataConsumerDescription>> Host::create_data_consumer(CreateDataConsumer command) {
  auto task = state_->create_data_consumer(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<void>> Host::close_data(CloseData command) {
  auto task = state_->close_data(std::move(command));
  return State::held(state_, std::move(task));
}

Task<Result<Left>> Host::leave(LeaveMeeting command) {
  auto task = state_->leave(std::move(command));
  return State::held(state_, std::move(task));
}

Task<bool> Host::drain(std::chrono::seconds deadline) {
  auto task = state_->drain(deadline);
  return State::held(state_, std::move(task));
}

Result<MeetingDetail> Host::meeting_detail(const MeetingId& meeting) const { return state_->meeting_detail(meeting); }

Result<ParticipantDetail> Host::participant_detail(const ParticipantRef& ref) const { return state_->participant_detail(ref); }

void Host::note_recorded(const ProducerId& producer, bool recorded) { state_->note_recorded(producer, recorded); }

Result<MeetingCapabilities> Host::capabilities(const JoinMeeting& command) const { return state_->capabilities(command); }

std::vector<ProducerId> Host::participant_producers(const ParticipantId& participant) const {
  return state_->participant_producers(participant);
}

std::vector<ConsumerId> Host::participant_consumers(const MeetingId& meeting, const ParticipantId& participant) const {
  return state_->participant_consumers(meeting, participant);
}

HostStatus Host::status() const { return state_->status(); }

Snapshot Host::snapshot() const { return state_->snapshot(); }

void Host::store_recovered() { state_->store_recovered(); }

}  // namespace dd::meeting
