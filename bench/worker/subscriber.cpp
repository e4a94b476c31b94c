// SPDX-License-Identifier: MIT
#include "bench/worker/subscriber.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <stdexcept>

namespace dd::bench {
namespace {

constexpr std::size_t kSlot = 2048;
constexpr std::size_t kSlots = 32;
constexpr std::uint32_t kProbeSsrc = 1234;  // of the packets that only measure the bandwidth

void put16(std::vector<std::uint8_t>& out, std::uint32_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}
void put32(std::vector<std::uint8_t>& out, std::uint32_t value) {
  put16(out, value >> 16);
  put16(out, value);
}
std::uint32_t get16(const std::uint8_t* at) { return static_cast<std::uint32_t>(at[0] << 8 | at[1]); }
std::uint32_t get32(const std::uint8_t* at) { return get16(at) << 16 | get16(at + 2); }

// A binding request that nominates (RFC 8445 as the controlling side; RFC 8489 for its integrity).
std::vector<std::uint8_t> binding_request(const std::string& user, const std::string& password, std::uint32_t id) {
  std::vector<std::uint8_t> out;
  put16(out, 0x0001);
  put16(out, 0);
  put32(out, 0x2112A442);
  for (int i = 0; i < 3; ++i) put32(out, id + static_cast<std::uint32_t>(i) * 0x9e3779b9U);
  const auto attribute = [&out](std::uint32_t type, const void* bytes, std::size_t length) {
    put16(out, type);
    put16(out, static_cast<std::uint32_t>(length));
    const auto* from = static_cast<const std::uint8_t*>(bytes);
    out.insert(out.end(), from, from + length);
    while (out.size() % 4 != 0) out.push_back(0);
  };
  attribute(0x0006, user.data(), user.size());
  const std::array<std::uint8_t, 4> priority{0x6e, 0x00, 0x1e, 0xff};
  attribute(0x0024, priority.data(), priority.size());
  const std::array<std::uint8_t, 8> tie{1, 2, 3, 4, 5, 6, 7, 8};
  attribute(0x802A, tie.data(), tie.size());
  attribute(0x0025, nullptr, 0);
  // The length counts up to the end of the attribute that is computed over what stands before it.
  const auto set_length = [&out](std::size_t following) {
    const std::size_t length = out.size() - 20 + following;
    out[2] = static_cast<std::uint8_t>(length >> 8);
    out[3] = static_cast<std::uint8_t>(length);
  };
  set_length(24);
  std::array<std::uint8_t, 20> digest{};
  unsigned size = 0;
  HMAC(EVP_sha1(), password.data(), static_cast<int>(password.size()), out.data(), out.size(), digest.data(), &size);
  attribute(0x0008, digest.data(), digest.size());
  set_length(8);
  std::uint32_t crc = ~0U;
  for (const std::uint8_t byte : out) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0U);
  }
  put32(out, 0x80280004);
  put32(out, ~crc ^ 0x5354554eU);
  return out;
}

}  // namespace

std::int64_t now_us() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

DtlsClient::DtlsClient(const std::string& suite) : context_(SSL_CTX_new(DTLS_client_method())) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  X509_digest(certificate, EVP_sha256(), digest.data(), &length);
  for (unsigned i = 0; i < length; ++i) {
    std::array<char, 4> text{};
    std::snprintf(text.data(), text.size(), i == 0 ? "%02X" : ":%02X", digest[i]);
    fingerprint_ += text.data();
  }
  SSL_CTX_use_certificate(context_, certificate);
  SSL_CTX_use_PrivateKey(context_, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
  if (SSL_CTX_set_tlsext_use_srtp(context_, suite.c_str()) != 0) throw std::runtime_error("no such SRTP suite: " + suite);
}

DtlsClient::~DtlsClient() { SSL_CTX_free(context_); }

Subscriber::Subscriber(const DtlsClient& dtls, std::uint16_t port, std::string remote_fragment, std::string remote_password)
    : descriptor_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      fragment_(std::move(remote_fragment)),
      password_(std::move(remote_password)),
      ssl_(SSL_new(dtls.context())) {
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(port);
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int buffer = 4 << 20;
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
  if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&server), sizeof(server)) != 0)
    throw std::runtime_error("cannot connect a UDP socket");
  SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  BIO_set_mem_eof_return(SSL_get_rbio(ssl_), -1);
  SSL_set_options(ssl_, SSL_OP_NO_QUERY_MTU);
  SSL_set_mtu(ssl_, 1200);
  SSL_set_connect_state(ssl_);
}

Subscriber::~Subscriber() {
  SSL_free(ssl_);
  if (receiving_) srtp_dealloc(receiving_);
  if (sending_) srtp_dealloc(sending_);
  ::close(descriptor_);
}

void Subscriber::start() {
  const auto request = binding_request(fragment_ + ":peer", password_, static_cast<std::uint32_t>(now_us()));
  if (::send(descriptor_, request.data(), request.size(), 0) < 0) return;
  DTLSv1_handle_timeout(ssl_);
  handshake();
}

void Subscriber::handshake() {
  if (connected_) return;
  if (SSL_do_handshake(ssl_) == 1) finish_handshake();
  flush_dtls();
  ERR_clear_error();
}

void Subscriber::flush_dtls() {
  std::array<std::uint8_t, 4096> bytes{};
  const int length = BIO_read(SSL_get_wbio(ssl_), bytes.data(), static_cast<int>(bytes.size()));
  if (length > 0) static_cast<void>(::send(descriptor_, bytes.data(), static_cast<std::size_t>(length), 0));
}

