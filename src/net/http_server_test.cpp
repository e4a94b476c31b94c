// SPDX-License-Identifier: MIT
// Over real loopback sockets: what a client sees on the wire. The client runs in the test's thread, the server on its loop.
#include "net/http_server.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "net/testing/http_fixture.hpp"

namespace dd::net {
namespace {

using namespace std::chrono_literals;
using testing::Client;
using testing::HttpFixture;

constexpr std::string_view kHealthRequest = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

class HttpServerTest : public HttpFixture {};

TEST_F(HttpServerTest, KeepsAConnectionForManyRequests) {
  start();
  Client client(port());
  for (int i = 0; i < 3; ++i) {
    client.send(kHealthRequest);
    const auto answer = client.answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"status":"ok"})");
    EXPECT_EQ(answer.header("content-type"), "application/json");
    EXPECT_FALSE(answer.header("date").empty());
    EXPECT_FALSE(answer.header("x-request-id").empty());
    EXPECT_EQ(answer.header("connection"), "");
  }
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  Client client(port());
  std::string burst;
  for (int i = 0; i < 50; ++i) {
    burst += i % 2 == 0 ? "GET /health HTTP/1.1\r\nHost: x\r\nX-Request-ID: n" + std::to_string(i) + "\r\n\r\n"
                        : "POST /v1/endMeeting HTTP/1.1\r\nHost: x\r\nX-Request-ID: n" + std::to_string(i) +
                              "\r\nContent-Length: 17\r\n\r\n{\"meetingId\":\"m\"}";
  }
  client.send(burst);
  for (int i = 0; i < 50; ++i) {
    const auto answer = client.answer();
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.header("x-request-id"), "n" + std::to_string(i));
  }
}

TEST_F(HttpServerTest, ARequestMayComeInSmallPieces) {
  start();
  Client client(port());
  for (const char c : std::string("POST /v1/endMeeting HTTP/1.1\r\nHost: x\r\nContent-Length: 17\r\n\r\n{\"meetingId\":\"m\"}"))
    client.send(std::string(1, c));
  EXPECT_EQ(client.answer().status, 200);
}

TEST_F(HttpServerTest, AChunkedBodyNeedsNoContentType) {
  start();
  Client client(port());
  client.send(
      "POST /v1/endMeeting HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"mee\r\nc\r\ntingId\":\"m\"}\r\n0\r\n\r\n");
  EXPECT_EQ(client.answer().body, R"({"response":"Successfully ended meeting"})");
}

