// SPDX-License-Identifier: MIT
// The fleet's client against the real server, on one loop, as in a process that is both.
#include "net/http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "base/completion.hpp"
#include "net/testing/certificates.hpp"
#include "net/testing/http_fixture.hpp"
#include "net/testing/http_sink.hpp"

namespace dd::net {
namespace {

using namespace std::chrono_literals;
using testing::Client;
using ::testing::HasSubstr;
using testing::TestCertificate;

class HttpClientTest : public testing::HttpFixture {
 protected:
  ~HttpClientTest() override {
    on_loop([&] { client_.reset(); });
    stop_serving();
  }

  void open(HttpClientSettings settings = {}) {
    on_loop([&] { client_ = HttpClient::open(loop(), std::move(settings)).value(); });
  }
  std::string origin(std::string_view scheme = "http") const { return fmt::format("{}://127.0.0.1:{}", scheme, port()); }
  HttpCall call(std::string target, std::string body = {}) const {
    HttpCall call;
    call.method = body.empty() ? "GET" : "POST";
    call.origin = origin();
    call.target = std::move(target);
    call.body = std::move(body);
    return call;
  }

  using Promise = std::shared_ptr<std::promise<Result<HttpAnswer>>>;
  static Task<void> send(HttpClient* client, HttpCall call, Promise answered) {
    auto answer = co_await client->send(std::move(call));
    answered->set_value(std::move(answer));
  }
  std::future<Result<HttpAnswer>> begin(HttpCall call) {
    auto answered = std::make_shared<std::promise<Result<HttpAnswer>>>();
    on_loop([&] { spawn(send(client_.get(), std::move(call), answered)); });
    return answered->get_future();
  }
  Result<HttpAnswer> ask(HttpCall call) { return begin(std::move(call)).get(); }

  // All of a streamed body; "FAILED" at its end when it was cut.
  std::string read_all(HttpAnswer& answer) {
    auto read = std::make_shared<std::promise<std::string>>();
    on_loop([&] { spawn(drain(&loop(), std::move(answer.stream), read)); });
    return read->get_future().get();
  }
  static Task<void> drain(Loop* loop, std::unique_ptr<api::BodyStream> body, std::shared_ptr<std::promise<std::string>> read) {
    auto ready = std::make_shared<std::optional<Completion<bool>>>();
    body->on_ready([ready] {
      if (*ready) (*ready)->resolve(true);
    });
    std::string all;
    for (;;) {
      ready->emplace(*loop);
      const auto before = all.size();
      const auto state = body->read(all, 1000);
      if (state == api::BodyStream::State::kFailed) all += "FAILED";
      if (state != api::BodyStream::State::kOpen) break;
      if (all.size() > before) continue;
      const Completion<bool> more = **ready;
      co_await more;
    }
    read->set_value(all);
  }

