// SPDX-License-Identifier: MIT
#include "media/transport.hpp"

#include <fmt/format.h>

#include "base/random.hpp"
#include "media/rtp_fbs.hpp"
#include "media/stats.hpp"
#include "rtp/ortc.hpp"
#include "rtp/producible.hpp"
#include "rtp/router_capabilities.hpp"
#include "rtp/validation.hpp"

namespace dd::media {

using Body = FBS::Request::Body;
using Method = FBS::Request::Method;

namespace {

constexpr std::size_t kStreamIds = 65'535;      // RFC 8831, section 6.2
constexpr std::uint32_t kMidEnd = 100'000'000;  // a MID has at most 8 characters in the worker

flatbuffers::Optional<std::uint16_t> encode_number(const std::optional<std::uint16_t>& number) {
  return number ? flatbuffers::Optional<std::uint16_t>(*number) : flatbuffers::nullopt;
}

flatbuffers::Offset<FBS::SctpParameters::SctpStreamParameters> encode_stream(flatbuffers::FlatBufferBuilder& builder,
                                                                             const std::optional<rtp::SctpStreamParameters>& stream) {
  if (!stream) return 0;
  return FBS::SctpParameters::CreateSctpStreamParameters(builder, stream->stream_id, flatbuffers::Optional<bool>(stream->ordered),
                                                         encode_number(stream->max_packet_life_time),
                                                         encode_number(stream->max_retransmits));
}

}  // namespace

flatbuffers::Offset<FBS::Transport::ListenInfo> encode_listen(flatbuffers::FlatBufferBuilder& builder, FBS::Transport::Protocol protocol,
                                                              const ListenAddress& address) {
  const auto range = FBS::Transport::CreatePortRange(builder, address.min_port, address.max_port);
  const auto flags = FBS::Transport::CreateSocketFlags(builder);
  // TCP sizes its buffers by itself, unless told.
  const std::uint32_t buffer = protocol == FBS::Transport::Protocol::UDP ? address.socket_buffer_bytes : 0;
  return FBS::Transport::CreateListenInfoDirect(builder, protocol, address.ip.c_str(),
                                                address.announced.empty() ? nullptr : address.announced.c_str(), false, address.port, range,
                                                flags, buffer, buffer);
}

flatbuffers::Offset<FBS::Transport::Options> encode_base_options(flatbuffers::FlatBufferBuilder& builder, Sctp sctp,
                                                                 std::optional<std::uint32_t> initial_outgoing_bitrate) {
  const auto bitrate = initial_outgoing_bitrate ? flatbuffers::Optional<std::uint64_t>(*initial_outgoing_bitrate) : flatbuffers::nullopt;
  return FBS::Transport::CreateOptions(builder, false, bitrate, sctp != Sctp::kNone, SctpLimits::kMaxMessageSize,
                                       SctpLimits::kMaxMessageSize, SctpLimits::kSendBuffer, SctpLimits::kPerStreamQueue,
                                       SctpLimits::kReceiveWindow, SctpLimits::kBufferedAmountLow, sctp == Sctp::kDataChannels);
}

template <typename Child>
Result<std::shared_ptr<Child>> Transport::adopt(Children<Child> Transport::*children, std::shared_ptr<Child> child) {
  if (child->closed()) return make_error(Errc::kNotFound, "what it hangs on was closed meanwhile");
  if (closed()) {
    child->forget();
    return make_error(Errc::kNotFound, fmt::format("transport '{}' was closed meanwhile", id_));
  }
  const std::string& child_id = child->worker_side_id();
  (this->*children)[child_id] = child;
  child->when_closed([weak = weak_from_this(), children, child_id] {
    if (auto self = weak.lock()) ((*self).*children).erase(child_id);
  });
  return child;
}

Task<Result<std::shared_ptr<Producer>>> Transport::produce(ProduceSettings settings, Producer::Events events) {
  auto self = shared_from_this();
  if (closed()) co_return not_found("transport", id_);
  Producer::Description description;
  description.kind = settings.kind;
  description.paused = settings.paused;
  rtp::Parameters& parameters = description.parameters = std::move(settings.parameters);
  DD_CO_TRY_VOID(rtp::validate(parameters));
  if (parameters.encodings.empty()) parameters.encodings.emplace_back();
  // All of a sender's streams share its clock, which the CNAME says (RFC 7022); streams from another router may have many senders.
  if (cname_rule_ == Cname::kOnePerTransport) {
    if (cname_.empty()) cname_ = parameters.rtcp.cname && !parameters.rtcp.cname->empty() ? *parameters.rtcp.cname : random_token(8);
    parameters.rtcp.cname = cname_;
  } else if (!parameters.rtcp.cname || parameters.rtcp.cname->empty()) {
    parameters.rtcp.cname = random_token(8);
  }
  DD_CO_TRY(description.type, rtp::producer_type(settings.kind, parameters));
  DD_CO_TRY(auto mapping, rtp::producer_mapping(parameters, rtp::router_capabilities()));
  description.consumable = rtp::consumable_parameters(settings.kind, parameters, rtp::router_capabilities(), mapping);

  auto producer = std::make_shared<Producer>(channel_, settings.id, id_, std::move(description), std::move(events));
  producer->listen();
  auto& builder = channel_->builder();
  const auto encoded_parameters = encode_rtp_parameters(builder, producer->parameters());
  const auto encoded_mapping = encode_rtp_mapping(builder, mapping);
  // No key-frame request delay: it is the slow first picture, and KeyFrameRequestManager bounds requests by itself.
  const auto body = FBS::Transport::CreateProduceRequestDirect(builder, settings.id.c_str(), encode_media_kind(settings.kind),
                                                               encoded_parameters, encoded_mapping, settings.paused, 0, false);
  auto response = co_await channel_->request(Method::TRANSPORT_PRODUCE, id_, Body::Transport_ProduceRequest, body.Union());
  if (!response) {
    if (may_exist(response.error())) producer->close();
    co_return std::move(response.error()).during("produce");
  }
  co_return adopt(&Transport::producers_, std::move(producer));
}

Task<Result<std::shared_ptr<Consumer>>> Transport::consume(ConsumeSettings settings, Consumer::Events events) {
  auto self = shared_from_this();
  if (closed()) co_return not_found("transport", id_);
  if (settings.producer->closed()) co_return not_found("producer", settings.producer->worker_side_id());
  DD_CO_TRY_VOID(rtp::validate(settings.capabilities));
  rtp::ConsumerOptions options;
  options.enable_rtx = settings.enable_rtx || settings.producer->kind() == rtp::MediaKind::kVideo;
  DD_CO_TRY(auto parameters, rtp::consumer_parameters(settings.producer->consumable(), settings.capabilities, options));
  parameters.mid = std::to_string(next_mid_);
  next_mid_ = (next_mid_ + 1) % kMidEnd;
  const auto type = encode_producer_type(settings.producer->type());
  co_return co_await consume_as(std::move(settings.id), std::move(settings.producer), std::move(parameters), type, settings.paused,
                                settings.preferred_layers, std::move(events));
}

Task<Result<std::shared_ptr<Consumer>>> Transport::consume_as(std::string id, std::shared_ptr<Producer> producer,
                                                              rtp::Parameters parameters, FBS::RtpParameters::Type type, bool paused,
                                                              std::optional<meeting::Layers> preferred_layers, Consumer::Events events) {
  auto self = shared_from_this();
  auto consumer = std::make_shared<Consumer>(channel_, id, id_, producer->kind(), std::move(parameters), std::move(events));
  consumer->listen();
  auto& builder = channel_->builder();
  const auto encoded_parameters = encode_rtp_parameters(builder, consumer->parameters());
  const auto encodings = encode_rtp_encodings(builder, producer->consumable().encodings);
  flatbuffers::Offset<FBS::Consumer::ConsumerLayers> layers = 0;
  if (preferred_layers) layers = encode_layers(builder, *preferred_layers);
  const auto body = FBS::Transport::CreateConsumeRequestDirect(builder, id.c_str(), producer->worker_side_id().c_str(),
                                                               encode_media_kind(producer->kind()), encoded_parameters, type, &encodings,
                                                               paused, layers, false);
  auto response = co_await channel_->request(Method::TRANSPORT_CONSUME, id_, Body::Transport_ConsumeRequest, body.Union());
  if (!response) {
    if (may_exist(response.error())) consumer->close();
    co_return std::move(response.error()).during("consume");
  }
  if (const auto* answer = response->body<FBS::Transport::ConsumeResponse>())
    consumer->set_initial_state(answer->paused(), answer->producerPaused());
  co_return adopt(&Transport::consumers_, std::move(consumer));
}

Task<Result<std::shared_ptr<DataProducer>>> Transport::produce_data(ProduceDataSettings settings) {
  auto self = shared_from_this();
  if (closed()) co_return not_found("transport", id_);
  DataProducer::Description description;
  description.label = settings.label;
  description.protocol = settings.protocol;
  if (data_ == Data::kSctp) {
    DD_CO_TRY_VOID(rtp::validate(settings.stream));
    description.stream = settings.stream;
  }
  auto producer = std::make_shared<DataProducer>(channel_, settings.id, id_, std::move(description));
  auto& builder = channel_->builder();
  const auto stream = encode_stream(builder, producer->stream());
  const auto type = data_ == Data::kSctp ? FBS::DataProducer::Type::SCTP : FBS::DataProducer::Type::DIRECT;
  const auto body = FBS::Transport::CreateProduceDataRequestDirect(builder, settings.id.c_str(), type, stream, settings.label.c_str(),
                                                                   settings.protocol.c_str(), false);
  auto response = co_await channel_->request(Method::TRANSPORT_PRODUCE_DATA, id_, Body::Transport_ProduceDataRequest, body.Union());
  if (!response) {
    if (may_exist(response.error())) producer->close();
    co_return std::move(response.error()).during("produce data");
  }
  co_return adopt(&Transport::data_producers_, std::move(producer));
}

Task<Result<std::shared_ptr<DataConsumer>>> Transport::consume_data(std::string id, std::shared_ptr<DataProducer> producer,
                                                                    DataConsumer::Events events) {
  auto self = shared_from_this();
  if (closed()) co_return not_found("transport", id_);
  if (producer->closed()) co_return not_found("data producer", producer->worker_side_id());
  DataProducer::Description description;
  description.label = producer->label();
  description.protocol = producer->protocol();
  std::optional<std::uint16_t> stream_id;
  if (data_ == Data::kSctp) {
    stream_id = allocate_stream_id();
    if (!stream_id) co_return make_error(Errc::kTooManyRequests, "the transport has no data channel left");
    rtp::SctpStreamParameters stream = producer->stream().value_or(rtp::SctpStreamParameters{});
    stream.stream_id = *stream_id;
    description.stream = stream;
  }
  auto consumer = std::make_shared<DataConsumer>(channel_, id, id_, std::move(description), std::move(events));
  if (stream_id) {
    consumer->when_closed([weak = weak_from_this(), index = *stream_id] {
      if (auto transport = weak.lock()) transport->stream_ids_[index] = false;
    });
  }
  consumer->listen();
  auto& builder = channel_->builder();
  const auto stream = encode_stream(builder, consumer->stream());
  const auto type = data_ == Data::kSctp ? FBS::DataConsumer::Type::SCTP : FBS::DataConsumer::Type::DIRECT;
  const std::vector<std::uint16_t> no_subchannels;
  const auto body =
      FBS::Transport::CreateConsumeDataRequestDirect(builder, id.c_str(), producer->worker_side_id().c_str(), type, stream,
                                                     producer->label().c_str(), producer->protocol().c_str(), false, &no_subchannels);
  auto response = co_await channel_->request(Method::TRANSPORT_CONSUME_DATA, id_, Body::Transport_ConsumeDataRequest, body.Union());
  if (!response) {
    if (may_exist(response.error())) {
      consumer->close();
    } else {
      consumer->forget();
    }
    co_return std::move(response.error()).during("consume data");
  }
  co_return adopt(&Transport::data_consumers_, std::move(consumer));
}

std::optional<std::uint16_t> Transport::allocate_stream_id() {
  // Next-fit: an id is not used again at once, while the peer may still be resetting the stream.
  for (std::size_t tried = 0; tried < kStreamIds; ++tried) {
    const std::size_t id = (next_stream_id_ + tried) % kStreamIds;
    if (id >= stream_ids_.size()) stream_ids_.resize(id + 1, false);
    if (stream_ids_[id]) continue;
    stream_ids_[id] = true;
    next_stream_id_ = id + 1;
    return static_cast<std::uint16_t>(id);
  }
  return std::nullopt;
}

Task<Result<meeting::StatReport>> Transport::stats() {
  auto self = shared_from_this();
  DD_CO_TRY(auto response, co_await channel_->request(Method::TRANSPORT_GET_STATS, id_));
  if (const auto* webrtc = response.body<FBS::WebRtcTransport::GetStatsResponse>()) co_return decode_stats(*webrtc);
  if (const auto* plain = response.body<FBS::PlainTransport::GetStatsResponse>()) co_return decode_stats(*plain);
  if (const auto* pipe = response.body<FBS::PipeTransport::GetStatsResponse>()) co_return decode_stats(*pipe);
  if (const auto* direct = response.body<FBS::DirectTransport::GetStatsResponse>()) co_return decode_stats(*direct);
  co_return meeting::StatReport{};
}

void Transport::close() {
  if (closed()) return;
  auto self = shared_from_this();
  const auto body = FBS::Router::CreateCloseTransportRequestDirect(channel_->builder(), id_.c_str());
  channel_->post(Method::ROUTER_CLOSE_TRANSPORT, router_, Body::Router_CloseTransportRequest, body.Union());
  forget();
}

void Transport::forget_children() {
  for (auto& [id, child] : std::exchange(producers_, {})) child->forget();
  for (auto& [id, child] : std::exchange(consumers_, {})) child->forget();
  for (auto& [id, child] : std::exchange(data_producers_, {})) child->forget();
  for (auto& [id, child] : std::exchange(data_consumers_, {})) child->forget();
}

}  // namespace dd::media
