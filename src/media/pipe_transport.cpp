// SPDX-License-Identifier: MIT
#include "media/pipe_transport.hpp"

#include "rtp/ortc.hpp"

namespace dd::media {

PipeTransport::PipeTransport(std::shared_ptr<Channel> channel, std::string id, std::string router)
    : Transport(std::move(channel), std::move(id), std::move(router), Cname::kKeepEachProducers, Data::kSctp) {}

void PipeTransport::set_description(const FBS::PipeTransport::DumpResponse& dump) {
  tuple_ = decode_tuple(*dump.tuple());
  rtx_ = dump.rtx();
  srtp_ = decode_key(dump.srtpParameters());
}

Task<Result<void>> PipeTransport::connect(std::string ip, std::uint16_t port, std::optional<SrtpKey> srtp) {
  auto self = shared_from_this();
  if (closed()) co_return not_found("transport", id_);
  auto& builder = channel_->builder();
  const auto key = encode_key(builder, srtp);
  const auto body = FBS::PipeTransport::CreateConnectRequestDirect(builder, ip.c_str(), flatbuffers::Optional<std::uint16_t>(port), key);
  auto response = co_await channel_->request(FBS::Request::Method::PIPETRANSPORT_CONNECT, id_,
                                             FBS::Request::Body::PipeTransport_ConnectRequest, body.Union());
  if (!response) co_return std::move(response.error()).during("connect pipe");
  co_return ok();
}

Task<Result<std::shared_ptr<Consumer>>> PipeTransport::consume_all(std::string id, std::shared_ptr<Producer> producer,
                                                                   Consumer::Events events) {
  auto self = shared_from_this();
  if (closed()) co_return not_found("transport", id_);
  if (producer->closed()) co_return not_found("producer", producer->worker_side_id());
  auto parameters = rtp::pipe_consumer_parameters(producer->consumable(), rtx_);
  co_return co_await consume_as(std::move(id), std::move(producer), std::move(parameters), FBS::RtpParameters::Type::PIPE, false,
                                std::nullopt, std::move(events));
}

}  // namespace dd::media
