// SPDX-License-Identifier: MIT
#include "media/data_consumer.hpp"

#include "media/stats.hpp"

namespace dd::media {

using Event = FBS::Notification::Event;
using Method = FBS::Request::Method;

DataConsumer::DataConsumer(std::shared_ptr<Channel> channel, std::string id, std::string transport, DataProducer::Description description,
                           Events events)
    : WorkerObject(std::move(channel), std::move(id)),
      transport_(std::move(transport)),
      description_(std::move(description)),
      events_(std::move(events)) {}

void DataConsumer::listen() {
  subscription_ = channel_->subscribe(id_, [weak = weak_from_this()](const FBS::Notification::Notification& notification) {
    if (auto self = weak.lock()) self->on_notification(notification);
  });
}

Task<Result<meeting::StatReport>> DataConsumer::stats() {
  auto self = shared_from_this();
  DD_CO_TRY(auto response, co_await channel_->request(Method::DATACONSUMER_GET_STATS, id_));
  const auto* stats = response.body<FBS::DataConsumer::GetStatsResponse>();
  if (!stats) co_return meeting::StatReport{};
  co_return decode_stats(*stats);
}

void DataConsumer::close() {
  if (closed()) return;
  auto self = shared_from_this();
  const auto body = FBS::Transport::CreateCloseDataConsumerRequestDirect(channel_->builder(), id_.c_str());
  channel_->post(Method::TRANSPORT_CLOSE_DATACONSUMER, transport_, FBS::Request::Body::Transport_CloseDataConsumerRequest, body.Union());
  forget();
}

void DataConsumer::on_notification(const FBS::Notification::Notification& notification) {
  if (notification.event() == Event::DATACONSUMER_DATAPRODUCER_CLOSE) {
    if (closed()) return;
    auto on_producer_closed = std::move(events_.on_producer_closed);
    forget();
    if (on_producer_closed) on_producer_closed();
  } else if (notification.event() == Event::DATACONSUMER_MESSAGE) {
    const auto* body = notification.body_as_DataConsumer_MessageNotification();
    if (body && events_.on_message) events_.on_message(body->ppid(), {body->data()->data(), body->data()->size()});
  }
}

}  // namespace dd::media