  std::unique_ptr<HttpClient> client_;
};

TEST_F(HttpClientTest, CallsOneAfterAnotherShareAConnection) {
  start();
  open();
  for (int i = 0; i < 5; ++i) {
    const auto answer = ask(call("/v1/endMeeting", R"({"meetingId":"m"})"));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, R"({"response":"Successfully ended meeting"})");
    EXPECT_EQ(answer->header("content-type"), "application/json");
  }
  EXPECT_EQ(connections(), 1U);
}

TEST_F(HttpClientTest, ManyAtOnceWaitForTheirTurn) {
  start();
  HttpClientSettings settings;
  settings.max_connections = 4;
  settings.max_kept = 2;
  open(settings);
  std::vector<std::future<Result<HttpAnswer>>> answers;
  for (int i = 0; i < 100; ++i) answers.push_back(begin(call("/health")));
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_TRUE(eventually([&] { return connections() == 2; }));
}

TEST_F(HttpClientTest, BeyondTheWaitingLineCallsAreRefused) {
  start();
  slow_down_store(300ms);
  HttpClientSettings settings;
  settings.max_connections = 1;
  settings.max_waiting = 1;
  open(settings);
  auto first = begin(call("/v1/getProducersOfMeeting", R"({"meetingId":"m"})"));
  auto impatient = call("/health");
  impatient.deadline = 50ms;
  auto second = begin(std::move(impatient));
  EXPECT_EQ(ask(call("/health")).error().code, Errc::kTooManyRequests);
  EXPECT_EQ(second.get().error().code, Errc::kDeadlineExceeded);
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(ask(call("/health")));
}

TEST_F(HttpClientTest, ARefusalOfTheServerIsAnAnswer) {
  start();
  open();
  EXPECT_EQ(ask(call("/nowhere"))->status, 404);
  const auto wrong = ask(call("/v1/endMeeting", "{"));
  EXPECT_EQ(wrong->status, 400);
  EXPECT_THAT(wrong->body, HasSubstr("code"));
}

TEST_F(HttpClientTest, WhereNobodyAnswersItIsUnavailable) {
  start();
  open();
  const auto gone = call("/health");
  take_away();
  EXPECT_EQ(ask(gone).error().code, Errc::kUnavailable);
  auto nameless = call("/health");
  nameless.origin = "http://no-such-host.invalid:1";
  EXPECT_EQ(ask(nameless).error().code, Errc::kUnavailable);
  bring_back();
  EXPECT_TRUE(ask(gone));
}

TEST_F(HttpClientTest, ACallHasADeadline) {
  start();
  open();
  slow_down_store(2s);
  auto slow = call("/v1/getProducersOfMeeting", R"({"meetingId":"m"})");
  slow.deadline = 100ms;
  EXPECT_EQ(ask(std::move(slow)).error().code, Errc::kDeadlineExceeded);
  EXPECT_TRUE(eventually([&] { return connections() == 0; }));
}

TEST_F(HttpClientTest, AKeptConnectionThatTheServerEndedIsNotUsed) {
  HttpSettings settings;
  settings.idle_timeout = 50ms;
  settings.sweep_interval = 10ms;
  start(settings);
  open();
  EXPECT_TRUE(ask(call("/health")));
  EXPECT_TRUE(eventually([&] { return connections() == 0; }));
  EXPECT_TRUE(ask(call("/health")));
  // Ended in the very turn in which it is used: that shows only while the call is being sent, which is then sent again.
  take_away();
  bring_back();
  EXPECT_TRUE(ask(call("/health")));
}

TEST_F(HttpClientTest, AnAnswerIsBounded) {
  start();
  open();
  auto large = call("/openapi.json");
  large.max_answer_bytes = 1000;
  EXPECT_EQ(ask(std::move(large)).error().code, Errc::kPayloadTooLarge);
  EXPECT_GT(ask(call("/openapi.json"))->body.size(), 50'000U);
}

TEST_F(HttpClientTest, ABodyMayComeInPieces) {
  start();
  open();
  const std::string whole = ask(call("/openapi.json"))->body;
  auto streamed = call("/openapi.json");
  streamed.answer = HttpCall::Body::kStreamed;
  auto answer = ask(std::move(streamed));
  ASSERT_TRUE(answer && answer->stream);
  EXPECT_EQ(answer->length, whole.size());
  EXPECT_EQ(read_all(*answer), whole);
  EXPECT_TRUE(ask(call("/health")));
  EXPECT_EQ(connections(), 1U);  // used again

  auto cut = call("/v1/events");
  cut.answer = HttpCall::Body::kStreamed;
  auto events = ask(std::move(cut));
  ASSERT_TRUE(events && events->stream);
  EXPECT_TRUE(eventually([&] { return event_clients() == 1; }));
  on_loop([&] { events->stream.reset(); });
  EXPECT_TRUE(eventually([&] { return event_clients() == 0; }));
}

TEST_F(HttpClientTest, ABrokenStreamSaysSo) {
  start();
  open();
  auto streamed = call("/v1/events");
  streamed.answer = HttpCall::Body::kStreamed;
  auto events = ask(std::move(streamed));
  ASSERT_TRUE(events && events->stream);
  auto read = std::async(std::launch::async, [&] { return read_all(*events); });
  EXPECT_TRUE(eventually([&] { return event_clients() == 1; }));
  take_away();
  EXPECT_THAT(read.get(), ::testing::EndsWith("FAILED"));

  bring_back();
  auto silent = call("/v1/events");
  silent.answer = HttpCall::Body::kStreamed;
  silent.silence = 50ms;
  auto nothing = ask(std::move(silent));
  ASSERT_TRUE(nothing && nothing->stream);
  EXPECT_THAT(read_all(*nothing), ::testing::EndsWith("FAILED"));
}

TEST_F(HttpClientTest, HeadHasALengthAndNoBody) {
  start();
  open();
  auto head = call("/health");
  head.method = "HEAD";
  const auto answer = ask(std::move(head));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->length, 15U);
  EXPECT_EQ(answer->body, "");
  EXPECT_TRUE(ask(call("/health")));
  EXPECT_EQ(connections(), 1U);
}

TEST_F(HttpClientTest, TheKeyAndTheHeadersAreSent) {
  HttpSink sink;
  start();
  HttpClientSettings settings;
  settings.api_key = "fleet-key";
  open(settings);
  auto post = call("/v1/createMeeting", "{}");
  post.origin = "http://" + sink.endpoint();
  post.headers = {{"X-Request-ID", "r-1"}};
  const auto answer = ask(std::move(post));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "ok");
  const auto received = sink.wait_for(1);
  ASSERT_EQ(received.size(), 1U);
  EXPECT_THAT(received[0].head, HasSubstr("POST /v1/createMeeting HTTP/1.1\r\nHost: " + sink.endpoint() + "\r\n"));
  EXPECT_THAT(received[0].head, HasSubstr("X-API-Key: fleet-key\r\n"));
  EXPECT_THAT(received[0].head, HasSubstr("X-Request-ID: r-1\r\n"));
  EXPECT_THAT(received[0].head, HasSubstr("Content-Type: application/json\r\n"));
}

