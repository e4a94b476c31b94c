// SPDX-License-Identifier: MIT
// One WebRTC peer of the worker's bench: ICE, the DTLS handshake, SRTP in both directions. It sends its sources and counts what comes;
// it repairs nothing and asks for nothing, but reports arrivals for transport-wide congestion control when that is on. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/dtls_client.hpp"
#include "bench/load/latency_histogram.hpp"
#include "bench/load/srtp_session.hpp"
#include "bench/load/transport_feedback.hpp"
#include "bench/worker/gaps.hpp"
#include "bench/worker/links.hpp"
#include "bench/worker/source.hpp"

namespace dd::bench {

// What the worker tells of one transport; it is on the loopback.
struct Server {
  std::uint16_t port = 0;
  std::string fragment;
  std::string password;
  std::string fingerprint;  // sha-256
};

struct Conditions {
  std::uint64_t sample = 1;          // each so manieth packet is decrypted, checked, and its latency taken
  std::uint8_t transport_cc_id = 0;  // of the header extension; 0: no feedback
};

struct Tally {
  std::uint64_t packets = 0;
  std::uint64_t wrong = 0;  // of those looked at: did not decrypt, or to something else
  load::LatencyHistogram latencies;
};

class Peer {
 public:
  Peer(Links& links, const load::DtlsIdentity& identity, const Server& server);

  bool connected() const { return srtp_.has_value(); }
  void connect();  // may be repeated until it is connected
  void add(const SourceSettings& settings) { sources_.push_back(Source(settings)); }
  void handle(load::MutableBytes datagram, load::Nanoseconds arrival, const Conditions& conditions, Tally& tally);
  void send_feedback();
  void send_reports(load::Nanoseconds now);
  std::size_t send_frame(Source& source);

  // Since the last begin().
  void begin() { gaps_.clear(); }
  std::uint64_t missing() const { return gaps_.missing(); }

  std::vector<Source>& sources() { return sources_; }

 private:
  void go_on();
  void take_rtp(load::MutableBytes packet, load::Nanoseconds arrival, const Conditions& conditions, Tally& tally);
  void take_rtcp(load::MutableBytes packet);
  void send_rtcp(std::vector<std::uint8_t> packet);

  Links& links_;
  Server server_;
  std::size_t link_;
  load::DtlsClient dtls_;
  std::optional<load::SrtpSession> srtp_;  // once the handshake is over
  std::vector<Source> sources_;
  Gaps gaps_;
  std::uint64_t received_ = 0;
  std::uint32_t last_ssrc_ = 0;
  load::FeedbackBuilder feedback_;
};

}  // namespace dd::bench
