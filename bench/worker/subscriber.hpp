// SPDX-License-Identifier: MIT
// One receiving WebRTC peer of the worker's bench: a UDP socket that does ICE, the DTLS handshake and then counts SRTP packets. It
// repairs nothing and asks for nothing; with feedback on it reports arrivals for transport-wide congestion control. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/load/dtls_client.hpp"
#include "bench/load/srtp_session.hpp"

namespace dd::bench {

std::int64_t now_us();

// What the worker tells of one transport; it is on the loopback.
struct Server {
  std::uint16_t port = 0;
  std::string fragment;
  std::string password;
  std::string fingerprint;  // sha-256
};

struct Tally {
  std::uint64_t packets = 0;
  std::uint64_t lost = 0;
  std::uint64_t wrong = 0;               // did not decrypt, or to something else
  std::vector<std::uint32_t> latencies;  // of 10 us each
  Tally() : latencies(100'001) {}
};

class Subscriber {
 public:
  Subscriber(const load::DtlsIdentity& identity, const Server& server);
  ~Subscriber();
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  int descriptor() const { return descriptor_; }
  bool connected() const { return srtp_.has_value(); }
  void start();  // may be repeated until it is connected
  void expect(bool verify, int transport_cc_id);
  void read(Tally& tally);
  void send_feedback();

 private:
  void send(load::Bytes datagram);
  void go_on();
  void count(load::Bytes packet, std::uint32_t ssrc, std::int64_t at_us, Tally& tally);
  void take(load::MutableBytes packet, std::int64_t at_us, Tally& tally);

  int descriptor_;
  Server server_;
  load::DtlsClient dtls_;
  std::optional<load::SrtpSession> srtp_;  // once the handshake is over
  bool verify_ = false;
  int transport_cc_id_ = 0;
  struct Stream {
    std::uint32_t ssrc;
    std::uint16_t highest;
  };
  std::vector<Stream> streams_;
  std::vector<std::pair<std::uint16_t, std::int64_t>> arrivals_;
  std::uint8_t feedback_count_ = 0;
};

}  // namespace dd::bench
