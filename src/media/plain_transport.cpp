// SPDX-License-Identifier: MIT
#include "media/plain_transport.hpp"

namespace dd::media {

namespace srtp_fbs = FBS::SrtpParameters;

Tuple decode_tuple(const FBS::Transport::Tuple& tuple) {
  Tuple out;
  out.local_address = tuple.localAddress()->str();
  out.local_port = tuple.localPort();
  if (tuple.remoteIp()) out.remote_ip = tuple.remoteIp()->str();
  out.remote_port = tuple.remotePort();
  return out;
}

srtp_fbs::SrtpCryptoSuite encode_suite(SrtpSuite suite) {
  switch (suite) {
    case SrtpSuite::kAeadAes256Gcm: return srtp_fbs::SrtpCryptoSuite::AEAD_AES_256_GCM;
    case SrtpSuite::kAeadAes128Gcm: return srtp_fbs::SrtpCryptoSuite::AEAD_AES_128_GCM;
    case SrtpSuite::kAesCm128HmacSha1_80: return srtp_fbs::SrtpCryptoSuite::AES_CM_128_HMAC_SHA1_80;
    case SrtpSuite::kAesCm128HmacSha1_32: return srtp_fbs::SrtpCryptoSuite::AES_CM_128_HMAC_SHA1_32;
  }
  return srtp_fbs::SrtpCryptoSuite::AEAD_AES_128_GCM;
}

flatbuffers::Offset<srtp_fbs::SrtpParameters> encode_key(flatbuffers::FlatBufferBuilder& builder, const std::optional<SrtpKey>& key) {
  if (!key) return 0;
  return srtp_fbs::CreateSrtpParametersDirect(builder, encode_suite(key->suite), key->key_base64.c_str());
}

std::optional<SrtpKey> decode_key(const srtp_fbs::SrtpParameters* parameters) {
  if (!parameters) return std::nullopt;
  for (const auto suite :
       {SrtpSuite::kAeadAes256Gcm, SrtpSuite::kAeadAes128Gcm, SrtpSuite::kAesCm128HmacSha1_80, SrtpSuite::kAesCm128HmacSha1_32}) {
    if (encode_suite(suite) == parameters->cryptoSuite()) return SrtpKey{suite, parameters->keyBase64()->str()};
  }
  return std::nullopt;
}

PlainTransport::PlainTransport(std::shared_ptr<Channel> channel, std::string id, std::string router)
    : Transport(std::move(channel), std::move(id), std::move(router), Cname::kOnePerTransport, Data::kSctp) {}

void PlainTransport::set_description(const FBS::PlainTransport::DumpResponse& dump) {
  tuple_ = decode_tuple(*dump.tuple());
  if (dump.rtcpTuple()) rtcp_tuple_ = decode_tuple(*dump.rtcpTuple());
  srtp_ = decode_key(dump.srtpParameters());
}

Task<Result<void>> PlainTransport::connect(Peer peer) {
  auto self = shared_from_this();
  if (closed()) co_return not_found("transport", id_);
  auto& builder = channel_->builder();
  const auto optional = [](std::optional<std::uint16_t> number) {
    return number ? flatbuffers::Optional<std::uint16_t>(*number) : flatbuffers::nullopt;
  };
  const auto key = encode_key(builder, peer.srtp);
  const auto body = FBS::PlainTransport::CreateConnectRequestDirect(builder, peer.ip.empty() ? nullptr : peer.ip.c_str(),
                                                                    optional(peer.port), optional(peer.rtcp_port), key);
  auto response = co_await channel_->request(FBS::Request::Method::PLAINTRANSPORT_CONNECT, id_,
                                             FBS::Request::Body::PlainTransport_ConnectRequest, body.Union());
  if (!response) co_return std::move(response.error()).during("connect plain transport");
  if (const auto* answer = response->body<FBS::PlainTransport::ConnectResponse>()) {
    if (answer->tuple()) tuple_ = decode_tuple(*answer->tuple());
    if (answer->rtcpTuple()) rtcp_tuple_ = decode_tuple(*answer->rtcpTuple());
    if (answer->srtpParameters()) srtp_ = decode_key(answer->srtpParameters());
  }
  co_return ok();
}

}  // namespace dd::media
