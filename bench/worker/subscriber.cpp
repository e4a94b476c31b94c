// SPDX-License-Identifier: MIT
#include "bench/worker/subscriber.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <stdexcept>

#include "bench/load/stun.hpp"

namespace dd::bench {
namespace {

using load::append_u16;
using load::append_u32;
using rtp::read_u16;
using rtp::read_u32;

constexpr std::size_t kSlot = 2048;
constexpr std::size_t kSlots = 32;
constexpr std::uint32_t kProbeSsrc = 1234;  // of the packets that only measure the bandwidth
constexpr std::uint32_t kPriority = 0x6E001EFF;

void must(const Result<void>& done) {
  if (!done) throw std::runtime_error(done.error().message);
}

}  // namespace

std::int64_t now_us() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

Subscriber::Subscriber(const load::DtlsIdentity& identity, const Server& server)
    : descriptor_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), server_(server), dtls_(identity, server.fingerprint) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(server.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int buffer = 4 << 20;
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
  if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0) throw std::runtime_error("cannot connect a UDP socket");
}

Subscriber::~Subscriber() { ::close(descriptor_); }

void Subscriber::send(load::Bytes datagram) { static_cast<void>(::send(descriptor_, datagram.data(), datagram.size(), 0)); }

void Subscriber::start() {
  load::StunTransaction transaction{};
  load::write_u64(transaction, 0, static_cast<std::uint64_t>(now_us()));
  send(load::encode_binding_request({.transaction = transaction,
                                     .username = server_.fragment + ":peer",
                                     .password = server_.password,
                                     .tie_breaker = 1,
                                     .priority = kPriority}));
  must(dtls_.tick());
  must(dtls_.start());
  go_on();
}

// After each step of the handshake.
void Subscriber::go_on() {
  for (const auto& datagram : dtls_.outgoing()) send(datagram);
  dtls_.outgoing().clear();
  if (!dtls_.keys() || srtp_) return;
  auto session = load::SrtpSession::open(*dtls_.keys());
  if (!session) throw std::runtime_error(session.error().message);
  srtp_.emplace(std::move(*session));
}

void Subscriber::expect(bool verify, int transport_cc_id) {
  verify_ = verify;
  transport_cc_id_ = transport_cc_id;
}

void Subscriber::read(Tally& tally) {
  static std::array<std::array<std::uint8_t, kSlot>, kSlots> slots;
  std::array<iovec, kSlots> parts;
  std::array<mmsghdr, kSlots> headers{};
  for (std::size_t i = 0; i < kSlots; ++i) {
    parts[i] = {slots[i].data(), kSlot};
    headers[i].msg_hdr.msg_iov = &parts[i];
    headers[i].msg_hdr.msg_iovlen = 1;
  }
  const int count = ::recvmmsg(descriptor_, headers.data(), kSlots, MSG_DONTWAIT, nullptr);
  const std::int64_t at_us = now_us();
  for (std::size_t i = 0; count > 0 && i < static_cast<std::size_t>(count); ++i) {
    const std::size_t length = headers[i].msg_len;
    const load::MutableBytes datagram(slots[i].data(), length);
    if (load::is_dtls(datagram)) {
      must(dtls_.handle(datagram));
      go_on();
    } else if (length > 12 && datagram[0] >= 128 && datagram[0] < 192 && (datagram[1] < 192 || datagram[1] > 223)) {  // RFC 7983, RFC 5761
      take(datagram, at_us, tally);
    }
  }
}

void Subscriber::count(load::Bytes packet, std::uint32_t ssrc, std::int64_t at_us, Tally& tally) {
  ++tally.packets;
  const auto sequence = read_u16(packet, 2);
  const auto found = std::find_if(streams_.begin(), streams_.end(), [ssrc](const Stream& stream) { return stream.ssrc == ssrc; });
  if (found == streams_.end()) {
    streams_.push_back({ssrc, sequence});
  } else {
    const auto step = static_cast<std::int16_t>(sequence - found->highest);
    if (step != 1) tally.lost += step > 1 ? static_cast<std::uint64_t>(step - 1) : 1;  // one that is out of order counts too
    if (step > 0) found->highest = sequence;
  }
  const auto latency = static_cast<std::uint32_t>(at_us) - read_u32(packet, 4);
  ++tally.latencies[std::min<std::size_t>(latency / 10, tally.latencies.size() - 1)];
}

void Subscriber::take(load::MutableBytes packet, std::int64_t at_us, Tally& tally) {
  const std::uint32_t ssrc = read_u32(packet, 8);
  if (ssrc != kProbeSsrc) count(packet, ssrc, at_us, tally);

  if (transport_cc_id_ != 0 && (packet[0] & 0x10) != 0) {
    const std::size_t at = 12 + std::size_t{4} * (packet[0] & 15);
    const std::size_t end = at + 4 > packet.size() ? 0 : std::min(packet.size(), at + 4 + std::size_t{4} * read_u16(packet, at + 2));
    for (std::size_t i = at + 4; i + 2 < end;) {
      if (packet[i] == 0) {
        ++i;
      } else if (packet[i] >> 4 == transport_cc_id_) {
        arrivals_.emplace_back(read_u16(packet, i + 1), at_us);
        break;
      } else {
        i += std::size_t{2} + (packet[i] & 15);
      }
    }
  }

  if (verify_ && ssrc != kProbeSsrc) {
    const auto plain = srtp_->unprotect_rtp(packet);
    bool good = plain.has_value();
    for (std::size_t i = 1; good && i <= 900; ++i) good = packet[*plain - i] == 0x5a;
    if (!good) ++tally.wrong;
  }
}

// draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1, all packets received: gaps are closed, for simplicity.
void Subscriber::send_feedback() {
  if (arrivals_.empty() || streams_.empty() || !srtp_) return;
  std::vector<std::uint8_t> out;
  append_u32(out, 0x8fcd0000);
  append_u32(out, 1);
  append_u32(out, streams_.front().ssrc);
  append_u16(out, arrivals_.front().first);
  append_u16(out, static_cast<std::uint32_t>(arrivals_.size()));
  const std::int64_t reference = arrivals_.front().second / 64'000;
  append_u32(out, static_cast<std::uint32_t>(reference << 8) | feedback_count_++);
  append_u16(out, 0x2000 | static_cast<std::uint32_t>(arrivals_.size()));
  std::int64_t at = reference * 64'000;
  for (const auto& arrival : arrivals_) {
    const std::int64_t step = std::clamp<std::int64_t>((arrival.second - at) / 250, 0, 255);
    out.push_back(static_cast<std::uint8_t>(step));
    at += step * 250;
  }
  while (out.size() % 4 != 0) out.push_back(0);
  out[3] = static_cast<std::uint8_t>(out.size() / 4 - 1);
  arrivals_.clear();
  const std::size_t plain = out.size();
  out.resize(plain + load::kSrtpOverhead);
  if (const auto size = srtp_->protect_rtcp(out, plain)) send(load::Bytes(out).first(*size));
}

}  // namespace dd::bench
