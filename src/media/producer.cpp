// SPDX-License-Identifier: MIT
#include "media/producer.hpp"

#include "media/stats.hpp"

namespace dd::media {

using Method = FBS::Request::Method;

Producer::Producer(std::shared_ptr<Channel> channel, std::string id, std::string transport, Description description, Events events)
    : WorkerObject(std::move(channel), std::move(id)),
      transport_(std::move(transport)),
      description_(std::move(description)),
      events_(std::move(events)) {}

void Producer::listen() {
  subscription_ = channel_->subscribe(id_, [weak = weak_from_this()](const FBS::Notification::Notification& notification) {
    if (auto self = weak.lock()) self->on_notification(notification);
  });
}

Task<Result<void>> Producer::pause() { return change(Method::PRODUCER_PAUSE, true); }
Task<Result<void>> Producer::resume() { return change(Method::PRODUCER_RESUME, false); }

Task<Result<void>> Producer::change(Method method, bool paused) {
  auto self = shared_from_this();
  if (closed()) co_return not_found("producer", id_);
  DD_CO_TRY_VOID(co_await channel_->request(method, id_));
  description_.paused = paused;
  co_return ok();
}

void Producer::set_paused(bool paused) {
  if (closed() || description_.paused == paused) return;
  description_.paused = paused;
  channel_->post(paused ? Method::PRODUCER_PAUSE : Method::PRODUCER_RESUME, id_);
}

Task<Result<meeting::StatReport>> Producer::stats() {
  auto self = shared_from_this();
  DD_CO_TRY(auto response, co_await channel_->request(Method::PRODUCER_GET_STATS, id_));
  const auto* stats = response.body<FBS::Producer::GetStatsResponse>();
  if (!stats) co_return meeting::StatReport{};
  co_return decode_stats(stats->stats());
}

void Producer::close() {
  if (closed()) return;
  auto self = shared_from_this();
  const auto body = FBS::Transport::CreateCloseProducerRequestDirect(channel_->builder(), id_.c_str());
  channel_->post(Method::TRANSPORT_CLOSE_PRODUCER, transport_, FBS::Request::Body::Transport_CloseProducerRequest, body.Union());
  forget();
}

bool Producer::send(std::span<const std::uint8_t> packet) {
  if (closed()) return false;
  auto& builder = channel_->builder();
  const auto body = FBS::Producer::CreateSendNotification(builder, builder.CreateVector(packet.data(), packet.size()));
  return channel_->notify(FBS::Notification::Event::PRODUCER_SEND, id_, FBS::Notification::Body::Producer_SendNotification, body.Union());
}

void Producer::on_notification(const FBS::Notification::Notification& notification) {
  if (notification.event() != FBS::Notification::Event::PRODUCER_SCORE || !events_.on_score) return;
  const auto* body = notification.body_as_Producer_ScoreNotification();
  if (!body) return;
  std::vector<meeting::EncodingScore> scores;
  scores.reserve(body->scores()->size());
  for (const auto* score : *body->scores()) {
    meeting::EncodingScore entry;
    entry.encoding = score->encodingIdx();
    entry.ssrc = score->ssrc();
    if (score->rid() && score->rid()->size() > 0) entry.rid = score->rid()->str();
    entry.score = score->score();
    scores.push_back(std::move(entry));
  }
  events_.on_score(scores);
}

}  // namespace dd::media
