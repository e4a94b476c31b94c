// SPDX-License-Identifier: MIT
#include "media/webrtc_transport.hpp"

#include <fmt/format.h>

namespace dd::media {

using Body = FBS::Request::Body;
using Event = FBS::Notification::Event;
using Method = FBS::Request::Method;
using meeting::DtlsRole;
using meeting::TransportEnd;
using meeting::TransportState;

namespace {

constexpr std::uint32_t kLeastOutgoingBitrate = 30'000;  // the worker's own lower bound
constexpr std::uint32_t kMostBitrate = 1'000'000'000;    // and its upper one

struct Algorithm {
  std::string_view name;
  FBS::WebRtcTransport::FingerprintAlgorithm value;
  std::size_t bytes;
};
constexpr Algorithm kAlgorithms[] = {{"sha-1", FBS::WebRtcTransport::FingerprintAlgorithm::SHA1, 20},
                                     {"sha-224", FBS::WebRtcTransport::FingerprintAlgorithm::SHA224, 28},
                                     {"sha-256", FBS::WebRtcTransport::FingerprintAlgorithm::SHA256, 32},
                                     {"sha-384", FBS::WebRtcTransport::FingerprintAlgorithm::SHA384, 48},
                                     {"sha-512", FBS::WebRtcTransport::FingerprintAlgorithm::SHA512, 64}};

// The worker takes the first fingerprint and compares it as text, so ours to make sure that it can ever match.
Result<std::pair<FBS::WebRtcTransport::FingerprintAlgorithm, std::string>> parse_fingerprint(const meeting::DtlsParameters& dtls) {
  if (dtls.fingerprints.empty()) return invalid_field("dtlsParameters.fingerprints", "at least one fingerprint is needed");
  for (std::size_t index = 0; index < dtls.fingerprints.size(); ++index) {
    const auto& fingerprint = dtls.fingerprints[index];
    for (const auto& algorithm : kAlgorithms) {
      if (fingerprint.algorithm != algorithm.name) continue;
      std::string value;
      for (char c : fingerprint.value) value.push_back(c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c);
      bool well_formed = value.size() == algorithm.bytes * 3 - 1;
      for (std::size_t i = 0; well_formed && i < value.size(); ++i) {
        const char c = value[i];
        well_formed = i % 3 == 2 ? c == ':' : (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
      }
      if (!well_formed) {
        return invalid_field(fmt::format("dtlsParameters.fingerprints[{}].value", index),
                             fmt::format("{} must be {} hex pairs with colons between", algorithm.name, algorithm.bytes));
      }
      return std::pair(algorithm.value, std::move(value));
    }
  }
  return invalid_field("dtlsParameters.fingerprints[0].algorithm", "must be sha-1, sha-224, sha-256, sha-384 or sha-512");
}

FBS::WebRtcTransport::DtlsRole encode_role(DtlsRole role) {
  switch (role) {
    case DtlsRole::kAuto: return FBS::WebRtcTransport::DtlsRole::AUTO;
    case DtlsRole::kClient: return FBS::WebRtcTransport::DtlsRole::CLIENT;
    case DtlsRole::kServer: return FBS::WebRtcTransport::DtlsRole::SERVER;
  }
  return FBS::WebRtcTransport::DtlsRole::AUTO;
}

DtlsRole decode_role(FBS::WebRtcTransport::DtlsRole role) {
  switch (role) {
    case FBS::WebRtcTransport::DtlsRole::AUTO: return DtlsRole::kAuto;
    case FBS::WebRtcTransport::DtlsRole::CLIENT: return DtlsRole::kClient;
    case FBS::WebRtcTransport::DtlsRole::SERVER: return DtlsRole::kServer;
  }
  return DtlsRole::kAuto;
}

meeting::IceCandidate decode_candidate(const FBS::WebRtcTransport::IceCandidate& candidate) {
  meeting::IceCandidate out;
  out.foundation = candidate.foundation()->str();
  out.priority = candidate.priority();
  out.address = candidate.address()->str();
  out.protocol = candidate.protocol() == FBS::Transport::Protocol::UDP ? "udp" : "tcp";
  out.port = candidate.port();
  if (candidate.tcpType()) out.tcp_type = "passive";
  return out;
}

Result<void> check_outgoing(std::string_view field, std::uint32_t bitrate) {
  if (bitrate >= kLeastOutgoingBitrate && bitrate <= kMostBitrate) return ok();
  return invalid_field(std::string(field), fmt::format("must be {} to {} bits a second", kLeastOutgoingBitrate, kMostBitrate));
}

}  // namespace

WebRtcTransport::WebRtcTransport(std::shared_ptr<Channel> channel, std::string id, std::string router,
                                 std::chrono::seconds ice_consent_timeout, Events events)
    : Transport(std::move(channel), std::move(id), std::move(router), Cname::kOnePerTransport, Data::kSctp),
      events_(std::move(events)),
      ice_consent_timeout_(ice_consent_timeout) {}

void WebRtcTransport::listen() {
  subscription_ = channel_->subscribe(id_, [weak = std::weak_ptr(self())](const FBS::Notification::Notification& notification) {
    if (auto self = weak.lock()) self->on_notification(notification);
  });
}

void WebRtcTransport::set_description(const FBS::WebRtcTransport::DumpResponse& dump, bool with_sctp) {
  description_.id = TransportId(id_);
  description_.ice_parameters = {dump.iceParameters()->usernameFragment()->str(), dump.iceParameters()->password()->str(),
                                 dump.iceParameters()->iceLite()};
  description_.ice_candidates.clear();
  for (const auto* candidate : *dump.iceCandidates()) description_.ice_candidates.push_back(decode_candidate(*candidate));
  description_.dtls_parameters.role = decode_role(dump.dtlsParameters()->role());
  description_.dtls_parameters.fingerprints.clear();
  for (const auto* fingerprint : *dump.dtlsParameters()->fingerprints()) {
    for (const auto& algorithm : kAlgorithms) {
      if (algorithm.value == fingerprint->algorithm()) {
        description_.dtls_parameters.fingerprints.push_back({std::string(algorithm.name), fingerprint->value()->str()});
      }
    }
  }
  if (const auto* sctp = with_sctp ? dump.base()->sctpParameters() : nullptr) {
    meeting::SctpParameters out;
    out.port = sctp->port();
    out.os = out.mis = 65'535;  // the worker always negotiates the most streams
    out.max_message_size = sctp->maxReceiveMessageSize();
    description_.sctp_parameters = out;
  }
}

Task<Result<void>> WebRtcTransport::connect(meeting::DtlsParameters dtls) {
  auto keep = self();
  if (closed()) co_return not_found("transport", id_);
  if (connect_called_) co_return make_error(Errc::kConflict, fmt::format("transport '{}' is already connected", id_));
  DD_CO_TRY(auto parsed, parse_fingerprint(dtls));
  connect_called_ = true;
  auto& builder = channel_->builder();
  const std::vector<flatbuffers::Offset<FBS::WebRtcTransport::Fingerprint>> fingerprints{
      FBS::WebRtcTransport::CreateFingerprintDirect(builder, parsed.first, parsed.second.c_str())};
  const auto body = FBS::WebRtcTransport::CreateConnectRequest(
      builder, FBS::WebRtcTransport::CreateDtlsParametersDirect(builder, &fingerprints, encode_role(dtls.role)));
  auto response = co_await channel_->request(Method::WEBRTCTRANSPORT_CONNECT, id_, Body::WebRtcTransport_ConnectRequest, body.Union());
  if (!response) {
    // After a timeout it may have happened; a second connect would then be refused by the worker itself.
    connect_called_ = false;
    co_return std::move(response.error()).during("connect transport");
  }
  if (const auto* answer = response->body<FBS::WebRtcTransport::ConnectResponse>()) {
    description_.dtls_parameters.role = decode_role(answer->dtlsLocalRole());
  }
  co_return ok();
}

Task<Result<meeting::IceParameters>> WebRtcTransport::restart_ice() {
  auto keep = self();
  if (closed()) co_return not_found("transport", id_);
  DD_CO_TRY(auto response, co_await channel_->request(Method::TRANSPORT_RESTART_ICE, id_));
  const auto* answer = response.body<FBS::Transport::RestartIceResponse>();
  if (!answer) co_return make_error(Errc::kInternal, "the media worker answered an ICE restart with something else");
  description_.ice_parameters = {answer->usernameFragment()->str(), answer->password()->str(), answer->iceLite()};
  co_return description_.ice_parameters;
}

Task<Result<void>> WebRtcTransport::set_max_outgoing(std::uint32_t bitrate) {
  const auto body = FBS::Transport::CreateSetMaxOutgoingBitrateRequest(channel_->builder(), bitrate);
  DD_CO_TRY_VOID(co_await channel_->request(Method::TRANSPORT_SET_MAX_OUTGOING_BITRATE, id_, Body::Transport_SetMaxOutgoingBitrateRequest,
                                            body.Union()));
  co_return ok();
}

Task<Result<void>> WebRtcTransport::set_min_outgoing(std::uint32_t bitrate) {
  const auto body = FBS::Transport::CreateSetMinOutgoingBitrateRequest(channel_->builder(), bitrate);
  DD_CO_TRY_VOID(co_await channel_->request(Method::TRANSPORT_SET_MIN_OUTGOING_BITRATE, id_, Body::Transport_SetMinOutgoingBitrateRequest,
                                            body.Union()));
  min_outgoing_ = bitrate;
  co_return ok();
}

Task<Result<void>> WebRtcTransport::set_bitrates(meeting::TransportBitrates bitrates) {
  auto keep = self();
  if (closed()) co_return not_found("transport", id_);
  const auto [max_incoming, min_outgoing, max_outgoing] = bitrates;
  if (max_incoming > kMostBitrate) co_return invalid_field("maxIncomingBitrate", fmt::format("must be at most {}", kMostBitrate));
  if (min_outgoing > 0) {
    DD_CO_TRY_VOID(check_outgoing("minOutgoingBitrate", min_outgoing));
  }
  if (max_outgoing > 0) {
    DD_CO_TRY_VOID(check_outgoing("maxOutgoingBitrate", max_outgoing));
  }
  if (max_outgoing > 0 && min_outgoing > max_outgoing) {
    co_return invalid_field("minOutgoingBitrate", "must not be above maxOutgoingBitrate");
  }
  if (max_incoming > 0) {
    const auto body = FBS::Transport::CreateSetMaxIncomingBitrateRequest(channel_->builder(), max_incoming);
    DD_CO_TRY_VOID(co_await channel_->request(Method::TRANSPORT_SET_MAX_INCOMING_BITRATE, id_, Body::Transport_SetMaxIncomingBitrateRequest,
                                              body.Union()));
  }
  // The worker refuses a maximum below the minimum that it has, and the other way round; so the order depends.
  const bool min_first = min_outgoing > 0 && max_outgoing > 0 && max_outgoing < min_outgoing_;
  if (min_first) {
    DD_CO_TRY_VOID(co_await set_min_outgoing(min_outgoing));
  }
  if (max_outgoing > 0) {
    DD_CO_TRY_VOID(co_await set_max_outgoing(max_outgoing));
  }
  if (min_outgoing > 0 && !min_first) {
    DD_CO_TRY_VOID(co_await set_min_outgoing(min_outgoing));
  }
  co_return ok();
}

void WebRtcTransport::on_notification(const FBS::Notification::Notification& notification) {
  if (closed()) return;
  const auto keep = self();
  const auto tell = [&](TransportState state) {
    if (events_.on_state) events_.on_state(state);
  };
  const auto fail = [&](TransportEnd end) {
    if (events_.on_failed) events_.on_failed(end);
  };
  if (notification.event() == Event::WEBRTCTRANSPORT_ICE_STATE_CHANGE) {
    const auto* body = notification.body_as_WebRtcTransport_IceStateChangeNotification();
    if (!body) return;
    switch (body->iceState()) {
      case FBS::WebRtcTransport::IceState::NEW: return;
      case FBS::WebRtcTransport::IceState::CONNECTED: reconnect_limit_.cancel(); return tell(TransportState::kIceConnected);
      case FBS::WebRtcTransport::IceState::COMPLETED: reconnect_limit_.cancel(); return tell(TransportState::kIceCompleted);
      case FBS::WebRtcTransport::IceState::DISCONNECTED:
        tell(TransportState::kIceDisconnected);
        // Over UDP the peer has given no consent (RFC 7675) for the whole timeout. Over TCP the worker says so as soon as the
        // connection is gone, and the peer may open another: it gets the same time.
        if (!over_tcp_ || ice_consent_timeout_ == Duration{0}) return fail(TransportEnd::kIceTimeout);
        reconnect_limit_ = channel_->loop().after(ice_consent_timeout_, [weak = std::weak_ptr(keep)] {
          auto transport = weak.lock();
          if (transport && !transport->closed() && transport->events_.on_failed) transport->events_.on_failed(TransportEnd::kIceTimeout);
        });
        return;
    }
  } else if (notification.event() == Event::WEBRTCTRANSPORT_ICE_SELECTED_TUPLE_CHANGE) {
    const auto* body = notification.body_as_WebRtcTransport_IceSelectedTupleChangeNotification();
    if (body) over_tcp_ = body->tuple()->protocol() == FBS::Transport::Protocol::TCP;
  } else if (notification.event() == Event::WEBRTCTRANSPORT_DTLS_STATE_CHANGE) {
    const auto* body = notification.body_as_WebRtcTransport_DtlsStateChangeNotification();
    if (!body) return;
    switch (body->dtlsState()) {
      case FBS::WebRtcTransport::DtlsState::NEW:
      case FBS::WebRtcTransport::DtlsState::CONNECTING: return;
      case FBS::WebRtcTransport::DtlsState::CONNECTED: return tell(TransportState::kDtlsConnected);
      case FBS::WebRtcTransport::DtlsState::FAILED: return fail(TransportEnd::kDtlsFailed);
      case FBS::WebRtcTransport::DtlsState::CLOSED: return fail(TransportEnd::kDtlsClosed);
    }
  }
}

}  // namespace dd::media
