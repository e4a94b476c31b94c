// SPDX-License-Identifier: MIT
#include "media/data_producer.hpp"

#include "media/stats.hpp"

namespace dd::media {

using Method = FBS::Request::Method;

DataProducer::DataProducer(std::shared_ptr<Channel> channel, std::string id, std::string transport, Description description)
    : WorkerObject(std::move(channel), std::move(id)), transport_(std::move(transport)), description_(std::move(description)) {}

Task<Result<meeting::StatReport>> DataProducer::stats() {
  auto self = shared_from_this();
  DD_CO_TRY(auto response, co_await channel_->request(Method::DATAPRODUCER_GET_STATS, id_));
  const auto* stats = response.body<FBS::DataProducer::GetStatsResponse>();
  if (!stats) co_return meeting::StatReport{};
  co_return decode_stats(*stats);
}

void DataProducer::close() {
  if (closed()) return;
  auto self = shared_from_this();
  const auto body = FBS::Transport::CreateCloseDataProducerRequestDirect(channel_->builder(), id_.c_str());
  channel_->post(Method::TRANSPORT_CLOSE_DATAPRODUCER, transport_, FBS::Request::Body::Transport_CloseDataProducerRequest, body.Union());
  forget();
}

bool DataProducer::send(MessageKind kind, std::span<const std::uint8_t> message) {
  if (closed()) return false;
  auto& builder = channel_->builder();
  // SCTP has no empty message: RFC 8831 sends one byte under a type of its own.
  constexpr std::uint8_t kNothing = 0;
  const std::uint32_t type = static_cast<std::uint32_t>(kind) + (message.empty() ? (kind == MessageKind::kText ? 5 : 4) : 0);
  const auto bytes = message.empty() ? std::span(&kNothing, 1) : message;
  const auto data = builder.CreateVector(bytes.data(), bytes.size());
  const auto body = FBS::DataProducer::CreateSendNotification(builder, type, data, builder.CreateVector(std::vector<std::uint16_t>{}));
  return channel_->notify(FBS::Notification::Event::DATAPRODUCER_SEND, id_, FBS::Notification::Body::DataProducer_SendNotification,
                          body.Union());
}

}  // namespace dd::media
