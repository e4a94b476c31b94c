// SPDX-License-Identifier: MIT
#include "media/consumer.hpp"

#include "media/stats.hpp"

namespace dd::media {

using Event = FBS::Notification::Event;
using Method = FBS::Request::Method;
using meeting::Layers;

flatbuffers::Offset<FBS::Consumer::ConsumerLayers> encode_layers(flatbuffers::FlatBufferBuilder& builder, const Layers& layers) {
  const auto temporal = layers.temporal ? flatbuffers::Optional<std::uint8_t>(*layers.temporal) : flatbuffers::nullopt;
  return FBS::Consumer::CreateConsumerLayers(builder, layers.spatial, temporal);
}

std::optional<Layers> decode_layers(const FBS::Consumer::ConsumerLayers* layers) {
  if (!layers) return std::nullopt;
  Layers out;
  out.spatial = layers->spatialLayer();
  if (const auto temporal = layers->temporalLayer()) out.temporal = *temporal;
  return out;
}

Consumer::Consumer(std::shared_ptr<Channel> channel, std::string id, std::string transport, rtp::MediaKind kind, rtp::Parameters parameters,
                   Events events)
    : WorkerObject(std::move(channel), std::move(id)),
      transport_(std::move(transport)),
      kind_(kind),
      parameters_(std::move(parameters)),
      events_(std::move(events)) {}

void Consumer::listen() {
  subscription_ = channel_->subscribe(id_, [weak = weak_from_this()](const FBS::Notification::Notification& notification) {
    if (auto self = weak.lock()) self->on_notification(notification);
  });
}

void Consumer::set_initial_state(bool paused, bool producer_paused) {
  paused_ = paused;
  producer_paused_ = producer_paused;
}

Task<Result<void>> Consumer::pause() { return change(Method::CONSUMER_PAUSE, true); }
Task<Result<void>> Consumer::resume() { return change(Method::CONSUMER_RESUME, false); }

Task<Result<void>> Consumer::change(Method method, bool paused) {
  auto self = shared_from_this();
  if (closed()) co_return not_found("consumer", id_);
  DD_CO_TRY_VOID(co_await channel_->request(method, id_));
  paused_ = paused;
  co_return ok();
}

Task<Result<std::optional<Layers>>> Consumer::set_preferred_layers(Layers layers) {
  auto self = shared_from_this();
  if (closed()) co_return not_found("consumer", id_);
  auto& builder = channel_->builder();
  const auto body = FBS::Consumer::CreateSetPreferredLayersRequest(builder, encode_layers(builder, layers));
  DD_CO_TRY(auto response, co_await channel_->request(Method::CONSUMER_SET_PREFERRED_LAYERS, id_,
                                                      FBS::Request::Body::Consumer_SetPreferredLayersRequest, body.Union()));
  const auto* answer = response.body<FBS::Consumer::SetPreferredLayersResponse>();
  std::optional<Layers> settled;
  if (answer) settled = decode_layers(answer->preferredLayers());
  co_return settled;
}

Task<Result<std::uint8_t>> Consumer::set_priority(std::uint8_t priority) {
  auto self = shared_from_this();
  if (closed()) co_return not_found("consumer", id_);
  const auto body = FBS::Consumer::CreateSetPriorityRequest(channel_->builder(), priority);
  DD_CO_TRY(auto response,
            co_await channel_->request(Method::CONSUMER_SET_PRIORITY, id_, FBS::Request::Body::Consumer_SetPriorityRequest, body.Union()));
  const auto* answer = response.body<FBS::Consumer::SetPriorityResponse>();
  co_return answer ? answer->priority() : priority;
}

Task<Result<void>> Consumer::request_key_frame() {
  auto self = shared_from_this();
  if (closed()) co_return not_found("consumer", id_);
  DD_CO_TRY_VOID(co_await channel_->request(Method::CONSUMER_REQUEST_KEY_FRAME, id_));
  co_return ok();
}

Task<Result<meeting::StatReport>> Consumer::stats() {
  auto self = shared_from_this();
  DD_CO_TRY(auto response, co_await channel_->request(Method::CONSUMER_GET_STATS, id_));
  const auto* stats = response.body<FBS::Consumer::GetStatsResponse>();
  if (!stats) co_return meeting::StatReport{};
  co_return decode_stats(stats->stats());
}

void Consumer::close() {
  if (closed()) return;
  auto self = shared_from_this();
  const auto body = FBS::Transport::CreateCloseConsumerRequestDirect(channel_->builder(), id_.c_str());
  channel_->post(Method::TRANSPORT_CLOSE_CONSUMER, transport_, FBS::Request::Body::Transport_CloseConsumerRequest, body.Union());
  forget();
}

void Consumer::on_notification(const FBS::Notification::Notification& notification) {
  switch (notification.event()) {
    case Event::CONSUMER_PRODUCER_CLOSE: {
      if (closed()) return;
      // The callback is kept from the end of this object, which forget() may bring.
      auto on_producer_closed = std::move(events_.on_producer_closed);
      forget();
      if (on_producer_closed) on_producer_closed();
      return;
    }
    case Event::CONSUMER_PRODUCER_PAUSE:
    case Event::CONSUMER_PRODUCER_RESUME: {
      const bool paused = notification.event() == Event::CONSUMER_PRODUCER_PAUSE;
      if (producer_paused_ == paused) return;
      producer_paused_ = paused;
      if (events_.on_producer_paused) events_.on_producer_paused(paused);
      return;
    }
    case Event::CONSUMER_SCORE: {
      const auto* body = notification.body_as_Consumer_ScoreNotification();
      if (body && events_.on_score) events_.on_score(body->score()->score(), body->score()->producerScore());
      return;
    }
    case Event::CONSUMER_LAYERS_CHANGE: {
      const auto* body = notification.body_as_Consumer_LayersChangeNotification();
      if (events_.on_layers) events_.on_layers(body ? decode_layers(body->layers()) : std::nullopt);
      return;
    }
    case Event::CONSUMER_RTP: {
      const auto* body = notification.body_as_Consumer_RtpNotification();
      if (body && events_.on_rtp) events_.on_rtp({body->data()->data(), body->data()->size()});
      return;
    }
    default: return;
  }
}

}  // namespace dd::media
