// SPDX-License-Identifier: MIT
#include "media/recording_taps.hpp"

#include <algorithm>
#include <limits>

#include "base/random.hpp"
#include "media/plain_transport.hpp"
#include "media/router.hpp"
#include "rtp/header_extension.hpp"

namespace dd::media {
namespace {

constexpr const char* kLoopback = "127.0.0.1";

// Beyond what any stream has: the worker takes the highest there is.
constexpr meeting::Layers kHighestLayers{std::numeric_limits<std::uint8_t>::max(), std::numeric_limits<std::uint8_t>::max()};

meeting::Layers layer_below(std::size_t layers, unsigned smaller) {
  const std::size_t highest = layers - 1;
  return {static_cast<std::uint8_t>(highest - std::min<std::size_t>(smaller, highest)), std::numeric_limits<std::uint8_t>::max()};
}

// Without what would make the worker estimate bandwidth towards the recorder, who sends no feedback for it and is reached
// over loopback: an estimate without feedback stays at its start and holds the higher layers back.
rtp::Capabilities without_bandwidth_estimation(rtp::Capabilities capabilities) {
  std::erase_if(capabilities.header_extensions,
                [](const auto& extension) { return extension.uri == rtp::kTransportWideCcUri || extension.uri == rtp::kAbsSendTimeUri; });
  for (auto& codec : capabilities.codecs) {
    std::erase_if(codec.rtcp_feedback,
                  [](const auto& feedback) { return feedback.type == "transport-cc" || feedback.type == "goog-remb"; });
  }
  return capabilities;
}

}  // namespace

RecordingTaps::~RecordingTaps() {
  *alive_ = false;
  for (auto& tap : taps_) tap.second.transport->close();
}

Task<Result<recording::TapDescription>> RecordingTaps::open_tap(recording::TapId id, std::uint16_t recorder_port, unsigned smaller,
                                                                UniqueFunction<void()> on_closed) {
  if (taps_.contains(id)) co_return make_error(Errc::kConflict, "the producer has a tap already");
  DD_CO_TRY(auto place, engine_.place_of(id.producer));
  const auto type = place.producer->type();
  const std::size_t layers = type == rtp::ProducerType::kSimulcast ? place.producer->parameters().encodings.size() : 1;
  if (id.preview && layers < 2) co_return make_error(Errc::kInvalidArgument, "the producer has no smaller layer");
  PlainTransportSettings settings;
  settings.id = random_uuid();
  settings.listen = engine_.internal_address();
  DD_CO_TRY(auto transport, co_await place.router->create_plain_transport(std::move(settings)));
  auto alive = alive_;
  const auto closing = [&transport](Error error, const char* what) {
    transport->close();
    return std::move(error).during(what);
  };
  PlainTransport::Peer peer;
  peer.ip = kLoopback;
  peer.port = recorder_port;
  auto connected = co_await transport->connect(std::move(peer));
  if (!connected) co_return closing(std::move(connected.error()), "connect a recorder");

  ConsumeSettings consume;
  consume.id = random_uuid();
  consume.producer = place.producer;
  consume.capabilities = without_bandwidth_estimation(engine_.router_capabilities());
  consume.paused = true;
  if (type != rtp::ProducerType::kSimple) consume.preferred_layers = id.preview ? layer_below(layers, smaller) : kHighestLayers;
  auto consumer = co_await transport->consume(std::move(consume), Consumer::Events{});
  if (!consumer) co_return closing(std::move(consumer.error()), "tap a producer");
  if (!*alive || transport->closed() || (*consumer)->closed() || taps_.contains(id)) {
    transport->close();
    co_return not_found("producer", id.producer.str());
  }

  // Bound to 127.0.0.1 or to the address that the pipes use; the recorder sees the port only.
  recording::TapDescription description{(*consumer)->kind(), (*consumer)->parameters(), transport->tuple().local_port};
  Tap& tap = taps_[id];
  tap = Tap{transport, *consumer, layers, std::move(on_closed)};
  for (WorkerObject* object : {static_cast<WorkerObject*>(tap.consumer.get()), static_cast<WorkerObject*>(tap.transport.get())}) {
    object->when_closed([this, alive, id, raw = transport.get()] {
      if (*alive) on_end(id, raw);
    });
  }
  co_return description;
}

Task<Result<void>> RecordingTaps::start_tap(recording::TapId id) {
  auto found = taps_.find(id);
  if (found == taps_.end()) co_return not_found("tap", id.producer.str());
  auto consumer = found->second.consumer;
  co_return co_await consumer->resume();
}

Task<Result<void>> RecordingTaps::choose_layer(recording::TapId id, unsigned smaller) {
  auto found = taps_.find(id);
  if (found == taps_.end()) co_return not_found("tap", id.producer.str());
  auto consumer = found->second.consumer;
  DD_CO_TRY_VOID(co_await consumer->set_preferred_layers(layer_below(found->second.layers, smaller)));
  co_return ok();
}

Task<Result<void>> RecordingTaps::request_key_frame(recording::TapId id) {
  auto found = taps_.find(id);
  if (found == taps_.end()) co_return not_found("tap", id.producer.str());
  auto consumer = found->second.consumer;
  co_return co_await consumer->request_key_frame();
}

void RecordingTaps::close_tap(const recording::TapId& id) {
  auto found = taps_.find(id);
  if (found == taps_.end()) return;
  auto transport = found->second.transport;
  taps_.erase(found);  // first, so that its end is not news
  transport->close();
}

void RecordingTaps::on_end(const recording::TapId& id, const PlainTransport* transport) {
  auto found = taps_.find(id);
  if (found == taps_.end() || found->second.transport.get() != transport) return;
  Tap tap = std::move(found->second);
  taps_.erase(found);
  tap.transport->close();
  if (tap.on_closed) tap.on_closed();
}

}  // namespace dd::media
