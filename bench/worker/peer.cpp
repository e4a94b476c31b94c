// SPDX-License-Identifier: MIT
#include "bench/worker/peer.hpp"

#include <stdexcept>

#include "bench/load/network.hpp"
#include "bench/load/sender_rtcp.hpp"
#include "bench/load/stamp.hpp"
#include "bench/load/stun.hpp"

namespace dd::bench {
namespace {

constexpr std::uint32_t kProbeSsrc = 1234;  // of the packets that only measure the bandwidth
constexpr std::uint32_t kPriority = 0x6E001EFF;
constexpr std::uint32_t kOwnSsrc = 1;

void must(const Result<void>& done) {
  if (!done) throw std::runtime_error(done.error().message);
}

}  // namespace

Peer::Peer(Links& links, const load::DtlsIdentity& identity, const Server& server)
    : links_(links), server_(server), link_(links.open(server.port)), dtls_(identity, server.fingerprint) {}

void Peer::connect() {
  load::StunTransaction transaction{};
  load::write_u64(transaction, 0, static_cast<std::uint64_t>(load::stamp_now()));
  links_.send(link_, load::encode_binding_request({.transaction = transaction,
                                                   .username = server_.fragment + ":peer",
                                                   .password = server_.password,
                                                   .tie_breaker = 1,
                                                   .priority = kPriority}));
  must(dtls_.tick());
  must(dtls_.start());
  go_on();
}

// After each step of the handshake.
void Peer::go_on() {
  for (const auto& datagram : dtls_.outgoing()) links_.send(link_, datagram);
  dtls_.outgoing().clear();
  if (!dtls_.keys() || srtp_) return;
  auto session = load::SrtpSession::open(*dtls_.keys());
  if (!session) throw std::runtime_error(session.error().message);
  srtp_.emplace(std::move(*session));
}

void Peer::handle(load::MutableBytes datagram, load::Nanoseconds arrival, const Conditions& conditions, Tally& tally) {
  if (load::is_dtls(datagram)) {
    must(dtls_.handle(datagram));
    go_on();
  } else if (srtp_ && datagram.size() > 12 && datagram[0] >= 128 && datagram[0] < 192) {  // RFC 7983
    if (datagram[1] < 192 || datagram[1] > 223) {                                         // RFC 5761
      take_rtp(datagram, arrival, conditions, tally);
    } else if (!sources_.empty()) {
      take_rtcp(datagram);
    }
  }
}

void Peer::take_rtp(load::MutableBytes packet, load::Nanoseconds arrival, const Conditions& conditions, Tally& tally) {
  if (conditions.transport_cc_id != 0) {
    const auto view = rtp::parse_packet(packet);
    const auto number = view ? view->extension(conditions.transport_cc_id) : std::nullopt;
    if (number && number->size() == 2) feedback_.add(rtp::read_u16(*number, 0), arrival);
  }
  const std::uint32_t ssrc = rtp::read_u32(packet, 8);
  if (ssrc == kProbeSsrc) return;
  last_ssrc_ = ssrc;
  gaps_.add(ssrc, rtp::read_u16(packet, 2));
  ++tally.packets;
  if (received_++ % conditions.sample != 0) return;
  const auto plain = srtp_->unprotect_rtp(packet);
  const auto sent = plain ? load::read_stamp(packet.first(*plain), Source::kMark) : std::nullopt;
  if (sent) {
    tally.latencies.add((arrival - *sent) / 1000);
  } else {
    ++tally.wrong;
  }
}

void Peer::take_rtcp(load::MutableBytes packet) {
  const auto plain = srtp_->unprotect_rtcp(packet);
  if (!plain) return;
  for (const std::uint32_t ssrc : load::parse_requests(packet.first(*plain)).key_frames) {
    for (Source& source : sources_) {
      if (source.ssrc() == ssrc) source.want_key_frame();
    }
  }
}

void Peer::send_rtcp(std::vector<std::uint8_t> packet) {
  const std::size_t plain = packet.size();
  packet.resize(plain + load::kSrtpOverhead);
  if (const auto size = srtp_->protect_rtcp(packet, plain)) links_.send(link_, load::Bytes(packet).first(*size));
}

void Peer::send_feedback() {
  auto packet = feedback_.build(kOwnSsrc, last_ssrc_);
  if (!packet.empty()) send_rtcp(std::move(packet));
}

void Peer::send_reports(load::Nanoseconds now) {
  for (const Source& source : sources_) send_rtcp(load::make_sender_report(source.report(now), "bench"));
}

std::size_t Peer::send_frame(Source& source) {
  return source.send_frame([this](load::MutableBytes packet, std::size_t size) {
    const auto encrypted = srtp_->protect_rtp(packet, size);
    if (!encrypted) throw std::runtime_error("cannot encrypt a packet");
    links_.send(link_, packet.first(*encrypted));
  });
}

}  // namespace dd::bench
