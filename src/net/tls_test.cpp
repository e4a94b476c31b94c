// SPDX-License-Identifier: MIT
// HTTPS over real loopback sockets, with Asio's own OpenSSL stream as the client: an implementation that is not ours.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/testing/certificates.hpp"
#include "net/testing/http_fixture.hpp"
#include "net/testing/stream_client.hpp"
#include "net/tls_certificate.hpp"

namespace dd::net {
namespace {

using namespace std::chrono_literals;
using testing::Client;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::StreamClient;
using testing::TestCertificate;
namespace asio = boost::asio;

class Https : public testing::HttpFixture {
 protected:
  ~Https() override { stop_serving(); }

  void serve(HttpSettings settings = {}) {
    settings.tls = certificate_.files();
    settings.sweep_interval = 20ms;
    settings.linger_timeout = 300ms;
    start(settings);
  }

  struct Foreign {
    asio::io_context context;
    asio::ssl::context tls{asio::ssl::context::tls_client};
    std::unique_ptr<asio::ssl::stream<asio::ip::tcp::socket>> stream;
    boost::system::error_code error;

    std::string ask(std::string_view request, std::string_view end) {
      asio::write(*stream, asio::buffer(request), error);
      std::string answer;
      asio::read_until(*stream, asio::dynamic_buffer(answer), std::string(end), error);
      return answer;
    }
    long serial() const {
      X509* shown = SSL_get1_peer_certificate(stream->native_handle());
      if (shown == nullptr) return 0;
      const long serial = ASN1_INTEGER_get(X509_get0_serialNumber(shown));
      X509_free(shown);
      return serial;
    }
  };
  std::unique_ptr<Foreign> foreign(int highest_version = 0) {
    auto client = std::make_unique<Foreign>();
    if (highest_version != 0) {
      SSL_CTX_set_min_proto_version(client->tls.native_handle(), TLS1_VERSION);
      SSL_CTX_set_security_level(client->tls.native_handle(), 0);
      SSL_CTX_set_max_proto_version(client->tls.native_handle(), highest_version);
    }
    client->tls.set_verify_mode(asio::ssl::verify_peer);
    client->tls.load_verify_file(certificate_.certificate());
    client->stream = std::make_unique<asio::ssl::stream<asio::ip::tcp::socket>>(client->context, client->tls);
    client->stream->set_verify_callback(asio::ssl::host_name_verification("localhost"));
    client->stream->lowest_layer().connect({asio::ip::address_v4::loopback(), port()});
    client->stream->handshake(asio::ssl::stream_base::client, client->error);
    return client;
  }

  TestCertificate certificate_;
};

constexpr std::string_view kAsk = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST_F(Https, AnswersManyRequestsOnAConnection) {
  serve();
  const auto client = foreign();
  ASSERT_FALSE(client->error) << client->error.message();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(client->ask(kAsk, "{\"status\":\"ok\"}"), StartsWith("HTTP/1.1 200"));
}

TEST_F(Https, TlsOneTwoIsTheOldestSpoken) {
  serve();
  EXPECT_FALSE(foreign(TLS1_2_VERSION)->error);
  EXPECT_TRUE(foreign(TLS1_1_VERSION)->error);
  EXPECT_TRUE(eventually([&] { return metrics().find("doordarshan_http_rejected_total{reason=\"tls\"} 1") != std::string::npos; }));
}

TEST_F(Https, ALargeAnswerAndABodyInPiecesArriveWhole) {
  serve();
  StreamClient client(port(), TlsContext::for_client(certificate_.certificate()).value());
  ASSERT_FALSE(client.handshake()) << client.handshake().message();
  client.send("GET /openapi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string answer = client.read_until("never");
  const auto body = answer.find("\r\n\r\n");
  ASSERT_NE(body, std::string::npos);
  EXPECT_THAT(answer, HasSubstr("Content-Length: " + std::to_string(answer.size() - body - 4) + "\r\n"));
  EXPECT_GT(answer.size(), 50'000U);

  StreamClient poster(port(), TlsContext::for_client(certificate_.certificate()).value());
  const std::string content = "{\"meetingId\":\"" + std::string(1024 * 1024, 'a') + "\"}";
  poster.send("POST /v1/endMeeting HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n");
  poster.send(content);
  EXPECT_THAT(poster.read_until("}"), StartsWith("HTTP/1.1 400"));  // read whole, and refused for the id
}

TEST_F(Https, ACertificateOfSomebodyElseIsNotBelieved) {
  serve();
  const TestCertificate other;
  StreamClient stranger(port(), TlsContext::for_client(other.certificate()).value());
  EXPECT_THAT(stranger.handshake().message(), HasSubstr("certificate verify failed"));
  StreamClient elsewhere(port(), TlsContext::for_client(certificate_.certificate()).value(), "example.org");
  EXPECT_THAT(elsewhere.handshake().message(), HasSubstr("certificate verify failed"));
  StreamClient by_address(port(), TlsContext::for_client(certificate_.certificate()).value(), "127.0.0.1");
  EXPECT_FALSE(by_address.handshake());
}

TEST_F(Https, ARenewedCertificateIsShownWithoutARestart) {
  serve();
  const auto before = foreign();
  const long first = before->serial();
  const long second = certificate_.renew();
  EXPECT_NE(first, second);
  EXPECT_TRUE(eventually([&] { return foreign()->serial() == second; }));
  EXPECT_THAT(before->ask(kAsk, "}"), StartsWith("HTTP/1.1 200"));  // who was there stays

  // A broken one changes nothing, and a good one after it is taken.
  certificate_.spoil();
  for (int i = 0; i < 10; ++i) turn(10ms);
  const TestCertificate any;
  StreamClient still(port(), TlsContext::for_client(any.certificate()).value());
  EXPECT_THAT(still.handshake().message(), HasSubstr("certificate verify failed"));  // one is shown, still
  const long third = certificate_.renew();
  EXPECT_TRUE(eventually([&] { return foreign()->serial() == third; }));
}

TEST_F(Https, WithoutACertificateTheServerDoesNotStart) {
  AsioLoop loop;
  EXPECT_FALSE(TlsCertificate::open(loop, {"/nowhere/certificate.pem", "/nowhere/key.pem"}));
  const TestCertificate other;
  EXPECT_FALSE(TlsCertificate::open(loop, {certificate_.certificate(), other.key()}));
  EXPECT_TRUE(TlsCertificate::open(loop, certificate_.files()));
}

TEST_F(Https, PlainHttpSpokenToItEndsWithoutAReset) {
  serve();
  Client client(port());
  client.send(kAsk);
  EXPECT_EQ(client.read_all().find("HTTP/1.1"), std::string::npos);
  client.close();
  EXPECT_TRUE(eventually([&] { return connections() == 0; }));
}

TEST_F(Https, AHandshakeHasADeadline) {
  HttpSettings settings;
  settings.handshake_timeout = 100ms;
  serve(settings);
  Client silent(port());
  EXPECT_EQ(silent.read_all(), "");
  EXPECT_EQ(connections(), 0U);
}

TEST_F(Https, BeyondTheBoundTheRefusalIsEncryptedToo) {
  HttpSettings settings;
  settings.max_connections = 1;
  serve(settings);
  const auto first = foreign();
  EXPECT_THAT(first->ask(kAsk, "}"), StartsWith("HTTP/1.1 200"));
  const auto second = foreign();
  EXPECT_THAT(second->ask(kAsk, "}"), StartsWith("HTTP/1.1 503"));
}

}  // namespace
}  // namespace dd::net