void Subscriber::finish_handshake() {
  const SRTP_PROTECTION_PROFILE* chosen = SSL_get_selected_srtp_profile(ssl_);
  if (!chosen) throw std::runtime_error("no SRTP suite was agreed");
  // OpenSSL and libsrtp share the numbers that IANA gave the suites.
  const auto profile = static_cast<srtp_profile_t>(chosen->id);
  const std::size_t key = srtp_profile_get_master_key_length(profile);
  const std::size_t salt = srtp_profile_get_master_salt_length(profile);
  std::vector<std::uint8_t> material(2 * (key + salt));
  SSL_export_keying_material(ssl_, material.data(), material.size(), "EXTRACTOR-dtls_srtp", 19, nullptr, 0, 0);
  // RFC 5764, section 4.2: the client's key, the server's, and then their salts.
  const auto session = [&](std::size_t side, srtp_ssrc_type_t direction) {
    std::vector<std::uint8_t> joined(material.begin() + static_cast<std::ptrdiff_t>(side * key),
                                     material.begin() + static_cast<std::ptrdiff_t>((side + 1) * key));
    const auto at = material.begin() + static_cast<std::ptrdiff_t>(2 * key + side * salt);
    joined.insert(joined.end(), at, at + static_cast<std::ptrdiff_t>(salt));
    srtp_policy_t policy{};
    srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, profile);
    srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, profile);
    policy.ssrc.type = direction;
    policy.key = joined.data();
    policy.window_size = 1024;
    srtp_t made = nullptr;
    if (srtp_create(&made, &policy) != srtp_err_status_ok) throw std::runtime_error("srtp_create() failed");
    return made;
  };
  sending_ = session(0, ssrc_any_outbound);
  receiving_ = session(1, ssrc_any_inbound);
  connected_ = true;
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
    const std::uint8_t first = slots[i][0];
    if (first >= 20 && first < 64) {  // RFC 7983
      BIO_write(SSL_get_rbio(ssl_), slots[i].data(), static_cast<int>(length));
      handshake();
    } else if (first >= 128 && first < 192 && length > 12 && (slots[i][1] < 192 || slots[i][1] > 223)) {
      take(slots[i].data(), length, at_us, tally);
    }
  }
}

void Subscriber::count(const std::uint8_t* packet, std::uint32_t ssrc, std::int64_t at_us, Tally& tally) {
  ++tally.packets;
  const auto sequence = static_cast<std::uint16_t>(get16(packet + 2));
  const auto found = std::find_if(streams_.begin(), streams_.end(), [ssrc](const Stream& stream) { return stream.ssrc == ssrc; });
  if (found == streams_.end()) {
    streams_.push_back({ssrc, sequence});
  } else {
    const auto step = static_cast<std::int16_t>(sequence - found->highest);
    if (step != 1) tally.lost += step > 1 ? static_cast<std::uint64_t>(step - 1) : 1;  // one that is out of order counts too
    if (step > 0) found->highest = sequence;
  }
  const auto latency = static_cast<std::uint32_t>(at_us) - get32(packet + 4);
  ++tally.latencies[std::min<std::size_t>(latency / 10, tally.latencies.size() - 1)];
}

void Subscriber::take(std::uint8_t* packet, std::size_t length, std::int64_t at_us, Tally& tally) {
  const std::uint32_t ssrc = get32(packet + 8);
  if (ssrc != kProbeSsrc) count(packet, ssrc, at_us, tally);

  if (transport_cc_id_ != 0 && (packet[0] & 0x10) != 0) {
    const std::size_t at = 12 + std::size_t{4} * (packet[0] & 15);
    const std::size_t end = std::min(length, at + 4 + std::size_t{4} * get16(packet + at + 2));
    for (std::size_t i = at + 4; i + 2 < end;) {
      if (packet[i] == 0) {
        ++i;
      } else if (packet[i] >> 4 == transport_cc_id_) {
        arrivals_.emplace_back(static_cast<std::uint16_t>(get16(packet + i + 1)), at_us);
        break;
      } else {
        i += std::size_t{2} + (packet[i] & 15);
      }
    }
  }

  if (verify_ && ssrc != kProbeSsrc) {
    int plain = static_cast<int>(length);
    bool good = srtp_unprotect(receiving_, packet, &plain) == srtp_err_status_ok;
    for (int i = 1; good && i <= 900; ++i) good = packet[plain - i] == 0x5a;
    if (!good) ++tally.wrong;
  }
}

// draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1, all packets received: gaps are closed, for simplicity.
void Subscriber::send_feedback() {
  if (arrivals_.empty() || streams_.empty() || !connected_) return;
  std::vector<std::uint8_t> out;
  put32(out, 0x8fcd0000);
  put32(out, 1);
  put32(out, streams_.front().ssrc);
  put16(out, arrivals_.front().first);
  put16(out, static_cast<std::uint32_t>(arrivals_.size()));
  const std::int64_t reference = arrivals_.front().second / 64'000;
  put32(out, static_cast<std::uint32_t>(reference << 8) | feedback_count_++);
  put16(out, 0x2000 | static_cast<std::uint32_t>(arrivals_.size()));
  std::int64_t at = reference * 64'000;
  for (const auto& arrival : arrivals_) {
    const std::int64_t step = std::clamp<std::int64_t>((arrival.second - at) / 250, 0, 255);
    out.push_back(static_cast<std::uint8_t>(step));
    at += step * 250;
  }
  while (out.size() % 4 != 0) out.push_back(0);
  out[3] = static_cast<std::uint8_t>(out.size() / 4 - 1);
  arrivals_.clear();
  int length = static_cast<int>(out.size());
  out.resize(out.size() + SRTP_MAX_TRAILER_LEN + 4);
  if (srtp_protect_rtcp(sending_, out.data(), &length) == srtp_err_status_ok) {
    static_cast<void>(::send(descriptor_, out.data(), static_cast<std::size_t>(length), 0));
  }
}

}  // namespace dd::bench
