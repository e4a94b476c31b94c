// SPDX-License-Identifier: MIT
#include "bench/load/transport.hpp"

#include <fmt/format.h>
#include <utility>

#include "base/random.hpp"

namespace dd::load {
namespace {

constexpr std::size_t kUfrag = 8;
constexpr std::uint8_t kAlert = 21;  // DTLS: a content type

}  // namespace

Transport::Transport(Loop& loop, Network& network, const DtlsIdentity& identity, TransportOptions options, TransportUser& user)
    : loop_(loop),
      network_(network),
      options_(std::move(options)),
      user_(user),
      connected_(loop),
      ice_({.local_ufrag = random_token(kUfrag), .remote_ufrag = options_.ufrag, .remote_password = options_.password}, random_u64(),
           loop.now()),
      identity_(identity) {}

Result<std::unique_ptr<Transport>> Transport::open(Loop& loop, Network& network, const DtlsIdentity& identity, TransportOptions options,
                                                   TransportUser& user) {
  std::unique_ptr<Transport> transport(new Transport(loop, network, identity, std::move(options), user));
  DD_TRY(transport->port_, network.open_port(transport->options_.address, *transport));
  return transport;
}

void Transport::tick(MonotonicTime now) {
  if (failure_) return;
  if (const auto request = ice_.poll(now)) network_.send(*port_, *request);
  if (ice_.state() == IceAgent::State::kFailed) {
    return fail(make_error(Errc::kUnavailable, usable() ? "ICE: the server gives no consent any more" : "ICE: the server does not answer"));
  }
  if (dtls_) advance(dtls_->tick());
}

void Transport::advance(Result<void> outcome) {
  for (const auto& datagram : dtls_->outgoing()) network_.send(*port_, datagram);
  dtls_->outgoing().clear();
  if (!outcome) return fail(std::move(outcome.error()));
  if (!dtls_->keys()) return;
  auto session = SrtpSession::open(*dtls_->keys());
  if (!session) return fail(std::move(session.error()));
  profile_ = dtls_->keys()->profile;
  srtp_.emplace(std::move(*session));
  // The server's last flight is here, so nothing of ours can be asked for again (RFC 6347, section 4.2.4).
  dtls_.reset();
  connected_.resolve(ok());
}

void Transport::fail(Error error) {
  failure_ = error;
  dtls_.reset();
  connected_.resolve(std::move(error));
}

void Transport::on_datagram(MutableBytes bytes, Nanoseconds arrival) {
  if (failure_ || bytes.empty()) return;
  if (is_stun(bytes)) {
    const auto before = ice_.state();
    if (!ice_.handle(loop_.now(), bytes)) return;
    if (before != IceAgent::State::kChecking || ice_.state() != IceAgent::State::kConnected) return;
    dtls_ = std::make_unique<DtlsClient>(identity_, options_.fingerprint);
    return advance(dtls_->start());
  }
  if (is_dtls(bytes)) {
    if (dtls_) return advance(dtls_->handle(bytes));
    if (srtp_ && bytes[0] == kAlert) fail(make_error(Errc::kUnavailable, "DTLS: the server closed the transport"));
    return;
  }
  if (!srtp_) return;
  const bool control = rtp::is_rtcp(bytes);
  const auto size = control ? srtp_->unprotect_rtcp(bytes) : srtp_->unprotect_rtp(bytes);
  if (!size) {
    ++undecryptable_;
    return;
  }
  if (control) {
    user_.on_rtcp(bytes.first(*size), arrival);
  } else {
    user_.on_rtp(bytes.first(*size), arrival);
  }
}

void Transport::send_rtp(std::size_t size) {
  if (!usable()) return;
  if (const auto length = srtp_->protect_rtp(slot(), size)) network_.commit(*port_, *length);
}

void Transport::send_rtcp(Bytes compound) {
  if (!usable() || compound.size() + kSrtpOverhead > Network::kSlotSize) return;
  const MutableBytes buffer = slot();
  std::copy(compound.begin(), compound.end(), buffer.begin());
  if (const auto length = srtp_->protect_rtcp(buffer, compound.size())) network_.commit(*port_, *length);
}

}  // namespace dd::load