TEST_F(HttpServerTest, AClientThatAsksFirstIsToldToGoOn) {
  start();
  Client client(port());
  client.send("POST /v1/endMeeting HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 17\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("{\"meetingId\":\"m\"}");
  EXPECT_EQ(client.answer().status, 200);
}

TEST_F(HttpServerTest, HeadHasTheLengthAndNoBody) {
  start();
  Client client(port());
  client.send("HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_NE(head.find("Content-Length: 15\r\n"), std::string::npos);
  client.send(kHealthRequest);
  EXPECT_EQ(client.read_until("\r\n").substr(0, 12), "HTTP/1.1 200");  // nothing stood between
}

TEST_F(HttpServerTest, AClosingClientGetsItsAnswerAndTheEnd) {
  start();
  for (const std::string_view request : {"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET /health HTTP/1.0\r\n\r\n"}) {
    Client client(port());
    client.send(request);
    const std::string all = client.read_all();
    EXPECT_EQ(all.substr(0, 12), "HTTP/1.1 200");
    EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
    EXPECT_TRUE(all.ends_with("{\"status\":\"ok\"}"));
  }
  Client half(port());
  half.send(kHealthRequest);
  half.shut_down_sending();
  EXPECT_TRUE(half.read_all().ends_with("{\"status\":\"ok\"}"));
}

TEST_F(HttpServerTest, WhatIsNotHttpGetsA400AsJson) {
  start();
  const std::vector<std::string> noises{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 tls\r\n\r\n",
                                        "GET\r\n\r\n",
                                        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                                        "GET / HTTP/1.1\r\nno colon here\r\n\r\n",
                                        "GET / HTTP/9.9\r\n\r\n",
                                        "POST /v1/endMeeting HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
                                        "POST /v1/endMeeting HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
                                        "POST /v1/endMeeting HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                                        "POST /v1/endMeeting HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                                        "POST /v1/endMeeting HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"};
  for (const auto& noise : noises) {
    Client client(port());
    client.send(noise);
    client.shut_down_sending();
    const std::string all = client.read_all();
    EXPECT_EQ(all.substr(0, 12), "HTTP/1.1 400") << noise;
    EXPECT_NE(all.find(R"("code":"bad_request")"), std::string::npos) << noise;
  }
  Client unfinished(port());
  unfinished.send("POST /v1/endMeeting HTTP/1.1\r\nContent-Length: 50\r\n\r\n{");
  unfinished.shut_down_sending();
  EXPECT_EQ(unfinished.read_all().substr(0, 12), "HTTP/1.1 400");
}

TEST_F(HttpServerTest, SizesAreBounded) {
  start();
  Client headers(port());
  headers.send("GET /health HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n");
  EXPECT_EQ(headers.answer().status, 431);
  EXPECT_EQ(headers.read_all(), "");

  // The answer arrives though the client is still sending its 3 MB.
  Client declared(port());
  declared.send("POST /v1/endMeeting HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n");
  declared.send_as_far_as_possible(std::string(3'000'000, 'a'));
  const auto refused = declared.answer();
  EXPECT_EQ(refused.status, 413);
  EXPECT_NE(refused.body.find(R"("code":"payload_too_large")"), std::string::npos);

  Client chunked(port());
  chunked.send("POST /v1/endMeeting HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n300000\r\n");
  chunked.send_as_far_as_possible(std::string(0x300000, 'a'));
  EXPECT_EQ(chunked.answer().status, 413);

  Client largest(port());
  const std::string body = "{\"meetingId\":\"" + std::string(2 * 1024 * 1024 - 16, 'a') + "\"}";
  largest.send("POST /v1/endMeeting HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_EQ(largest.answer().status, 400);  // read whole, and refused for the id
}

TEST_F(HttpServerTest, ATricklingRequestRunsOutOfTime) {
  HttpSettings settings;
  settings.header_timeout = 150ms;
  settings.body_timeout = 150ms;
  settings.sweep_interval = 20ms;
  start(settings);
  Client header(port());
  header.send("GET /health HTTP/1.1\r\nHost");
  const auto answer = header.answer();
  EXPECT_EQ(answer.status, 408);
  EXPECT_NE(answer.body.find("request_timeout"), std::string::npos);
  Client body(port());
  body.send("POST /v1/endMeeting HTTP/1.1\r\nHost: x\r\nContent-Length: 17\r\n\r\n{");
  EXPECT_EQ(body.answer().status, 408);
}

TEST_F(HttpServerTest, AnIdleConnectionIsClosedInSilence) {
  HttpSettings settings;
  settings.idle_timeout = 100ms;
  settings.sweep_interval = 20ms;
  start(settings);
  Client fresh(port());
  EXPECT_EQ(fresh.read_all(), "");
  Client used(port());
  used.send(kHealthRequest);
  EXPECT_EQ(used.answer().status, 200);
  EXPECT_EQ(used.read_all(), "");
  EXPECT_EQ(connections(), 0U);
}

TEST_F(HttpServerTest, AReaderThatStopsIsCutOff) {
  HttpSettings settings;
  settings.write_timeout = 150ms;
  settings.linger_timeout = 50ms;
  settings.sweep_interval = 20ms;
  start(settings);
  Client client(port(), Client::Buffers::kSmall);
  client.send(kHealthRequest);
  EXPECT_EQ(client.answer().status, 200);
  std::string burst;
  for (int i = 0; i < 2000; ++i) burst += "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";  // 160 MB of answers
  client.send_as_far_as_possible(burst);
  EXPECT_TRUE(eventually([&] { return connections() == 0; }));
}

TEST_F(HttpServerTest, BeyondTheBoundConnectionsAreRefusedWithAnAnswer) {
  HttpSettings settings;
  settings.max_connections = 2;
  start(settings);
  Client first(port());
  Client second(port());
  first.send(kHealthRequest);
  second.send(kHealthRequest);
  EXPECT_EQ(first.answer().status, 200);
  EXPECT_EQ(second.answer().status, 200);
  Client third(port());
  third.send(kHealthRequest);
  const auto refused = third.answer();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "1");
  third.close();
  first.close();
  EXPECT_TRUE(eventually([&] { return connections() == 1; }));
  Client fourth(port());
  fourth.send(kHealthRequest);
  EXPECT_EQ(fourth.answer().status, 200);
}

TEST_F(HttpServerTest, WithoutDescriptorsAcceptingPausesAndGoesOnLater) {
  start();
  Client client;
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit exhausted = limit;
  exhausted.rlim_cur = static_cast<rlim_t>(client.descriptor()) + 1;  // everything below is taken
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &exhausted), 0);
  client.connect(port());
  client.send(kHealthRequest);
  const bool refused =
      eventually([&] { return metrics().find("doordarshan_http_rejected_total{reason=\"accept\"} 2") != std::string::npos; });
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_TRUE(refused);
  EXPECT_EQ(client.answer().status, 200);
}

