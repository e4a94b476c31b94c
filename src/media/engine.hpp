// SPDX-License-Identifier: MIT
// The media engine: all workers of this process and what lives in them, behind the port that a meeting commands.
// It knows no meeting, participant or row. A worker that dies comes back under its id with its routers; transports do not.
// Lives on the control loop. Its settings say which ports it takes: one UDP and one TCP port for each worker.
#pragma once

#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/loop.hpp"
#include "child/supervisor.hpp"
#include "media/audio_level_settings.hpp"
#include "meeting/media_port.hpp"
#include "observe/metrics.hpp"

namespace dd::media {

// Objects inside workers. Their headers speak of the worker's messages, which whoever owns the engine need not see.
class ActiveSpeakerObserver;
class AudioLevelObserver;
class Consumer;
class DataConsumer;
class DataProducer;
class Pipes;
class Producer;
class Router;
class WebRtcTransport;
class Worker;
class WorkerSlot;
struct ListenAddress;

struct EngineSettings {
  std::string worker_binary;
  std::vector<WorkerId> workers;  // one process each, under these ids
  std::string worker_log_level = "error";
  std::string listen_ip = "0.0.0.0";
  std::string announced_address;          // what browsers dial: an address or a host name; empty for listen_ip itself
  std::uint16_t first_port = 40'000;      // the next ones for the next workers
  std::string internal_ip = "127.0.0.1";  // pipes between the workers
  std::uint16_t internal_min_port = 41'000;
  std::uint16_t internal_max_port = 49'999;
  Duration request_deadline = std::chrono::seconds{5};
  std::chrono::seconds ice_consent_timeout{30};
  Duration ping_interval = std::chrono::seconds{2};
  Duration hang_limit = std::chrono::seconds{10};
  child::Supervisor::Settings supervision;
  AudioLevelSettings audio_levels;
  std::chrono::milliseconds active_speaker_interval{300};
};

class Engine final : public meeting::MediaPort {
 public:
  Engine(Loop& loop, observe::Metrics& metrics, EngineSettings settings);
  ~Engine() override;

  // Answers once every worker is usable, or with why one is not (a port that is taken, a binary that is not there).
  Task<Result<void>> start();
  // Ends the workers; one that does not end by itself is killed after `patience`.
  Task<void> stop(Duration patience = std::chrono::seconds{2});

  // For what a meeting has no word for: recording and tests.
  std::shared_ptr<Router> find_router(const RouterId& router) const;                          // null while its worker is away
  Task<Result<std::shared_ptr<Producer>>> producer_on(ProducerId producer, RouterId router);  // piped there when it is elsewhere
  struct ProducerPlace {
    std::shared_ptr<Producer> producer;
    std::shared_ptr<Router> router;  // where its sender's transport is
  };
  Result<ProducerPlace> place_of(const ProducerId& producer);
  ListenAddress internal_address() const;  // for transports to what runs on this machine

  // meeting::MediaPort
  void set_events(meeting::MediaEvents* events) override { events_ = events; }
  std::vector<meeting::WorkerStatus> workers() const override;
  const rtp::Capabilities& router_capabilities() const override;
  Task<Result<void>> create_router(WorkerId worker, RouterId router) override;
  void close_router(const RouterId& router) override;
  Task<Result<meeting::TransportDescription>> create_transport(meeting::TransportRequest request) override;
  Task<Result<void>> connect_transport(TransportId transport, meeting::DtlsParameters dtls) override;
  Task<Result<meeting::IceParameters>> restart_ice(TransportId transport) override;
  Task<Result<void>> set_bitrates(TransportId transport, meeting::TransportBitrates bitrates) override;
  Task<Result<meeting::StatReport>> transport_stats(TransportId transport) override;
  void close_transport(const TransportId& transport) override;
  Task<Result<meeting::ProducerDescription>> produce(meeting::ProduceRequest request) override;
  Task<Result<void>> pause_producer(ProducerId producer) override;
  Task<Result<void>> resume_producer(ProducerId producer) override;
  Task<Result<meeting::StatReport>> producer_stats(ProducerId producer) override;
  void close_producer(const ProducerId& producer) override;
  Task<Result<void>> pipe_producer(ProducerId producer, RouterId to) override;
  Task<Result<meeting::ConsumerDescription>> consume(meeting::ConsumeRequest request) override;
  Task<Result<void>> pause_consumer(ConsumerId consumer) override;
  Task<Result<void>> resume_consumer(ConsumerId consumer) override;
  Task<Result<std::optional<meeting::Layers>>> set_preferred_layers(ConsumerId consumer, meeting::Layers layers) override;
  Task<Result<std::uint8_t>> set_priority(ConsumerId consumer, std::uint8_t priority) override;
  Task<Result<void>> request_key_frame(ConsumerId consumer) override;
  Task<Result<meeting::StatReport>> consumer_stats(ConsumerId consumer) override;
  void close_consumer(const ConsumerId& consumer) override;
  Task<Result<void>> produce_data(meeting::ProduceDataRequest request) override;
  Task<Result<meeting::DataConsumerDescription>> consume_data(meeting::ConsumeDataRequest request) override;
  void close_data_producer(const DataProducerId& producer) override;
  void close_data_consumer(const DataConsumerId& consumer) override;

 private:
  struct RouterPlace {
    WorkerSlot* slot = nullptr;
    std::shared_ptr<Router> router;  // null while the worker is away
    std::shared_ptr<AudioLevelObserver> audio_levels;
    std::shared_ptr<ActiveSpeakerObserver> active_speaker;
  };
  template <typename Object>
  struct Placed {  // an object and the router it is on
    std::shared_ptr<Object> object;
    RouterId router;
  };
  template <typename IdType, typename Object>
  using Index = std::unordered_map<IdType, Placed<Object>>;

  void add_worker(std::size_t index, const WorkerId& id);
  Task<Result<void>> restore(WorkerSlot* slot, std::shared_ptr<Worker> worker);
  void on_worker_up(WorkerSlot* slot, bool again);
  void on_worker_down(WorkerSlot* slot);
  void count_alive();
  void observe_audio(const RouterId& router, const Producer& producer);
  template <typename Observed>
  Task<Result<std::shared_ptr<Observed>>> on_router(Placed<Observed> placed, RouterId router);
  // Keeps `object` in `index` until it closes.
  template <typename IdType, typename Object>
  void keep(Index<IdType, Object>& index, const IdType& id, const std::shared_ptr<Object>& object, const RouterId& router);
  Result<RouterPlace*> require_router(const RouterId& router);

  Loop& loop_;
  observe::Metrics& metrics_;
  EngineSettings settings_;
  meeting::MediaEvents* events_ = nullptr;
  bool stopping_ = false;
  std::unique_ptr<Pipes> pipes_;
  std::vector<std::shared_ptr<WorkerSlot>> slots_;
  std::unordered_map<RouterId, RouterPlace> routers_;
  std::unordered_set<RouterId> routers_being_created_;
  Index<TransportId, WebRtcTransport> transports_;
  Index<ProducerId, Producer> producers_;
  Index<ConsumerId, Consumer> consumers_;
  Index<DataProducerId, DataProducer> data_producers_;
  Index<DataConsumerId, DataConsumer> data_consumers_;
};

}  // namespace dd::media
