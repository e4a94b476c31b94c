// SPDX-License-Identifier: MIT
// Transport: one WebRTC transport as a browser has it - ICE, then DTLS, then SRTP over one socket - and what came of each step.
// It does not know what RTP it carries; its owner does, as a TransportUser. Lives on the loop.
#pragma once

#include <boost/asio/ip/udp.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/completion.hpp"
#include "bench/load/dtls_client.hpp"
#include "bench/load/ice_agent.hpp"
#include "bench/load/network.hpp"
#include "bench/load/srtp_session.hpp"

namespace dd::load {

// What the server's answer says of its side.
struct TransportOptions {
  std::string id;
  std::string ufrag;
  std::string password;
  std::string fingerprint;  // sha-256
  boost::asio::ip::udp::endpoint address;
};

class TransportUser {
 public:
  virtual ~TransportUser() = default;
  // Decrypted; the bytes are the caller's and gone afterwards.
  virtual void on_rtp(Bytes packet, Nanoseconds arrival) = 0;
  virtual void on_rtcp(Bytes compound, Nanoseconds arrival) = 0;
};

class Transport final : public DatagramSink {
 public:
  static Result<std::unique_ptr<Transport>> open(Loop& loop, Network& network, const DtlsIdentity& identity, TransportOptions options,
                                                 TransportUser& user);

  // Answered once: when media may be sent, or when it will never be.
  Completion<Result<void>> connected() const { return connected_; }
  // Drives retransmissions and consent; to be called every few milliseconds.
  void tick(MonotonicTime now);

  bool usable() const { return srtp_.has_value() && !failure_; }
  const std::optional<Error>& failure() const { return failure_; }
  const std::string& id() const { return options_.id; }
  std::uint16_t server_port() const { return options_.address.port(); }
  std::optional<SrtpProfile> profile() const { return profile_; }
  std::uint64_t undecryptable() const { return undecryptable_; }

  // A packet is built in slot(), and leaves encrypted with the next flush of the network.
  MutableBytes slot() { return network_.slot(); }
  void send_rtp(std::size_t size);
  void send_rtcp(Bytes compound);

  void on_datagram(MutableBytes bytes, Nanoseconds arrival) override;

 private:
  Transport(Loop& loop, Network& network, const DtlsIdentity& identity, TransportOptions options, TransportUser& user);
  void advance(Result<void> outcome);
  void fail(Error error);

  Loop& loop_;
  Network& network_;
  TransportOptions options_;
  TransportUser& user_;
  Completion<Result<void>> connected_;
  IceAgent ice_;
  std::unique_ptr<DtlsClient> dtls_;  // null before ICE and after the handshake
  const DtlsIdentity& identity_;
  std::optional<SrtpSession> srtp_;
  std::optional<SrtpProfile> profile_;
  std::optional<Error> failure_;
  std::uint64_t undecryptable_ = 0;
  std::unique_ptr<UdpPort> port_;
};

}  // namespace dd::load
