// SPDX-License-Identifier: MIT
// WebSockets over real loopback sockets, plain and encrypted: what a client of the signaling sees.
#include "net/web_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>

#include <fmt/format.h>
#include <iostream>

#include "net/testing/certificates.hpp"
#include "net/testing/http_fixture.hpp"
#include "net/testing/stream_client.hpp"

namespace dd::net {
namespace {

using namespace std::chrono_literals;
using testing::Client;
using ::testing::HasSubstr;
using testing::SocketClient;
using testing::StreamClient;
using testing::TestCertificate;
namespace websocket = boost::beast::websocket;

constexpr std::string_view kUpgrade =
    "GET /signaling HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

// Echoes; a few texts ask for something else.
class EchoRoom final : public signaling::Acceptor {
 public:
  std::unique_ptr<signaling::Receiver> accept(const api::HttpRequest& request, std::shared_ptr<signaling::Socket> socket) override {
    if (request.query_parameter("full")) return nullptr;
    ++accepted;
    if (const auto greeting = request.query_parameter("greeting")) socket->send(*greeting);
    return std::make_unique<Guest>(*this, std::move(socket));
  }

  std::atomic<int> accepted = 0;
  std::atomic<int> closed = 0;
  std::atomic<std::size_t> most_queued = 0;

 private:
  class Guest final : public signaling::Receiver {
   public:
    Guest(EchoRoom& room, std::shared_ptr<signaling::Socket> socket) : room_(room), socket_(std::move(socket)) {}
    void on_text(std::string text) override {
      if (text == "leave") return socket_->close(signaling::CloseCode::kRemoved, "not wanted");
      if (text == "last words") {
        for (int i = 0; i < 100; ++i) socket_->send(fmt::format("{}", i));
        socket_->close(signaling::CloseCode::kEnded, "over");
        return socket_->send("too late");
      }
      if (text == "flood politely") {
        while (socket_->queued_bytes() < 1'000'000) socket_->send(std::string(10'000, 'x'));
        room_.most_queued = socket_->queued_bytes();
        return socket_->close(signaling::CloseCode::kSlowReader, "too slow");
      }
      if (text == "flood") {
        for (int i = 0; i < 2'000; ++i) socket_->send(std::string(10'000, 'x'));
        return;
      }
      socket_->send(std::move(text));
    }
    void on_closed() override { ++room_.closed; }

   private:
    EchoRoom& room_;
    std::shared_ptr<signaling::Socket> socket_;
  };
};

enum class Wire { kPlain, kTls };

class WebSockets : public testing::HttpFixture {
 protected:
  ~WebSockets() override { stop_serving(); }

  void prepare(HttpServer& server) override { server.accept_sockets("/signaling", room_, limits_); }

  void serve(Wire wire = Wire::kPlain) {
    settings_.sweep_interval = 20ms;
    settings_.linger_timeout = 200ms;
    if (wire == Wire::kTls) {
      settings_.tls = certificate_.files();
      trust_ = TlsContext::for_client(certificate_.certificate()).value();
    }
    start(settings_);
  }
  SocketClient client(const std::string& path = "/signaling") { return SocketClient(port(), trust_, path); }

