// SPDX-License-Identifier: MIT
#include "net/webhooks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "base/random.hpp"
#include "net/curl_client.hpp"
#include "net/digest.hpp"
#include "net/testing/http_sink.hpp"

namespace dd::net {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using namespace std::chrono_literals;

recording::Notice notice(std::string id, std::string recording = "r-1") {
  recording::Notice made;
  made.id = std::move(id);
  made.time = WallTime(1'765'796'721'500ms);
  made.tenant = "acme";
  made.meeting = MeetingId("m-1");
  made.recording = RecordingId(std::move(recording));
  made.what = recording::NoticeStopped{"asked"};
  return made;
}

std::string header(const HttpSink::Request& request, const std::string& name) {
  const auto at = request.head.find(name + ": ");
  if (at == std::string::npos) return {};
  const auto start = at + name.size() + 2;
  return request.head.substr(start, request.head.find("\r\n", start) - start);
}

class WebhooksTest : public ::testing::Test {
 protected:
  WebhooksTest() : spool_(fs::temp_directory_path() / ("dd-webhooks-" + random_uuid())) { ::setenv("no_proxy", "*", 1); }
  ~WebhooksTest() override { fs::remove_all(spool_); }

  WebhookSettings settings() {
    WebhookSettings made;
    made.urls = {"http://" + sink_.endpoint() + "/hook"};
    made.secret = "0123456789abcdef";
    made.allow_private = true;
    made.spool = spool_;
    made.first_backoff = 1ms;
    made.max_backoff = 4ms;
    return made;
  }
  std::unique_ptr<Webhooks> open(WebhookSettings chosen) {
    auto opened = Webhooks::open(std::move(chosen), metrics_, system_clock());
    EXPECT_TRUE(opened.has_value());
    return std::move(*opened);
  }
  std::size_t spooled() const {
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(spool_)) files += entry.is_regular_file() ? 1 : 0;
    return files;
  }

  HttpSink sink_;
  observe::Metrics metrics_;
  const fs::path spool_;
};

TEST_F(WebhooksTest, AreJsonWithASignatureOverTimeAndBody) {
  auto hooks = open(settings());
  hooks->notify(notice("n-1"));
  const auto requests = sink_.wait_for(1);
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_THAT(requests[0].head, HasSubstr("POST /hook HTTP/1.1"));
  EXPECT_EQ(header(requests[0], "X-Doordarshan-Event"), "recording.stopped");
  EXPECT_EQ(header(requests[0], "X-Doordarshan-Delivery"), "n-1");
  EXPECT_EQ(header(requests[0], "X-Doordarshan-Signature"),
            "v1=" + hmac_sha256_hex("0123456789abcdef", header(requests[0], "X-Doordarshan-Timestamp") + "." + requests[0].body));
  const auto body = nlohmann::json::parse(requests[0].body);
  EXPECT_EQ(body["id"], "n-1");
  EXPECT_EQ(body["event"], "recording.stopped");
  EXPECT_EQ(body["recordingId"], "r-1");
  EXPECT_EQ(body["meetingId"], "m-1");
  EXPECT_EQ(body["details"]["reason"], "asked");
}