TEST_F(HttpClientTest, WhatCannotBeWrittenIsNotSent) {
  start();
  open();
  auto header = call("/health");
  header.headers = {{"X-Request-ID", "a\r\nEvil: 1"}};
  EXPECT_EQ(ask(std::move(header)).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(ask(call("/a b")).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(ask(call("health")).error().code, Errc::kInvalidArgument);
  auto nowhere = call("/health");
  nowhere.origin = "127.0.0.1";
  EXPECT_EQ(ask(std::move(nowhere)).error().code, Errc::kInvalidArgument);
}

TEST_F(HttpClientTest, HttpsIsBelievedOnlyWithTheRightAuthority) {
  const TestCertificate certificate;
  HttpSettings settings;
  settings.tls = certificate.files();
  start(settings);
  HttpClientSettings trusting;
  trusting.ca_file = certificate.certificate();
  open(trusting);
  auto secure = call("/health");
  secure.origin = origin("https");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(ask(secure));
  EXPECT_EQ(connections(), 1U);
  auto streamed = secure;
  streamed.target = "/openapi.json";
  streamed.answer = HttpCall::Body::kStreamed;
  auto answer = ask(std::move(streamed));
  ASSERT_TRUE(answer && answer->stream);
  EXPECT_EQ(read_all(*answer).size(), *answer->length);

  open();  // with the system's authorities
  const auto refused = ask(secure);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kUnavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("certificate verify failed"));
}

TEST_F(HttpClientTest, AnUnreadableAuthorityIsAnErrorAtStart) {
  start();
  AsioLoop other;
  HttpClientSettings settings;
  settings.ca_file = "/nowhere/ca.pem";
  EXPECT_FALSE(HttpClient::open(other, settings));
}

TEST(ForwardedAnswer, KeepsWhatIsAboutItsContent) {
  HttpAnswer answer;
  answer.status = 206;
  answer.headers = {
      {"content-type", "video/webm"}, {"content-range", "bytes 0-9/100"}, {"x-request-id", "theirs"}, {"connection", "close"}};
  answer.body = "0123456789";
  const auto response = as_response(std::move(answer));
  EXPECT_EQ(response.status, 206);
  ASSERT_EQ(response.headers.size(), 2U);
  EXPECT_EQ(response.headers[0].second, "video/webm");
  EXPECT_EQ(response.headers[1].first, "Content-Range");
  EXPECT_EQ(response.content(), "0123456789");
}

}  // namespace
}  // namespace dd::net
