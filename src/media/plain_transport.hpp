// SPDX-License-Identifier: MIT
// RTP over plain UDP, with or without SRTP, to something we know the address of (a recorder) or that speaks first (comedia).
// Lives on the control loop; made by Router.
#pragma once

#include "media/transport.hpp"

namespace dd::media {

enum class SrtpSuite { kAeadAes256Gcm, kAeadAes128Gcm, kAesCm128HmacSha1_80, kAesCm128HmacSha1_32 };

struct SrtpKey {
  SrtpSuite suite = SrtpSuite::kAeadAes128Gcm;
  std::string key_base64;  // master key and salt
};

struct PlainTransportSettings {
  std::string id;
  ListenAddress listen;
  bool rtcp_mux = true;
  bool comedia = false;  // the peer's address is where its first packet comes from
  bool enable_sctp = false;
  std::optional<SrtpSuite> srtp;
};

struct Tuple {
  std::string local_address;
  std::uint16_t local_port = 0;
  std::string remote_ip;
  std::uint16_t remote_port = 0;
};

class PlainTransport final : public Transport {
 public:
  PlainTransport(std::shared_ptr<Channel> channel, std::string id, std::string router);

  struct Peer {
    std::string ip;
    std::optional<std::uint16_t> port;
    std::optional<std::uint16_t> rtcp_port;  // unless multiplexed
    std::optional<SrtpKey> srtp;
  };

  const Tuple& tuple() const { return tuple_; }
  const std::optional<Tuple>& rtcp_tuple() const { return rtcp_tuple_; }
  const std::optional<SrtpKey>& srtp() const { return srtp_; }  // ours, for the peer
  void set_description(const FBS::PlainTransport::DumpResponse& dump);

  Task<Result<void>> connect(Peer peer);

 private:
  Tuple tuple_;
  std::optional<Tuple> rtcp_tuple_;
  std::optional<SrtpKey> srtp_;
};

Tuple decode_tuple(const FBS::Transport::Tuple& tuple);
FBS::SrtpParameters::SrtpCryptoSuite encode_suite(SrtpSuite suite);
flatbuffers::Offset<FBS::SrtpParameters::SrtpParameters> encode_key(flatbuffers::FlatBufferBuilder& builder,
                                                                    const std::optional<SrtpKey>& key);
std::optional<SrtpKey> decode_key(const FBS::SrtpParameters::SrtpParameters* parameters);

}  // namespace dd::media
