// SPDX-License-Identifier: MIT
#include "media/router.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/random.hpp"

namespace dd::media {

using Body = FBS::Request::Body;
using Method = FBS::Request::Method;

Router::Router(std::shared_ptr<Channel> channel, std::string id, std::string webrtc_server)
    : WorkerObject(std::move(channel), std::move(id)), webrtc_server_(std::move(webrtc_server)) {}

template <typename Kind>
Result<std::shared_ptr<Kind>> Router::adopt(std::shared_ptr<Kind> transport) {
  if (closed()) {
    transport->forget();
    return make_error(Errc::kNotFound, fmt::format("router '{}' was closed meanwhile", id_));
  }
  const std::string& transport_id = transport->worker_side_id();
  transports_[transport_id] = transport;
  transport->when_closed([weak = weak_from_this(), transport_id] {
    if (auto self = weak.lock()) self->transports_.erase(transport_id);
  });
  return transport;
}

Task<Reply> Router::create(Method method, Body body_type, flatbuffers::Offset<void> body, std::shared_ptr<Transport> transport) {
  auto response = co_await channel_->request(method, id_, body_type, body);
  if (!response) {
    if (may_exist(response.error())) transport->close();
    co_return std::move(response.error()).during("create transport");
  }
  co_return response;
}

Task<Result<std::shared_ptr<WebRtcTransport>>> Router::create_webrtc_transport(WebRtcTransportSettings settings,
                                                                               WebRtcTransport::Events events) {
  auto self = shared_from_this();
  if (closed()) co_return not_found("router", id_);
  auto transport = std::make_shared<WebRtcTransport>(channel_, settings.id, id_, settings.ice_consent_timeout, std::move(events));
  transport->listen();
  auto& builder = channel_->builder();
  const auto base =
      encode_base_options(builder, settings.enable_sctp ? Sctp::kDataChannels : Sctp::kNone, settings.initial_available_outgoing_bitrate);
  const auto listen = FBS::WebRtcTransport::CreateListenServerDirect(builder, webrtc_server_.c_str());
  const auto consent = static_cast<std::uint8_t>(std::clamp<std::int64_t>(settings.ice_consent_timeout.count(), 0, 255));
  const auto options =
      FBS::WebRtcTransport::CreateWebRtcTransportOptions(builder, base, FBS::WebRtcTransport::Listen::ListenServer, listen.Union(),
                                                         settings.udp, true, !settings.prefer_tcp, settings.prefer_tcp, consent);
  const auto body = FBS::Router::CreateCreateWebRtcTransportRequestDirect(builder, settings.id.c_str(), options);
  DD_CO_TRY(auto response, co_await create(Method::ROUTER_CREATE_WEBRTCTRANSPORT_WITH_SERVER, Body::Router_CreateWebRtcTransportRequest,
                                           body.Union(), transport));
  const auto* dump = response.body<FBS::WebRtcTransport::DumpResponse>();
  if (!dump) co_return make_error(Errc::kInternal, "the media worker described the transport as something else");
  transport->set_description(*dump, settings.enable_sctp);
  co_return adopt(std::move(transport));
}

Task<Result<std::shared_ptr<PlainTransport>>> Router::create_plain_transport(PlainTransportSettings settings) {
  auto self = shared_from_this();
  if (closed()) co_return not_found("router", id_);
  auto transport = std::make_shared<PlainTransport>(channel_, settings.id, id_);
  auto& builder = channel_->builder();
  const auto base = encode_base_options(builder, settings.enable_sctp ? Sctp::kPlain : Sctp::kNone);
  const auto listen = encode_listen(builder, FBS::Transport::Protocol::UDP, settings.listen);
  flatbuffers::Offset<FBS::Transport::ListenInfo> rtcp_listen = 0;
  if (!settings.rtcp_mux) {
    ListenAddress rtcp = settings.listen;
    rtcp.port = 0;
    rtcp_listen = encode_listen(builder, FBS::Transport::Protocol::UDP, rtcp);
  }
  const auto suite =
      settings.srtp ? flatbuffers::Optional<FBS::SrtpParameters::SrtpCryptoSuite>(encode_suite(*settings.srtp)) : flatbuffers::nullopt;
  const auto options = FBS::PlainTransport::CreatePlainTransportOptions(builder, base, listen, rtcp_listen, settings.rtcp_mux,
                                                                        settings.comedia, settings.srtp.has_value(), suite);
  const auto body = FBS::Router::CreateCreatePlainTransportRequestDirect(builder, settings.id.c_str(), options);
  DD_CO_TRY(auto response,
            co_await create(Method::ROUTER_CREATE_PLAINTRANSPORT, Body::Router_CreatePlainTransportRequest, body.Union(), transport));
  const auto* dump = response.body<FBS::PlainTransport::DumpResponse>();
  if (!dump) co_return make_error(Errc::kInternal, "the media worker described the transport as something else");
  transport->set_description(*dump);
  co_return adopt(std::move(transport));
}

Task<Result<std::shared_ptr<PipeTransport>>> Router::create_pipe_transport(PipeTransportSettings settings) {
  auto self = shared_from_this();
  if (closed()) co_return not_found("router", id_);
  auto transport = std::make_shared<PipeTransport>(channel_, settings.id, id_);
  auto& builder = channel_->builder();
  const auto base = encode_base_options(builder, Sctp::kPlain);
  const auto listen = encode_listen(builder, FBS::Transport::Protocol::UDP, settings.listen);
  const auto options = FBS::PipeTransport::CreatePipeTransportOptions(builder, base, listen, settings.enable_rtx, settings.enable_srtp);
  const auto body = FBS::Router::CreateCreatePipeTransportRequestDirect(builder, settings.id.c_str(), options);
  DD_CO_TRY(auto response,
            co_await create(Method::ROUTER_CREATE_PIPETRANSPORT, Body::Router_CreatePipeTransportRequest, body.Union(), transport));
  const auto* dump = response.body<FBS::PipeTransport::DumpResponse>();
  if (!dump) co_return make_error(Errc::kInternal, "the media worker described the transport as something else");
  transport->set_description(*dump);
  co_return adopt(std::move(transport));
}

Task<Result<std::shared_ptr<DirectTransport>>> Router::create_direct_transport(std::string id, DirectTransport::OnRtcp on_rtcp) {
  auto self = shared_from_this();
  if (closed()) co_return not_found("router", id_);
  auto transport = std::make_shared<DirectTransport>(channel_, id, id_, std::move(on_rtcp));
  transport->listen();
  auto& builder = channel_->builder();
  const auto base =
      FBS::Transport::CreateOptions(builder, true, flatbuffers::nullopt, false, SctpLimits::kMaxMessageSize, SctpLimits::kMaxMessageSize);
  const auto body = FBS::Router::CreateCreateDirectTransportRequestDirect(
      builder, id.c_str(), FBS::DirectTransport::CreateDirectTransportOptions(builder, base));
  DD_CO_TRY_VOID(
      co_await create(Method::ROUTER_CREATE_DIRECTTRANSPORT, Body::Router_CreateDirectTransportRequest, body.Union(), transport));
  co_return adopt(std::move(transport));
}

std::shared_ptr<AudioLevelObserver> Router::create_audio_level_observer(AudioLevelSettings settings,
                                                                        AudioLevelObserver::OnLevels on_levels) {
  auto observer = std::make_shared<AudioLevelObserver>(channel_, random_uuid(), id_, std::move(on_levels));
  observer->listen();
  auto& builder = channel_->builder();
  const auto options = FBS::AudioLevelObserver::CreateAudioLevelObserverOptions(builder, settings.max_entries, settings.threshold,
                                                                                static_cast<std::uint16_t>(settings.interval.count()));
  const auto body = FBS::Router::CreateCreateAudioLevelObserverRequestDirect(builder, observer->worker_side_id().c_str(), options);
  channel_->post(Method::ROUTER_CREATE_AUDIOLEVELOBSERVER, id_, Body::Router_CreateAudioLevelObserverRequest, body.Union());
  observers_.push_back(observer);
  return observer;
}

std::shared_ptr<ActiveSpeakerObserver> Router::create_active_speaker_observer(std::chrono::milliseconds interval,
                                                                              ActiveSpeakerObserver::OnSpeaker on_speaker) {
  auto observer = std::make_shared<ActiveSpeakerObserver>(channel_, random_uuid(), id_, std::move(on_speaker));
  observer->listen();
  auto& builder = channel_->builder();
  const auto options =
      FBS::ActiveSpeakerObserver::CreateActiveSpeakerObserverOptions(builder, static_cast<std::uint16_t>(interval.count()));
  const auto body = FBS::Router::CreateCreateActiveSpeakerObserverRequestDirect(builder, observer->worker_side_id().c_str(), options);
  channel_->post(Method::ROUTER_CREATE_ACTIVESPEAKEROBSERVER, id_, Body::Router_CreateActiveSpeakerObserverRequest, body.Union());
  observers_.push_back(observer);
  return observer;
}

void Router::close() {
  if (closed()) return;
  auto self = shared_from_this();
  const auto body = FBS::Worker::CreateCloseRouterRequestDirect(channel_->builder(), id_.c_str());
  channel_->post(Method::WORKER_CLOSE_ROUTER, "", Body::Worker_CloseRouterRequest, body.Union());
  forget();
}

void Router::forget_children() {
  for (auto& [id, transport] : std::exchange(transports_, {})) transport->forget();
  for (auto& observer : std::exchange(observers_, {})) observer->forget();
}

}  // namespace dd::media
