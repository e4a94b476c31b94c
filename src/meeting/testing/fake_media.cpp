// SPDX-License-Identifier: MIT
#include "meeting/testing/fake_media.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "meeting/testing/sample_rtp.hpp"

namespace dd::meeting::testing {

FakeMedia::FakeMedia(Loop& loop, std::vector<WorkerId> workers) : loop_(loop), faults_(loop), capabilities_(sample_router_capabilities()) {
  for (auto& worker : workers) workers_[worker] = WorkerStatus{worker, true, 0, 0, 0, 0, 0};
}

void FakeMedia::tell(UniqueFunction<void(MediaEvents&)> news) {
  loop_.post([this, news = std::move(news)]() mutable {
    if (events_ != nullptr) news(*events_);
  });
}

Task<Result<void>> FakeMedia::begin(std::string operation) {
  auto passing = faults_.pass_time();
  co_await std::move(passing);
  co_return faults_.strike(operation);
}

Result<void> FakeMedia::require_router(const RouterId& router) const {
  auto found = routers_.find(router);
  if (found == routers_.end()) return not_found("router", router.str());
  if (!workers_.at(found->second).alive) return unavailable("the worker is being restarted");
  return ok();
}

Result<void> FakeMedia::require_transport(const TransportId& transport) const {
  if (!transports_.contains(transport)) return not_found("transport", transport.str());
  return ok();
}

void FakeMedia::kill_worker(const WorkerId& worker) {
  workers_.at(worker).alive = false;
  std::vector<TransportId> lost;
  for (const auto& transport : transports_) {
    if (routers_.at(transport.second.router) == worker) lost.push_back(transport.first);
  }
  tell([worker, lost](MediaEvents& events) { events.on_worker_died(worker, lost); });
  for (const auto& transport : lost) close_transport(transport);
}

void FakeMedia::restore_worker(const WorkerId& worker) {
  auto& status = workers_.at(worker);
  status.alive = true;
  ++status.restarts;
  tell([worker](MediaEvents& events) { events.on_worker_restored(worker); });
}

void FakeMedia::establish(const TransportId& transport) {
  for (TransportState state : {TransportState::kIceConnected, TransportState::kDtlsConnected, TransportState::kIceCompleted}) {
    tell([transport, state](MediaEvents& events) { events.on_transport_state(transport, state); });
  }
}

void FakeMedia::fail_transport(const TransportId& transport, TransportEnd reason) {
  tell([transport, reason](MediaEvents& events) { events.on_transport_failed(transport, reason); });
}

void FakeMedia::carry(const TransportId& transport, std::int64_t received, std::int64_t sent) {
  transports_.at(transport).bytes_received += received;
  transports_.at(transport).bytes_sent += sent;
}

void FakeMedia::send(const ProducerId& producer, std::int64_t bytes) { producers_.at(producer).bytes += bytes; }

void FakeMedia::report_levels(const RouterId& router, std::vector<AudioLevel> levels) {
  tell([router, levels = std::move(levels)](MediaEvents& events) { events.on_audio_levels(router, levels); });
}

void FakeMedia::report_speaker(const RouterId& router, ProducerId producer) {
  tell([router, producer](MediaEvents& events) { events.on_active_speaker(router, producer); });
}

void FakeMedia::report_load(const WorkerId& worker, std::uint32_t busy_percent) {
  tell([worker, busy_percent](MediaEvents& events) { events.on_worker_load(worker, busy_percent); });
}

void FakeMedia::report_score(const ProducerId& producer, int score) {
  tell([producer, score](MediaEvents& events) { events.on_producer_score(producer, {{0, 1111, std::nullopt, score}}); });
}

std::vector<WorkerStatus> FakeMedia::workers() const {
  std::vector<WorkerStatus> statuses;
  for (const auto& worker : workers_) {
    WorkerStatus status = worker.second;
    status.routers = static_cast<std::size_t>(
        std::count_if(routers_.begin(), routers_.end(), [&](const auto& router) { return router.second == worker.first; }));
    for (const auto& transport : transports_) status.transports += routers_.at(transport.second.router) == worker.first ? 1 : 0;
    for (const auto& consumer : consumers_) {
      status.consumers += routers_.at(transports_.at(consumer.second.transport).router) == worker.first ? 1 : 0;
    }
    statuses.push_back(status);
  }
  return statuses;
}

Task<Result<void>> FakeMedia::create_router(WorkerId worker, RouterId router) {
  auto beginning = begin("create_router");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  auto known = workers_.find(worker);
  if (known == workers_.end()) co_return not_found("worker", worker.str());
  if (!known->second.alive) co_return unavailable("the worker is being restarted");
  routers_[router] = worker;
  co_return ok();
}

void FakeMedia::close_router(const RouterId& router) {
  std::vector<TransportId> transports;
  for (const auto& transport : transports_) {
    if (transport.second.router == router) transports.push_back(transport.first);
  }
  for (const auto& transport : transports) close_transport(transport);
  for (auto& producer : producers_) producer.second.pipes.erase(router);
  routers_.erase(router);
}

Task<Result<TransportDescription>> FakeMedia::create_transport(TransportRequest request) {
  auto beginning = begin("create_transport");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  DD_CO_TRY_VOID(require_router(request.router));
  transports_[request.id] = Transport{request.router, false, request.bitrates, 0, 0};
  TransportDescription description;
  description.id = request.id;
  description.ice_parameters = {"fake", "secret", true};
  if (request.udp) description.ice_candidates.push_back({"udpcandidate", 1076302079, "127.0.0.1", "udp", 40000, "host", std::nullopt});
  description.ice_candidates.push_back({"tcpcandidate", 1076276479, "127.0.0.1", "tcp", 40000, "host", "passive"});
  description.dtls_parameters = sample_dtls_parameters();
  description.dtls_parameters.role = DtlsRole::kAuto;
  if (request.enable_sctp) description.sctp_parameters = SctpParameters{5000, 1024, 1024, 262144};
  co_return std::move(description);
}

Task<Result<void>> FakeMedia::connect_transport(TransportId transport, DtlsParameters) {
  auto beginning = begin("connect_transport");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  DD_CO_TRY_VOID(require_transport(transport));
  if (std::exchange(transports_.at(transport).connected, true)) co_return make_error(Errc::kConflict, "already connected");
  co_return ok();
}

Task<Result<IceParameters>> FakeMedia::restart_ice(TransportId transport) {
  auto beginning = begin("restart_ice");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  DD_CO_TRY_VOID(require_transport(transport));
  co_return IceParameters{fmt::format("fake{}", ++ice_generation_), "secret", true};
}

Task<Result<void>> FakeMedia::set_bitrates(TransportId transport, TransportBitrates bitrates) {
  auto beginning = begin("set_bitrates");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  DD_CO_TRY_VOID(require_transport(transport));
  transports_.at(transport).bitrates = bitrates;
  co_return ok();
}

Task<Result<StatReport>> FakeMedia::transport_stats(TransportId transport) {
  auto beginning = begin("transport_stats");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  DD_CO_TRY_VOID(require_transport(transport));
  StatReport report(1);
  report[0].emplace_back("bytesReceived", transports_.at(transport).bytes_received);
  report[0].emplace_back("bytesSent", transports_.at(transport).bytes_sent);
  co_return std::move(report);
}

void FakeMedia::close_transport(const TransportId& closed) {
  const TransportId transport = closed;
  std::erase_if(consumers_, [&](const auto& consumer) { return consumer.second.transport == transport; });
  std::erase_if(data_consumers_, [&](const auto& consumer) { return consumer.second.transport == transport; });
  std::vector<ProducerId> producers;
  for (const auto& producer : producers_) {
    if (producer.second.transport == transport) producers.push_back(producer.first);
  }
  for (const auto& producer : producers) close_producer(producer);
  std::vector<DataProducerId> data_producers;
  for (const auto& producer : data_producers_) {
    if (producer.second.transport == transport) data_producers.push_back(producer.first);
  }
  for (const auto& producer : data_producers) close_data_producer(producer);
  transports_.erase(transport);
}

Task<Result<void>> FakeMedia::produce_data(ProduceDataRequest request) {
  auto beginning = begin("produce_data");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  DD_CO_TRY_VOID(require_transport(request.transport));
  data_producers_[request.id] = DataProducer{request.transport, request.stream, request.label, request.protocol};
  co_return ok();
}

Task<Result<DataConsumerDescription>> FakeMedia::consume_data(ConsumeDataRequest request) {
  auto beginning = begin("consume_data");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  DD_CO_TRY_VOID(require_transport(request.transport));
  auto producer = data_producers_.find(request.data_producer);
  if (producer == data_producers_.end()) co_return not_found("data producer", request.data_producer.str());
  data_consumers_[request.id] = DataConsumer{request.transport, request.data_producer};
  co_return DataConsumerDescription{request.id, request.data_producer, producer->second.stream, producer->second.label,
                                    producer->second.protocol};
}

void FakeMedia::close_data_producer(const DataProducerId& closed) {
  const DataProducerId producer = closed;
  if (data_producers_.erase(producer) == 0) return;
  for (auto consumer = data_consumers_.begin(); consumer != data_consumers_.end();) {
    if (consumer->second.producer != producer) {
      ++consumer;
      continue;
    }
    tell([id = consumer->first](MediaEvents& events) { events.on_data_consumer_closed(id); });
    consumer = data_consumers_.erase(consumer);
  }
}

void FakeMedia::close_data_consumer(const DataConsumerId& consumer) { data_consumers_.erase(consumer); }

}  // namespace dd::meeting::testing