TEST_F(HttpServerTest, EventsFlowAndResume) {
  start();
  Client reader(port());
  reader.send("GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string head = reader.read_until("\r\n\r\n");
  EXPECT_NE(head.find("Content-Type: text/event-stream\r\n"), std::string::npos);
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  reader.read_until("id: boot-0\n\n");
  emit("m1");
  emit("m2");
  EXPECT_EQ(count(reader.read_until("\"meetingId\":\"m2\"}\n\n"), "event: meeting.created"), 2U);
  reader.close();
  EXPECT_TRUE(eventually([&] { return event_clients() == 0; }));  // noticed without writing
  emit("m3");
  Client again(port());
  again.send("GET /v1/events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: boot-1\r\n\r\n");
  again.read_until("\r\n\r\n");
  const std::string missed = again.read_until("\"meetingId\":\"m3\"}\n\n");
  EXPECT_EQ(missed.find("boot-1\n"), std::string::npos);
  EXPECT_LT(missed.find("id: boot-2\n"), missed.find("id: boot-3\n"));
}

TEST_F(HttpServerTest, ASlowReaderOfEventsIsClosedAndMayComeBack) {
  HttpSettings settings;
  settings.write_timeout = 200ms;
  settings.sweep_interval = 20ms;
  start(settings);
  Client reader(port(), Client::Buffers::kSmall);
  reader.send("GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
  reader.read_until("id: boot-0\n\n");
  for (int i = 0; i < 9'000; ++i) emit("a-meeting-with-a-rather-long-name-to-fill-buffers-sooner");
  EXPECT_TRUE(eventually([&] { return event_clients() == 0; }));
  Client again(port());
  again.send("GET /v1/events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: boot-8999\r\n\r\n");
  again.read_until("id: boot-9000\n");
}

TEST_F(HttpServerTest, StoppingLetsRunningRequestsFinishAndEndsStreams) {
  start();
  Client idle(port());
  idle.send(kHealthRequest);
  EXPECT_EQ(idle.answer().status, 200);
  Client reader(port());
  reader.send("GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
  reader.read_until("id: boot-0\n\n");
  slow_down_store(200ms);
  Client busy(port());
  busy.send("POST /v1/getProducersOfMeeting HTTP/1.1\r\nHost: x\r\nContent-Length: 17\r\n\r\n{\"meetingId\":\"m\"}");
  EXPECT_TRUE(eventually([&] { return connections() == 3; }));
  begin_stop(2s);
  const auto answer = busy.answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("connection"), "close");
  EXPECT_TRUE(reader.read_all().ends_with("0\r\n\r\n"));
  EXPECT_EQ(idle.read_all(), "");
  busy.close();
  reader.close();
  EXPECT_TRUE(eventually([&] { return stopped(); }));
  EXPECT_FALSE(Client::can_connect(port()));
}

TEST_F(HttpServerTest, APortInUseIsAnError) {
  start();
  EXPECT_FALSE(try_listen(port()));
}

}  // namespace
}  // namespace dd::net
