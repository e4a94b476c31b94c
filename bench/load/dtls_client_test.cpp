// SPDX-License-Identifier: MIT
// The client against OpenSSL's own server, in memory.
#include "bench/load/dtls_client.hpp"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <utility>

#include "bench/load/srtp_session.hpp"

namespace dd::load {
namespace {

// A server with the certificate of another identity, whose keys become those of an SrtpSession.
class DtlsServer {
 public:
  explicit DtlsServer(const DtlsIdentity& identity, const char* profiles) : context_(SSL_CTX_new(DTLS_server_method())) {
    SSL_CTX_use_certificate(context_, SSL_CTX_get0_certificate(identity.context()));
    SSL_CTX_use_PrivateKey(context_, SSL_CTX_get0_privatekey(identity.context()));
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, [](int, X509_STORE_CTX*) { return 1; });
    SSL_CTX_set_tlsext_use_srtp(context_, profiles);
    SSL_CTX_set_options(context_, SSL_OP_NO_QUERY_MTU);
    ssl_ = SSL_new(context_);
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    BIO_set_mem_eof_return(SSL_get_rbio(ssl_), -1);
    SSL_set_accept_state(ssl_);
    SSL_set_mtu(ssl_, 1200);
  }
  ~DtlsServer() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  DtlsServer(const DtlsServer&) = delete;
  DtlsServer& operator=(const DtlsServer&) = delete;

  std::vector<std::uint8_t> handle(Bytes datagram) {
    BIO_write(SSL_get_rbio(ssl_), datagram.data(), static_cast<int>(datagram.size()));
    SSL_do_handshake(ssl_);
    std::vector<std::uint8_t> out(static_cast<std::size_t>(BIO_pending(SSL_get_wbio(ssl_))));
    if (!out.empty()) BIO_read(SSL_get_wbio(ssl_), out.data(), static_cast<int>(out.size()));
    return out;
  }

  SrtpKeys keys(SrtpProfile profile) const {
    const SrtpSizes sizes = sizes_of(profile);
    std::vector<std::uint8_t> material(2 * (sizes.key + sizes.salt));
    SSL_export_keying_material(ssl_, material.data(), material.size(), "EXTRACTOR-dtls_srtp", 19, nullptr, 0, 0);
    const Bytes all(material);
    SrtpKeys keys{.profile = profile, .local = {}, .remote = {}};
    append(keys.remote, all.first(sizes.key));
    append(keys.local, all.subspan(sizes.key, sizes.key));
    append(keys.remote, all.subspan(2 * sizes.key, sizes.salt));
    append(keys.local, all.subspan(2 * sizes.key + sizes.salt, sizes.salt));
    return keys;
  }

 private:
  SSL_CTX* context_;
  SSL* ssl_;
};

std::unique_ptr<DtlsIdentity> identity_with(std::vector<SrtpProfile> profiles) { return std::move(*DtlsIdentity::open(profiles)); }

// Carries datagrams until nobody has one.
Result<void> shake_hands(DtlsClient& client, DtlsServer& server) {
  DD_TRY_VOID(client.start());
  while (!client.outgoing().empty()) {
    for (const auto& datagram : std::exchange(client.outgoing(), {})) {
      EXPECT_LE(datagram.size(), 1200U);
      EXPECT_TRUE(is_dtls(datagram));
      const auto answer = server.handle(datagram);
      if (answer.empty()) continue;
      DD_TRY_VOID(client.handle(answer));
    }
  }
  return ok();
}

TEST(DtlsClient, AgreesOnKeysThatCarryMediaBothWays) {
  for (const SrtpProfile profile : {SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAeadAes256Gcm, SrtpProfile::kAes128CmSha1}) {
    const auto ours = identity_with({profile});
    const auto theirs = identity_with({profile});
    DtlsClient client(*ours, theirs->fingerprint());
    DtlsServer server(*theirs, "SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80");
    ASSERT_TRUE(shake_hands(client, server));
    ASSERT_TRUE(client.keys());
    EXPECT_EQ(client.keys()->profile, profile);

    auto here = SrtpSession::open(*client.keys());
    auto there = SrtpSession::open(server.keys(profile));
    ASSERT_TRUE(here && there);
    for (auto* const pair : {&here, &there}) {
      auto& sender = *pair;
      auto& receiver = pair == &here ? there : here;
      std::vector<std::uint8_t> packet{0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 'd', 'a', 't', 'a'};
      const auto plain = packet;
      packet.resize(packet.size() + kSrtpOverhead);
      const auto size = sender->protect_rtp(packet, plain.size());
      ASSERT_TRUE(size);
      auto forged = packet;
      forged[13] ^= 1U;
      EXPECT_FALSE(receiver->unprotect_rtp(MutableBytes(forged).first(*size)));
      auto repeated = packet;
      ASSERT_EQ(receiver->unprotect_rtp(MutableBytes(packet).first(*size)), plain.size());
      EXPECT_TRUE(std::equal(plain.begin(), plain.end(), packet.begin()));
      EXPECT_FALSE(receiver->unprotect_rtp(MutableBytes(repeated).first(*size)));
    }
  }
}

TEST(DtlsClient, RefusesACertificateThatSignalingDidNotTell) {
  const auto ours = identity_with({SrtpProfile::kAeadAes128Gcm});
  const auto theirs = identity_with({SrtpProfile::kAeadAes128Gcm});
  DtlsClient client(*ours, ours->fingerprint());
  DtlsServer server(*theirs, "SRTP_AEAD_AES_128_GCM");
  const auto outcome = shake_hands(client, server);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::kForbidden);
  EXPECT_FALSE(client.keys());
}

TEST(DtlsClient, FailsWithoutACommonProfile) {
  const auto ours = identity_with({SrtpProfile::kAeadAes256Gcm});
  const auto theirs = identity_with({SrtpProfile::kAeadAes128Gcm});
  DtlsClient client(*ours, theirs->fingerprint());
  DtlsServer server(*theirs, "SRTP_AES128_CM_SHA1_80");
  EXPECT_FALSE(shake_hands(client, server));
}

}  // namespace
}  // namespace dd::load
