// SPDX-License-Identifier: MIT
// FakeMedia's producers and consumers.
#include <algorithm>
#include <fmt/format.h>

#include "meeting/testing/fake_media.hpp"

namespace dd::meeting::testing {

Task<Result<ProducerDescription>> FakeMedia::produce(ProduceRequest request) {
  auto beginning = begin("produce");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  DD_CO_TRY_VOID(require_transport(request.transport));
  if (request.parameters.codecs.empty()) co_return invalid_field("rtpParameters.codecs", "codecs must not be empty");
  const auto type = request.parameters.encodings.size() > 1 ? ProducerType::kSimulcast : ProducerType::kSimple;
  producers_[request.id] = Producer{request.transport, request.kind, std::move(request.parameters), request.paused, {}, 0};
  co_return ProducerDescription{request.id, type};
}

Task<Result<void>> FakeMedia::pause_producer(ProducerId producer) { return set_producer_paused(std::move(producer), true); }
Task<Result<void>> FakeMedia::resume_producer(ProducerId producer) { return set_producer_paused(std::move(producer), false); }

Task<Result<void>> FakeMedia::set_producer_paused(ProducerId producer_id, bool paused) {
  auto beginning = begin(paused ? "pause_producer" : "resume_producer");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  auto producer = producers_.find(producer_id);
  if (producer == producers_.end()) co_return not_found("producer", producer_id.str());
  if (std::exchange(producer->second.paused, paused) == paused) co_return ok();
  for (const auto& consumer : consumers_) {
    if (consumer.second.producer != producer_id) continue;
    tell([id = consumer.first, paused](MediaEvents& events) { events.on_consumer_producer_paused(id, paused); });
  }
  co_return ok();
}

Task<Result<StatReport>> FakeMedia::producer_stats(ProducerId producer) {
  auto beginning = begin("producer_stats");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  if (!producers_.contains(producer)) co_return not_found("producer", producer.str());
  StatReport report(1);
  report[0].emplace_back("packetCount", std::int64_t{0});
  report[0].emplace_back("byteCount", producers_.at(producer).bytes);
  co_return std::move(report);
}

void FakeMedia::close_producer(const ProducerId& closed) {
  const ProducerId producer = closed;
  if (producers_.erase(producer) == 0) return;
  for (auto consumer = consumers_.begin(); consumer != consumers_.end();) {
    if (consumer->second.producer != producer) {
      ++consumer;
      continue;
    }
    tell([id = consumer->first](MediaEvents& events) { events.on_consumer_closed(id); });
    consumer = consumers_.erase(consumer);
  }
}

Task<Result<void>> FakeMedia::pipe_producer(ProducerId producer, RouterId to) {
  auto beginning = begin("pipe_producer");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  auto found = producers_.find(producer);
  if (found == producers_.end()) co_return not_found("producer", producer.str());
  DD_CO_TRY_VOID(require_router(to));
  found->second.pipes.insert(to);
  co_return ok();
}

Task<Result<ConsumerDescription>> FakeMedia::consume(ConsumeRequest request) {
  auto beginning = begin("consume");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  DD_CO_TRY_VOID(require_transport(request.transport));
  auto producer = producers_.find(request.producer);
  if (producer == producers_.end()) co_return not_found("producer", request.producer.str());
  const auto& wanted = producer->second.parameters.codecs.front().mime_type;
  const auto& codecs = request.capabilities.codecs;
  if (std::none_of(codecs.begin(), codecs.end(), [&](const rtp::CodecCapability& codec) { return codec.mime_type == wanted; })) {
    co_return make_error(Errc::kConflict, fmt::format("the capabilities cannot consume {}", wanted));
  }
  const RouterId& router = transports_.at(request.transport).router;
  if (transports_.at(producer->second.transport).router != router) producer->second.pipes.insert(router);
  consumers_[request.id] = Consumer{request.transport, request.producer, request.paused, std::nullopt};
  ConsumerDescription description;
  description.id = request.id;
  description.producer = request.producer;
  description.kind = producer->second.kind;
  description.parameters = producer->second.parameters;
  description.producer_paused = producer->second.paused;
  if (auto& encodings = description.parameters.encodings; encodings.size() > 1) {
    description.type = ProducerType::kSimulcast;
    encodings.front().scalability_mode = fmt::format("L{}T1", encodings.size());
    encodings.resize(1);
  }
  co_return std::move(description);
}

Task<Result<void>> FakeMedia::pause_consumer(ConsumerId consumer) { return set_consumer_paused(std::move(consumer), true); }
Task<Result<void>> FakeMedia::resume_consumer(ConsumerId consumer) { return set_consumer_paused(std::move(consumer), false); }

Task<Result<void>> FakeMedia::set_consumer_paused(ConsumerId consumer_id, bool paused) {
  auto beginning = begin(paused ? "pause_consumer" : "resume_consumer");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  auto consumer = consumers_.find(consumer_id);
  if (consumer == consumers_.end()) co_return not_found("consumer", consumer_id.str());
  consumer->second.paused = paused;
  co_return ok();
}

Task<Result<std::optional<Layers>>> FakeMedia::set_preferred_layers(ConsumerId consumer, Layers layers) {
  auto beginning = begin("set_preferred_layers");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  auto found = consumers_.find(consumer);
  if (found == consumers_.end()) co_return not_found("consumer", consumer.str());
  std::optional<Layers> answer;
  const auto encodings = producers_.at(found->second.producer).parameters.encodings.size();
  if (encodings > 1) {
    answer = layers;
    answer->spatial = static_cast<std::uint8_t>(std::min<std::size_t>(layers.spatial, encodings - 1));
    found->second.preferred = answer;
  }
  co_return answer;
}

Task<Result<std::uint8_t>> FakeMedia::set_priority(ConsumerId consumer, std::uint8_t priority) {
  auto beginning = begin("set_priority");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  if (!consumers_.contains(consumer)) co_return not_found("consumer", consumer.str());
  co_return priority;
}

Task<Result<void>> FakeMedia::request_key_frame(ConsumerId consumer) {
  auto beginning = begin("request_key_frame");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  if (!consumers_.contains(consumer)) co_return not_found("consumer", consumer.str());
  co_return ok();
}

Task<Result<StatReport>> FakeMedia::consumer_stats(ConsumerId consumer) {
  auto beginning = begin("consumer_stats");
  DD_CO_TRY_VOID(co_await std::move(beginning));
  if (!consumers_.contains(consumer)) co_return not_found("consumer", consumer.str());
  StatReport report(1);
  report[0].emplace_back("packetCount", std::int64_t{0});
  co_return std::move(report);
}

void FakeMedia::close_consumer(const ConsumerId& consumer) { consumers_.erase(consumer); }

}  // namespace dd::meeting::testing
