// SPDX-License-Identifier: MIT
// FakeMedia: a media engine without media. It keeps the same book of routers, transports, producers and consumers as the
// real one, under the same contract (media_port_contract.hpp), and does what a test tells it: be slow, fail, lose a worker.
// Owned by a test, on its loop; news is posted, never given from inside a call.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "base/loop.hpp"
#include "meeting/media_port.hpp"
#include "meeting/testing/faults.hpp"

namespace dd::meeting::testing {

class FakeMedia final : public MediaPort {
 public:
  struct Transport {
    RouterId router;
    bool connected = false;
    TransportBitrates bitrates;
    std::int64_t bytes_received = 0;
    std::int64_t bytes_sent = 0;
  };
  struct Producer {
    TransportId transport;
    rtp::MediaKind kind = rtp::MediaKind::kAudio;
    rtp::Parameters parameters;
    bool paused = false;
    std::set<RouterId> pipes;
    std::int64_t bytes = 0;
  };
  struct Consumer {
    TransportId transport;
    ProducerId producer;
    bool paused = false;
    std::optional<Layers> preferred;  // as last asked
  };
  struct DataProducer {
    TransportId transport;
    rtp::SctpStreamParameters stream;
    std::string label;
    std::string protocol;
  };
  struct DataConsumer {
    TransportId transport;
    DataProducerId producer;
  };

  FakeMedia(Loop& loop, std::vector<WorkerId> workers);

  // What a test does to it.
  Faults& faults() { return faults_; }
  void kill_worker(const WorkerId& worker);
  void restore_worker(const WorkerId& worker);
  void establish(const TransportId& transport);  // the client's ICE and DTLS come up
  void fail_transport(const TransportId& transport, TransportEnd reason);
  void carry(const TransportId& transport, std::int64_t received, std::int64_t sent);  // so many bytes more
  void send(const ProducerId& producer, std::int64_t bytes);
  void report_levels(const RouterId& router, std::vector<AudioLevel> levels);
  void report_speaker(const RouterId& router, ProducerId producer);
  void report_load(const WorkerId& worker, std::uint32_t busy_percent);
  void report_score(const ProducerId& producer, int score);

  // What a test sees of it.
  const std::map<RouterId, WorkerId>& routers() const { return routers_; }
  const std::map<TransportId, Transport>& transports() const { return transports_; }
  const std::map<ProducerId, Producer>& producers() const { return producers_; }
  const std::map<ConsumerId, Consumer>& consumers() const { return consumers_; }
  const std::map<DataProducerId, DataProducer>& data_producers() const { return data_producers_; }
  const std::map<DataConsumerId, DataConsumer>& data_consumers() const { return data_consumers_; }

  void set_events(MediaEvents* events) override { events_ = events; }
  std::vector<WorkerStatus> workers() const override;
  const rtp::Capabilities& router_capabilities() const override { return capabilities_; }
  Task<Result<void>> create_router(WorkerId worker, RouterId router) override;
  void close_router(const RouterId& router) override;
  Task<Result<TransportDescription>> create_transport(TransportRequest request) override;
  Task<Result<void>> connect_transport(TransportId transport, DtlsParameters dtls) override;
  Task<Result<IceParameters>> restart_ice(TransportId transport) override;
  Task<Result<void>> set_bitrates(TransportId transport, TransportBitrates bitrates) override;
  Task<Result<StatReport>> transport_stats(TransportId transport) override;
  void close_transport(const TransportId& transport) override;
  Task<Result<ProducerDescription>> produce(ProduceRequest request) override;
  Task<Result<void>> pause_producer(ProducerId producer) override;
  Task<Result<void>> resume_producer(ProducerId producer) override;
  Task<Result<StatReport>> producer_stats(ProducerId producer) override;
  void close_producer(const ProducerId& producer) override;
  Task<Result<void>> pipe_producer(ProducerId producer, RouterId to) override;
  Task<Result<ConsumerDescription>> consume(ConsumeRequest request) override;
  Task<Result<void>> pause_consumer(ConsumerId consumer) override;
  Task<Result<void>> resume_consumer(ConsumerId consumer) override;
  Task<Result<std::optional<Layers>>> set_preferred_layers(ConsumerId consumer, Layers layers) override;
  Task<Result<std::uint8_t>> set_priority(ConsumerId consumer, std::uint8_t priority) override;
  Task<Result<void>> request_key_frame(ConsumerId consumer) override;
  Task<Result<StatReport>> consumer_stats(ConsumerId consumer) override;
  void close_consumer(const ConsumerId& consumer) override;
  Task<Result<void>> produce_data(ProduceDataRequest request) override;
  Task<Result<DataConsumerDescription>> consume_data(ConsumeDataRequest request) override;
  void close_data_producer(const DataProducerId& producer) override;
  void close_data_consumer(const DataConsumerId& consumer) override;

 private:
  Task<Result<void>> begin(std::string operation);
  Result<void> require_router(const RouterId& router) const;
  Result<void> require_transport(const TransportId& transport) const;
  Task<Result<void>> set_producer_paused(ProducerId producer, bool paused);
  Task<Result<void>> set_consumer_paused(ConsumerId consumer, bool paused);
  void tell(UniqueFunction<void(MediaEvents&)> news);

  Loop& loop_;
  Faults faults_;
  MediaEvents* events_ = nullptr;
  rtp::Capabilities capabilities_;
  std::map<WorkerId, WorkerStatus> workers_;
  std::map<RouterId, WorkerId> routers_;
  std::map<TransportId, Transport> transports_;
  std::map<ProducerId, Producer> producers_;
  std::map<ConsumerId, Consumer> consumers_;
  std::map<DataProducerId, DataProducer> data_producers_;
  std::map<DataConsumerId, DataConsumer> data_consumers_;
  int ice_generation_ = 0;
};

}  // namespace dd::meeting::testing
