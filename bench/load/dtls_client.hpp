// SPDX-License-Identifier: MIT
// DtlsClient: the client's side of one DTLS 1.2 handshake with use_srtp (RFC 5764), which ends in the keys for SRTP. It owns no socket
// or clock; datagrams go in and come out. After the handshake it is not needed: WebRTC sends no application data in it without
// data channels. DtlsIdentity is the certificate all peers of this process share: making one for each would cost more than all
// handshakes, and a server cannot tell.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "bench/load/srtp_session.hpp"
#include "bench/load/wire.hpp"

struct ssl_st;
struct ssl_ctx_st;

namespace dd::load {

class DtlsIdentity {
 public:
  // `profiles` are offered in this order.
  static Result<std::unique_ptr<DtlsIdentity>> open(const std::vector<SrtpProfile>& profiles);
  ~DtlsIdentity();
  DtlsIdentity(const DtlsIdentity&) = delete;
  DtlsIdentity& operator=(const DtlsIdentity&) = delete;

  ssl_ctx_st* context() const { return context_; }
  const std::string& fingerprint() const { return fingerprint_; }  // sha-256, as SDP writes it

 private:
  DtlsIdentity() = default;

  ssl_ctx_st* context_ = nullptr;
  std::string fingerprint_;
};

class DtlsClient {
 public:
  // `remote_fingerprint`: sha-256 of the certificate that the server must show.
  DtlsClient(const DtlsIdentity& identity, std::string remote_fingerprint);
  ~DtlsClient();
  DtlsClient(const DtlsClient&) = delete;
  DtlsClient& operator=(const DtlsClient&) = delete;

  // Each of these returns what went wrong for good; datagrams to send are in outgoing() afterwards.
  Result<void> start();
  Result<void> handle(Bytes datagram);
  Result<void> tick();  // repeats a flight whose time has come

  std::vector<std::vector<std::uint8_t>>& outgoing() { return outgoing_; }
  const std::optional<SrtpKeys>& keys() const { return keys_; }  // when the handshake is over

 private:
  Result<void> go_on();
  Result<void> finish();

  ssl_st* ssl_;
  std::string remote_fingerprint_;
  std::vector<std::vector<std::uint8_t>> outgoing_;
  std::optional<SrtpKeys> keys_;
};

// RFC 7983: what begins with 20 to 63 is DTLS.
inline bool is_dtls(Bytes datagram) { return datagram.size() >= 13 && datagram[0] >= 20 && datagram[0] <= 63; }

}  // namespace dd::load
