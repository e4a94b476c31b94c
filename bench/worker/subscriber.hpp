// SPDX-License-Identifier: MIT
// One receiving WebRTC peer of the worker's bench: a UDP socket that does ICE, the DTLS handshake and then counts SRTP packets. It
// repairs nothing and asks for nothing; with feedback on it reports arrivals for transport-wide congestion control. One thread.
#pragma once

#include <openssl/ssl.h>
#include <srtp2/srtp.h>

#include <cstdint>
#include <string>
#include <vector>

namespace dd::bench {

std::int64_t now_us();

// A certificate for all peers, offering one SRTP suite ("SRTP_AEAD_AES_256_GCM", for instance).
class DtlsClient {
 public:
  explicit DtlsClient(const std::string& suite);
  ~DtlsClient();
  const std::string& fingerprint() const { return fingerprint_; }
  SSL_CTX* context() const { return context_; }

 private:
  SSL_CTX* context_;
  std::string fingerprint_;
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
  Subscriber(const DtlsClient& dtls, std::uint16_t port, std::string remote_fragment, std::string remote_password);
  ~Subscriber();
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  int descriptor() const { return descriptor_; }
  bool connected() const { return connected_; }
  void start();  // may be repeated until it is connected
  void expect(bool verify, int transport_cc_id);
  void read(Tally& tally);
  void send_feedback();

 private:
  void handshake();
  void flush_dtls();
  void finish_handshake();
  void count(const std::uint8_t* packet, std::uint32_t ssrc, std::int64_t at_us, Tally& tally);
  void take(std::uint8_t* packet, std::size_t length, std::int64_t at_us, Tally& tally);

  int descriptor_;
  std::string fragment_;
  std::string password_;
  SSL* ssl_;
  bool connected_ = false;
  bool verify_ = false;
  int transport_cc_id_ = 0;
  srtp_t receiving_ = nullptr;
  srtp_t sending_ = nullptr;
  struct Stream {
    std::uint32_t ssrc;
    std::uint16_t highest;
  };
  std::vector<Stream> streams_;
  std::vector<std::pair<std::uint16_t, std::int64_t>> arrivals_;
  std::uint8_t feedback_count_ = 0;
};

}  // namespace dd::bench