  TestCertificate certificate_;
  testing::Trust trust_;
  HttpSettings settings_;
  SocketLimits limits_;
  EchoRoom room_;
};

class WebSocketsOnEither : public WebSockets, public ::testing::WithParamInterface<Wire> {};

TEST_P(WebSocketsOnEither, TextsComeAndGoInOrder) {
  serve(GetParam());
  SocketClient client(port(), trust_, "/signaling?greeting=hello");
  ASSERT_FALSE(client.opened()) << client.opened().message();
  EXPECT_EQ(client.receive(), "hello");
  for (int i = 0; i < 300; ++i) ASSERT_FALSE(client.send(fmt::format("message {}", i)));
  for (int i = 0; i < 300; ++i) ASSERT_EQ(client.receive(), fmt::format("message {}", i));
  const std::string largest(64 * 1024, 'y');
  ASSERT_FALSE(client.send(largest));
  EXPECT_EQ(client.receive(), largest);
  EXPECT_FALSE(client.close(websocket::close_code::normal));
  EXPECT_TRUE(eventually([&] { return room_.closed == 1 && connections() == 0; }));
  EXPECT_THAT(metrics(), HasSubstr("doordarshan_websockets_closed_total{outcome=\"normal\"} 1"));
  EXPECT_THAT(metrics(), HasSubstr("doordarshan_websockets 0"));
}

TEST_P(WebSocketsOnEither, WhatWasQueuedIsSentBeforeAClose) {
  serve(GetParam());
  SocketClient client = this->client();
  ASSERT_FALSE(client.send("last words"));
  for (int i = 0; i < 100; ++i) ASSERT_EQ(client.receive(), fmt::format("{}", i));
  EXPECT_EQ(client.receive(), "");
  EXPECT_EQ(client.close_code(), 4004);
  EXPECT_EQ(client.close_reason(), "over");
  EXPECT_TRUE(eventually([&] { return room_.closed == 1; }));
}

TEST_P(WebSocketsOnEither, StoppingClosesWithGoingAway) {
  serve(GetParam());
  SocketClient client = this->client();
  ASSERT_FALSE(client.send("here"));
  EXPECT_EQ(client.receive(), "here");
  begin_stop(2s);
  EXPECT_EQ(client.receive(), "");
  EXPECT_EQ(client.close_code(), 1001);
  EXPECT_TRUE(eventually([&] { return stopped(); }));
  EXPECT_EQ(room_.closed, 1);
}

TEST_P(WebSocketsOnEither, AThousandIdleOnesAreCheap) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const bool tls = GetParam() == Wire::kTls;
  const int count = tls ? 200 : 1000;
  serve(GetParam());
  // The client keeps its socket alone, so that what is measured is the server's.
  std::vector<int> clients;
  const auto open = [&] {
    StreamClient client(port(), trust_);
    ASSERT_FALSE(client.send(std::string(kUpgrade) + "\r\n"));
    ASSERT_THAT(client.read_until("\r\n\r\n"), HasSubstr(" 101 "));
    clients.push_back(::dup(client.stream().socket().native_handle()));
  };
  for (int i = 0; i < 50; ++i) open();  // what is allocated once is
  const auto before = ::mallinfo2().uordblks;
  for (int i = 0; i < count; ++i) open();
  EXPECT_TRUE(eventually([&] { return room_.accepted == 50 + count; }));
  const auto each = (::mallinfo2().uordblks - before) / static_cast<std::size_t>(count);
  std::cout << "bytes of heap for an idle " << (tls ? "encrypted socket: " : "socket: ") << each << "\n";
  EXPECT_LT(each, tls ? 40U * 1024U : 8U * 1024U);
  for (const int fd : clients) ::close(fd);
}

INSTANTIATE_TEST_SUITE_P(Wires, WebSocketsOnEither, ::testing::Values(Wire::kPlain, Wire::kTls),
                         [](const auto& which) { return which.param == Wire::kTls ? "Tls" : "Plain"; });

TEST_F(WebSockets, AMessageInPiecesArrivesWhole) {
  serve();
  SocketClient client = this->client();
  ASSERT_FALSE(client.send_some("one ", false));
  ASSERT_FALSE(client.send_some("two ", false));
  ASSERT_FALSE(client.send_some("three", true));
  EXPECT_EQ(client.receive(), "one two three");
}

TEST_F(WebSockets, AMessageBeyondTheBoundIsRefused) {
  serve();
  SocketClient whole = this->client();
  ASSERT_FALSE(whole.send(std::string(64 * 1024 + 1, 'z')));
  EXPECT_EQ(whole.receive(), "");
  EXPECT_EQ(whole.close_code(), 1009);
  SocketClient pieces = this->client();
  for (int i = 0; i < 5; ++i) (void)pieces.send_some(std::string(16 * 1024, 'z'), false);
  EXPECT_EQ(pieces.receive(), "");
  EXPECT_EQ(pieces.close_code(), 1009);
  EXPECT_TRUE(eventually([&] { return room_.closed == 2 && connections() == 0; }));
  EXPECT_THAT(metrics(), HasSubstr("doordarshan_websockets_closed_total{outcome=\"protocol\"} 2"));
}

TEST_F(WebSockets, OnlyTextInUtf8IsTaken) {
  serve();
  SocketClient binary = this->client();
  binary.socket().binary(true);
  ASSERT_FALSE(binary.send("bytes"));
  EXPECT_EQ(binary.receive(), "");
  EXPECT_EQ(binary.close_code(), 1003);
  SocketClient broken = this->client();
  ASSERT_FALSE(broken.send("\xff\xfe"));
  EXPECT_EQ(broken.receive(), "");
  EXPECT_EQ(broken.close_code(), 1007);
}

TEST_F(WebSockets, AFrameWithoutItsMaskIsAProtocolError) {
  serve();
  Client client(port());
  client.send(std::string(kUpgrade) + "\r\n");
  client.read_until("\r\n\r\n");
  client.send("\x81\x02hi");
  const std::string rest = client.read_all();
  EXPECT_EQ(rest, std::string("\x88\x02\x03\xea"));  // 1002, and the end
  EXPECT_TRUE(eventually([&] { return room_.closed == 1; }));
}

TEST_F(WebSockets, ACloseOfTheReceiverReachesTheClient) {
  serve();
  SocketClient client = this->client();
  ASSERT_FALSE(client.send("leave"));
  EXPECT_EQ(client.receive(), "");
  EXPECT_EQ(client.close_code(), 4003);
  EXPECT_EQ(client.close_reason(), "not wanted");
  EXPECT_TRUE(eventually([&] { return room_.closed == 1 && connections() == 0; }));
  EXPECT_THAT(metrics(), HasSubstr("doordarshan_websockets_closed_total{outcome=\"application\"} 1"));
}

TEST_F(WebSockets, WithoutAReceiverItIsToldToTryLater) {
  serve();
  SocketClient client = this->client("/signaling?full=1");
  EXPECT_EQ(client.receive(), "");
  EXPECT_EQ(client.close_code(), 1013);
  EXPECT_EQ(room_.accepted, 0);
}

TEST_F(WebSockets, ALostPeerIsNoticed) {
  serve();
  {
    Client client(port());
    client.send(std::string(kUpgrade) + "\r\n");
    client.read_until("\r\n\r\n");
  }
  EXPECT_TRUE(eventually([&] { return room_.closed == 1 && connections() == 0; }));
  EXPECT_THAT(metrics(), HasSubstr("doordarshan_websockets_closed_total{outcome=\"lost\"} 1"));
}

TEST_F(WebSockets, ASlowReaderIsClosedAfterASecondAtMost) {
  limits_.close_timeout = 300ms;
  serve();
  Client client(port(), Client::Buffers::kSmall);
  client.send(std::string(kUpgrade) + "\r\n");
  client.read_until("\r\n\r\n");
  // "flood politely", masked with zeros.
  client.send(std::string("\x81\x8e\0\0\0\0", 6) + "flood politely");
  EXPECT_TRUE(eventually([&] { return room_.closed == 1 && connections() == 0; }));
  EXPECT_GE(room_.most_queued, 1'000'000U);
}

TEST_F(WebSockets, AReceiverThatNeverLooksAtItsQueueIsCutOff) {
  serve();
  Client client(port(), Client::Buffers::kSmall);
  client.send(std::string(kUpgrade) + "\r\n");
  client.read_until("\r\n\r\n");
  client.send(std::string("\x81\x85\0\0\0\0", 6) + "flood");
  EXPECT_TRUE(eventually([&] { return room_.closed == 1 && connections() == 0; }));
  EXPECT_THAT(metrics(), HasSubstr("doordarshan_websockets_closed_total{outcome=\"slow_reader\"} 1"));
}

TEST_F(WebSockets, WhoAnswersNoPingIsGone) {
  limits_.ping_interval = 60ms;
  limits_.pong_timeout = 150ms;
  serve();
  SocketClient answering = this->client();
  Client silent(port());
  silent.send(std::string(kUpgrade) + "\r\n");
  silent.read_until("\r\n\r\n");
  // The answering one reads, so its pings are answered; nothing arrives, and it stays until it says so.
  std::atomic<bool> silent_gone = false;
  std::thread reader([&] {
    EXPECT_EQ(answering.receive(), "");
    silent_gone = true;
  });
  EXPECT_TRUE(eventually([&] { return room_.closed == 1; }));
  EXPECT_FALSE(silent_gone);
  EXPECT_THAT(metrics(), HasSubstr("doordarshan_websockets_closed_total{outcome=\"silent\"} 1"));
  begin_stop(1s);
  reader.join();
  EXPECT_EQ(answering.close_code(), 1001);
}

TEST_F(WebSockets, PagesOfOtherOriginsAreNotLetIn) {
  limits_.allowed_origins = {"https://app.example.org"};
  serve();
  const auto status_for = [&](const std::string& origin) {
    return SocketClient(port(), nullptr, "/signaling",
                        [&](websocket::request_type& request) {
                          if (!origin.empty()) request.set(boost::beast::http::field::origin, origin);
                        })
        .status();
  };
  EXPECT_EQ(status_for(""), 101);
  EXPECT_EQ(status_for(fmt::format("http://localhost:{}", port())), 101);
  EXPECT_EQ(status_for("https://app.example.org"), 101);
  EXPECT_EQ(status_for("https://evil.example.org"), 403);
  EXPECT_EQ(status_for("null"), 403);
  EXPECT_THAT(metrics(), HasSubstr("doordarshan_http_rejected_total{reason=\"origin\"} 2"));
}

TEST_F(WebSockets, AnOrdinaryRequestIsToldToUpgrade) {
  serve();
  Client client(port());
  client.send("GET /signaling HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.answer().status, 426);
  // Elsewhere an upgrade is not understood, and the request answered as it is.
  Client other(port());
  std::string request(kUpgrade);
  request.replace(request.find("/signaling"), 10, "/health");
  other.send(request + "\r\n");
  EXPECT_EQ(other.answer().status, 200);
  Client old(port());
  request = kUpgrade;
  request.replace(request.find("Version: 13"), 11, "Version: 8");
  old.send(request + "\r\n");
  EXPECT_EQ(old.answer().status, 426);
}

TEST_F(WebSockets, TheyCountAsConnections) {
  settings_.max_connections = 1;
  serve();
  SocketClient first = this->client();
  ASSERT_FALSE(first.opened());
  EXPECT_EQ(connections(), 1U);
  Client second(port());
  EXPECT_EQ(second.answer().status, 503);
}

}  // namespace
}  // namespace dd::net