TEST_F(WebhooksTest, TheSignatureIsTheOneOfTheDocumentation) {
  EXPECT_EQ(webhook_signature("0123456789abcdef", 1700000000, R"({"event":"recording.started"})"),
            "v1=" + hmac_sha256_hex("0123456789abcdef", R"(1700000000.{"event":"recording.started"})"));
  // RFC 4231, test case 2.
  EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_F(WebhooksTest, AreTriedAgainUntilTheyAreTaken) {
  sink_.answer_next({500, 0, 429, 404, 200});
  auto hooks = open(settings());
  hooks->notify(notice("n-1"));
  const auto requests = sink_.wait_for(5);
  ASSERT_THAT(requests, SizeIs(5));
  for (const auto& request : requests) EXPECT_EQ(header(request, "X-Doordarshan-Delivery"), "n-1");
}

TEST_F(WebhooksTest, ARestartForgetsNone) {
  auto chosen = settings();
  chosen.first_backoff = chosen.max_backoff = 1h;
  sink_.answer_next({500, 500});
  auto hooks = open(chosen);
  hooks->notify(notice("n-1"));
  hooks->notify(notice("n-2"));
  ASSERT_THAT(sink_.wait_for(2), SizeIs(2));
  hooks.reset();
  EXPECT_EQ(spooled(), 2u);
  hooks = open(chosen);
  const auto requests = sink_.wait_for(4);
  ASSERT_THAT(requests, SizeIs(4));
  EXPECT_EQ(header(requests[2], "X-Doordarshan-Delivery"), "n-1");
  EXPECT_EQ(header(requests[3], "X-Doordarshan-Delivery"), "n-2");
  EXPECT_EQ(requests[2].body, requests[0].body);
  hooks->notify(notice("n-3"));
  ASSERT_THAT(sink_.wait_for(5), SizeIs(5));  // so those before it are done
  hooks.reset();
  EXPECT_LE(spooled(), 1u);
}

TEST_F(WebhooksTest, OneThatIsRefusedHoldsUpNoOther) {
  auto chosen = settings();
  chosen.first_backoff = chosen.max_backoff = 1h;
  sink_.answer_next({500});
  auto hooks = open(chosen);
  hooks->notify(notice("n-1"));
  hooks->notify(notice("n-2"));
  const auto requests = sink_.wait_for(2);
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_EQ(header(requests[1], "X-Doordarshan-Delivery"), "n-2");
}

TEST_F(WebhooksTest, NeverGoToPrivateAddresses) {
  auto chosen = settings();
  chosen.allow_private = false;
  for (const std::string host : {"127.0.0.1", "localhost", "[::1]", "0.0.0.0"}) {
    CurlClient client;
    CurlClient::Request request;
    request.url = "http://" + host + sink_.endpoint().substr(9) + "/hook";
    request.reach = CurlClient::Reach::kPublicOnly;
    const auto answer = client.send(request);
    ASSERT_FALSE(answer.has_value()) << host;
    EXPECT_EQ(answer.error().code, Errc::kForbidden) << host << ": " << answer.error().message;
  }
  auto hooks = open(chosen);
  hooks->notify(notice("n-1"));
  hooks.reset();
  EXPECT_EQ(spooled(), 1u);  // it may be allowed later
  EXPECT_THAT(sink_.wait_for(0), SizeIs(0));
}

TEST_F(WebhooksTest, TheSpoolIsBoundedInNumberAndAge) {
  auto spool = WebhookSpool::open(spool_, {3, 1h});
  ASSERT_TRUE(spool.has_value());
  std::size_t dropped = 0;
  for (int i = 0; i < 5; ++i) dropped += spool->add({"n-" + std::to_string(i), "recording.started", "t", "{}", 1000 + i}).value();
  EXPECT_EQ(dropped, 2u);
  EXPECT_EQ(spooled(), 3u);
  EXPECT_EQ(spool->waiting().begin()->second.id, "n-2");
  EXPECT_EQ(spool->expire(WallTime{} + 1h + 1003ms), 1u);
  EXPECT_EQ(spool->waiting().begin()->second.id, "n-3");
}

TEST_F(WebhooksTest, DamagedFilesInTheSpoolAreRemoved) {
  fs::create_directories(spool_);
  std::ofstream(spool_ / "000000000001000-t-n-1.json") << "{\"id\":";
  std::ofstream(spool_ / "x.json.new") << "half";
  std::ofstream(spool_ / "other.json") << R"({"id":"n-1","event":"e","target":"t","body":"{}","createdMs":1})";
  const auto spool = WebhookSpool::open(spool_, {});
  ASSERT_TRUE(spool.has_value());
  EXPECT_TRUE(spool->waiting().empty());
  EXPECT_EQ(spooled(), 0u);
}

TEST_F(WebhooksTest, AWeakSecretAndAWrongUrlStopTheStart) {
  auto chosen = settings();
  chosen.secret = "short";
  EXPECT_FALSE(Webhooks::open(chosen, metrics_, system_clock()).has_value());
  chosen = settings();
  chosen.urls = {"ftp://x/"};
  EXPECT_FALSE(Webhooks::open(chosen, metrics_, system_clock()).has_value());
}

}  // namespace
}  // namespace dd::net
