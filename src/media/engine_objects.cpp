// SPDX-License-Identifier: MIT
// What lives on a router: transports, producers, consumers and data, by their ids.
#include <fmt/format.h>

#include "base/random.hpp"
#include "media/engine.hpp"
#include "media/pipes.hpp"
#include "media/router.hpp"
#include "media/worker_slot.hpp"

namespace dd::media {

using meeting::MediaEvents;

namespace {

meeting::ProducerType port_type(rtp::ProducerType type) {
  switch (type) {
    case rtp::ProducerType::kSimple: return meeting::ProducerType::kSimple;
    case rtp::ProducerType::kSimulcast: return meeting::ProducerType::kSimulcast;
    case rtp::ProducerType::kSvc: return meeting::ProducerType::kSvc;
  }
  return meeting::ProducerType::kSimple;
}

Error taken(std::string_view kind, std::string_view id) {
  return make_error(Errc::kConflict, fmt::format("{} '{}' exists already", kind, id));
}

// A copy, since the index may change while the caller waits for the worker.
template <typename Index, typename IdType>
auto require(const Index& index, std::string_view kind, const IdType& id) -> Result<typename Index::mapped_type> {
  auto found = index.find(id);
  if (found == index.end()) return not_found(kind, id.str());
  return found->second;
}

}  // namespace

template <typename IdType, typename Object>
void Engine::keep(Index<IdType, Object>& index, const IdType& id, const std::shared_ptr<Object>& object, const RouterId& router) {
  index.insert_or_assign(id, Placed<Object>{object, router});
  object->when_closed([&index, id, raw = object.get()] {
    auto found = index.find(id);
    if (found != index.end() && found->second.object.get() == raw) index.erase(found);
  });
}

// Where `placed` can be consumed on `router`: itself, or its copy there.
template <typename Observed>
Task<Result<std::shared_ptr<Observed>>> Engine::on_router(Placed<Observed> placed, RouterId router) {
  if (placed.router == router) co_return placed.object;
  DD_CO_TRY(auto* from_place, require_router(placed.router));
  auto from = from_place->router;
  DD_CO_TRY(auto* to_place, require_router(router));
  auto to = to_place->router;
  co_return co_await pipes_->pipe(from, to, placed.object);
}

Task<Result<std::shared_ptr<Producer>>> Engine::producer_on(ProducerId producer, RouterId router) {
  DD_CO_TRY(auto placed, require(producers_, "producer", producer));
  co_return co_await on_router(std::move(placed), router);
}

Result<Engine::ProducerPlace> Engine::place_of(const ProducerId& producer) {
  DD_TRY(auto placed, require(producers_, "producer", producer));
  DD_TRY(auto* place, require_router(placed.router));
  return ProducerPlace{std::move(placed.object), place->router};
}

ListenAddress Engine::internal_address() const {
  return ListenAddress{settings_.internal_ip, "", 0, settings_.internal_min_port, settings_.internal_max_port};
}

Task<Result<meeting::TransportDescription>> Engine::create_transport(meeting::TransportRequest request) {
  if (transports_.count(request.id) > 0) co_return taken("transport", request.id.str());
  DD_CO_TRY(auto* place, require_router(request.router));
  auto router = place->router;
  WorkerSlot* slot = place->slot;
  WebRtcTransportSettings settings;
  settings.id = request.id.str();
  settings.initial_available_outgoing_bitrate = request.initial_available_outgoing_bitrate;
  settings.enable_sctp = request.enable_sctp;
  settings.udp = request.udp;
  settings.prefer_tcp = request.prefer_tcp;
  settings.ice_consent_timeout = settings_.ice_consent_timeout;
  WebRtcTransport::Events events;
  events.on_state = [this, id = request.id](meeting::TransportState state) {
    if (events_) events_->on_transport_state(id, state);
  };
  events.on_failed = [this, id = request.id](meeting::TransportEnd end) {
    if (events_) events_->on_transport_failed(id, end);
  };
  DD_CO_TRY(auto transport, co_await router->create_webrtc_transport(std::move(settings), std::move(events)));
  auto limited = co_await transport->set_bitrates(request.bitrates);
  if (!limited) {
    transport->close();
    co_return std::move(limited.error());
  }
  if (transport->closed()) co_return not_found("router", request.router.str());
  keep(transports_, request.id, transport, request.router);
  ++slot->transports;
  transport->when_closed([slot] { --slot->transports; });
  co_return transport->description();
}

Task<Result<void>> Engine::connect_transport(TransportId transport, meeting::DtlsParameters dtls) {
  DD_CO_TRY(auto placed, require(transports_, "transport", transport));
  co_return co_await placed.object->connect(std::move(dtls));
}

Task<Result<meeting::IceParameters>> Engine::restart_ice(TransportId transport) {
  DD_CO_TRY(auto placed, require(transports_, "transport", transport));
  co_return co_await placed.object->restart_ice();
}

Task<Result<void>> Engine::set_bitrates(TransportId transport, meeting::TransportBitrates bitrates) {
  DD_CO_TRY(auto placed, require(transports_, "transport", transport));
  co_return co_await placed.object->set_bitrates(bitrates);
}

Task<Result<meeting::StatReport>> Engine::transport_stats(TransportId transport) {
  DD_CO_TRY(auto placed, require(transports_, "transport", transport));
  co_return co_await placed.object->stats();
}

void Engine::close_transport(const TransportId& transport) {
  auto placed = require(transports_, "transport", transport);
  if (placed) placed->object->close();
}

Task<Result<meeting::ProducerDescription>> Engine::produce(meeting::ProduceRequest request) {
  if (producers_.count(request.id) > 0) co_return taken("producer", request.id.str());
  DD_CO_TRY(auto placed, require(transports_, "transport", request.transport));
  ProduceSettings settings;
  settings.id = request.id.str();
  settings.kind = request.kind;
  settings.parameters = std::move(request.parameters);
  settings.paused = request.paused;
  Producer::Events events;
  events.on_score = [this, id = request.id](const std::vector<meeting::EncodingScore>& scores) {
    if (events_) events_->on_producer_score(id, scores);
  };
  DD_CO_TRY(auto producer, co_await placed.object->produce(std::move(settings), std::move(events)));
  keep(producers_, request.id, producer, placed.router);
  if (producer->kind() == rtp::MediaKind::kAudio) observe_audio(placed.router, *producer);
  meeting::ProducerDescription description;
  description.id = request.id;
  description.type = port_type(producer->type());
  co_return description;
}

// Observers cost a timer and a look at each audio packet's header, so a router without sound has none.
void Engine::observe_audio(const RouterId& router, const Producer& producer) {
  auto found = routers_.find(router);
  if (found == routers_.end() || !found->second.router) return;
  RouterPlace& place = found->second;
  if (!place.audio_levels) {
    place.audio_levels = place.router->create_audio_level_observer(settings_.audio_levels,
                                                                   [this, router](const std::vector<std::pair<std::string, int>>& levels) {
                                                                     if (!events_) return;
                                                                     std::vector<meeting::AudioLevel> out;
                                                                     for (const auto& level : levels)
                                                                       out.push_back({ProducerId(level.first), level.second});
                                                                     events_->on_audio_levels(router, out);
                                                                   });
    place.active_speaker =
        place.router->create_active_speaker_observer(settings_.active_speaker_interval, [this, router](const std::string& speaker) {
          if (events_) events_->on_active_speaker(router, ProducerId(speaker));
        });
  }
  place.audio_levels->add(producer);
  place.active_speaker->add(producer);
}

Task<Result<void>> Engine::pause_producer(ProducerId producer) {
  DD_CO_TRY(auto placed, require(producers_, "producer", producer));
  co_return co_await placed.object->pause();
}

Task<Result<void>> Engine::resume_producer(ProducerId producer) {
  DD_CO_TRY(auto placed, require(producers_, "producer", producer));
  co_return co_await placed.object->resume();
}

Task<Result<meeting::StatReport>> Engine::producer_stats(ProducerId producer) {
  DD_CO_TRY(auto placed, require(producers_, "producer", producer));
  co_return co_await placed.object->stats();
}

void Engine::close_producer(const ProducerId& producer) {
  auto placed = require(producers_, "producer", producer);
  if (placed) placed->object->close();
}

Task<Result<void>> Engine::pipe_producer(ProducerId producer, RouterId to) {
  DD_CO_TRY_VOID(co_await producer_on(producer, to));
  co_return ok();
}

Task<Result<meeting::ConsumerDescription>> Engine::consume(meeting::ConsumeRequest request) {
  if (consumers_.count(request.id) > 0) co_return taken("consumer", request.id.str());
  DD_CO_TRY(auto transport, require(transports_, "transport", request.transport));
  DD_CO_TRY(auto producer, require(producers_, "producer", request.producer));
  DD_CO_TRY(auto source, co_await on_router(producer, transport.router));
  ConsumeSettings settings;
  settings.id = request.id.str();
  settings.producer = source;
  settings.capabilities = std::move(request.capabilities);
  settings.paused = request.paused;
  settings.preferred_layers = request.preferred_layers;
  settings.enable_rtx = request.enable_rtx;
  Consumer::Events events;
  events.on_producer_closed = [this, id = request.id] {
    if (events_) events_->on_consumer_closed(id);
  };
  events.on_producer_paused = [this, id = request.id](bool paused) {
    if (events_) events_->on_consumer_producer_paused(id, paused);
  };
  events.on_score = [this, id = request.id](int score, int producer_score) {
    if (events_) events_->on_consumer_score(id, score, producer_score);
  };
  events.on_layers = [this, id = request.id](const std::optional<meeting::Layers>& layers) {
    if (events_) events_->on_consumer_layers(id, layers);
  };
  DD_CO_TRY(auto consumer, co_await transport.object->consume(std::move(settings), std::move(events)));
  keep(consumers_, request.id, consumer, transport.router);
  if (auto place = routers_.find(transport.router); place != routers_.end()) {
    WorkerSlot* slot = place->second.slot;
    ++slot->consumers;
    consumer->when_closed([slot] { --slot->consumers; });
  }
  meeting::ConsumerDescription description;
  description.id = request.id;
  description.producer = request.producer;
  description.kind = consumer->kind();
  description.parameters = consumer->parameters();
  description.type = port_type(source->type());
  description.producer_paused = consumer->producer_paused();
  co_return description;
}

Task<Result<void>> Engine::pause_consumer(ConsumerId consumer) {
  DD_CO_TRY(auto placed, require(consumers_, "consumer", consumer));
  co_return co_await placed.object->pause();
}

Task<Result<void>> Engine::resume_consumer(ConsumerId consumer) {
  DD_CO_TRY(auto placed, require(consumers_, "consumer", consumer));
  co_return co_await placed.object->resume();
}

Task<Result<std::optional<meeting::Layers>>> Engine::set_preferred_layers(ConsumerId consumer, meeting::Layers layers) {
  DD_CO_TRY(auto placed, require(consumers_, "consumer", consumer));
  co_return co_await placed.object->set_preferred_layers(layers);
}

Task<Result<std::uint8_t>> Engine::set_priority(ConsumerId consumer, std::uint8_t priority) {
  DD_CO_TRY(auto placed, require(consumers_, "consumer", consumer));
  co_return co_await placed.object->set_priority(priority);
}

Task<Result<void>> Engine::request_key_frame(ConsumerId consumer) {
  DD_CO_TRY(auto placed, require(consumers_, "consumer", consumer));
  co_return co_await placed.object->request_key_frame();
}

Task<Result<meeting::StatReport>> Engine::consumer_stats(ConsumerId consumer) {
  DD_CO_TRY(auto placed, require(consumers_, "consumer", consumer));
  co_return co_await placed.object->stats();
}

void Engine::close_consumer(const ConsumerId& consumer) {
  auto placed = require(consumers_, "consumer", consumer);
  if (placed) placed->object->close();
}

Task<Result<void>> Engine::produce_data(meeting::ProduceDataRequest request) {
  if (data_producers_.count(request.id) > 0) co_return taken("data producer", request.id.str());
  DD_CO_TRY(auto placed, require(transports_, "transport", request.transport));
  ProduceDataSettings settings;
  settings.id = request.id.str();
  settings.stream = request.stream;
  settings.label = std::move(request.label);
  settings.protocol = std::move(request.protocol);
  DD_CO_TRY(auto producer, co_await placed.object->produce_data(std::move(settings)));
  keep(data_producers_, request.id, producer, placed.router);
  co_return ok();
}

Task<Result<meeting::DataConsumerDescription>> Engine::consume_data(meeting::ConsumeDataRequest request) {
  if (data_consumers_.count(request.id) > 0) co_return taken("data consumer", request.id.str());
  DD_CO_TRY(auto transport, require(transports_, "transport", request.transport));
  DD_CO_TRY(auto producer, require(data_producers_, "data producer", request.data_producer));
  DD_CO_TRY(auto source, co_await on_router(producer, transport.router));
  DataConsumer::Events events;
  events.on_producer_closed = [this, id = request.id] {
    if (events_) events_->on_data_consumer_closed(id);
  };
  DD_CO_TRY(auto consumer, co_await transport.object->consume_data(request.id.str(), source, std::move(events)));
  keep(data_consumers_, request.id, consumer, transport.router);
  meeting::DataConsumerDescription description;
  description.id = request.id;
  description.data_producer = request.data_producer;
  description.stream = consumer->stream().value_or(rtp::SctpStreamParameters{});
  description.label = consumer->label();
  description.protocol = consumer->protocol();
  co_return description;
}

void Engine::close_data_producer(const DataProducerId& producer) {
  auto placed = require(data_producers_, "data producer", producer);
  if (placed) placed->object->close();
}

void Engine::close_data_consumer(const DataConsumerId& consumer) {
  auto placed = require(data_consumers_, "data consumer", consumer);
  if (placed) placed->object->close();
}

}  // namespace dd::media
