// SPDX-License-Identifier: MIT
#include "net/user_session_post.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "net/testing/http_sink.hpp"

namespace dd::net {
namespace {

using meeting::UserSession;
using observe::Metric;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

meeting::UserSession session(std::string participant, UserSession::Kind kind = UserSession::Kind::kJoin) {
  UserSession made;
  made.kind = kind;
  made.meeting = MeetingId("m-1");
  made.participant = ParticipantId(std::move(participant));
  made.instance = InstanceId("i1");
  made.time = WallTime(1'765'796'721'500ms);
  return made;
}

class UserSessions : public ::testing::Test {
 protected:
  UserSessions() { ::setenv("no_proxy", "*", 1); }

  std::unique_ptr<UserSessionPost> open(UserSessionPostSettings settings) {
    if (settings.endpoint.empty()) settings.endpoint = "http://" + sink_.endpoint() + "/events";
    settings.first_backoff = 1ms;
    auto post = UserSessionPost::open(std::move(settings), metrics_, system_clock());
    EXPECT_TRUE(post.has_value());
    return std::move(*post);
  }
  double count(std::string_view outcome) const {
    for (const auto& point : metrics_.snapshot()) {
      if (point.row == nullptr || point.label_values != std::vector<std::string>{std::string(outcome)}) continue;
      return point.value;
    }
    return 0;
  }

  HttpSink sink_;
  observe::Metrics metrics_;
};

TEST_F(UserSessions, ArePostedInTheReferencesShape) {
  UserSessionPostSettings settings;
  settings.headers = {{"Authorization", "Bearer x"}, {"user-agent", "mine"}, {"X-Empty", ""}};
  auto post = open(settings);
  post->on_user_session(session("p1"));
  post->on_user_session(session("p1", UserSession::Kind::kLeave));
  const auto requests = sink_.wait_for(2);
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_THAT(requests[0].head, ::testing::StartsWith("POST /events HTTP/1.1\r\n"));
  EXPECT_THAT(requests[0].head, HasSubstr("Authorization: Bearer x"));
  EXPECT_THAT(requests[0].head, HasSubstr("User-Agent: analytic-metric-client/1.0"));
  EXPECT_THAT(requests[0].head, ::testing::Not(HasSubstr("mine")));
  EXPECT_THAT(requests[0].head, HasSubstr("Content-Type: application/json"));
  EXPECT_THAT(requests[0].head, HasSubstr("X-Empty:"));
  const auto body = nlohmann::json::parse(requests[0].body);
  EXPECT_EQ(body.at("name"), "doordarshan-user-session-events");
  EXPECT_EQ(body.at("clientReferenceId"), std::to_string(body.at("eventTimestamp").get<std::int64_t>()));
  EXPECT_GT(body.at("eventTimestamp"), 1'700'000'000'000);
  const auto& event = body.at("event");
  EXPECT_EQ(event.size(), 6u);
  EXPECT_EQ(event.at("event_id").get<std::string>().size(), 36u);
  EXPECT_EQ(event.at("user_id"), "p1");
  EXPECT_EQ(event.at("event_type"), "JOIN");
  EXPECT_EQ(event.at("event_time"), 1'765'796'721'500);
  EXPECT_EQ(event.at("instance_id"), "i1");
  EXPECT_EQ(event.at("meeting_id"), "m-1");
  EXPECT_EQ(nlohmann::json::parse(requests[1].body).at("event").at("event_type"), "LEAVE");
  post->close(5s);
  EXPECT_EQ(count("sent"), 2);
}

TEST_F(UserSessions, AreRetriedUnderTheSameIdWhenTheServiceFails) {
  sink_.answer_next({503, 0, 200});
  auto post = open({});
  post->on_user_session(session("p1"));
  const auto requests = sink_.wait_for(3);
  ASSERT_EQ(requests.size(), 3u);
  const auto id = [](const HttpSink::Request& request) {
    return nlohmann::json::parse(request.body).at("event").at("event_id").get<std::string>();
  };
  EXPECT_EQ(id(requests[0]), id(requests[2]));
  post->close(5s);
  EXPECT_EQ(count("sent"), 1);
}

TEST_F(UserSessions, AreGivenUpAfterThreeAttemptsAndNeverRetriedWhenRefused) {
  sink_.answer_next({500, 502, 503, 400});
  auto post = open({});
  post->on_user_session(session("p1"));
  post->on_user_session(session("p2"));
  post->on_user_session(session("p3"));
  EXPECT_EQ(sink_.wait_for(5).size(), 5u) << "three for p1, one for p2, one for p3";
  post->close(5s);
  EXPECT_EQ(count("failed"), 2);
  EXPECT_EQ(count("sent"), 1);
}

TEST_F(UserSessions, NeverHoldUpTheCallerWhenTheServiceIsABlackHole) {
  sink_.answer_next({-1});
  UserSessionPostSettings settings;
  settings.queue = 10;
  auto post = open(settings);
  post->on_user_session(session("first"));
  sink_.wait_for(1);
  const auto before = system_clock().now();
  for (int i = 0; i < 1'000; ++i) post->on_user_session(session("p" + std::to_string(i)));
  EXPECT_LT(system_clock().now() - before, 500ms) << "a thousand while the first hangs";
  EXPECT_EQ(count("dropped"), 990);
  const auto closing = system_clock().now();
  post->close(0ms);
  EXPECT_LT(system_clock().now() - closing, 1s) << "the hanging call is cut off";
  EXPECT_EQ(count("dropped"), 1'000);
}

TEST_F(UserSessions, DropTheOldestWhenTheQueueIsFull) {
  sink_.answer_next({-1});
  UserSessionPostSettings settings;
  settings.queue = 2;
  settings.attempts = 1;
  settings.total_timeout = 300ms;
  auto post = open(settings);
  post->on_user_session(session("first"));
  sink_.wait_for(1);
  for (const char* participant : {"a", "b", "c"}) post->on_user_session(session(participant));
  const auto requests = sink_.wait_for(3);
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_THAT(requests[1].body, HasSubstr("\"b\""));
  EXPECT_THAT(requests[2].body, HasSubstr("\"c\""));
}

TEST_F(UserSessions, SurviveAServiceThatIsNotThere) {
  UserSessionPostSettings settings;
  settings.endpoint = "http://127.0.0.1:1/";
  auto post = open(settings);
  post->on_user_session(session("p1"));
  post->close(5s);
  EXPECT_EQ(count("failed"), 1);
}

TEST_F(UserSessions, RefuseAtTheStartWhatCouldNeverBeSent) {
  const auto refused = [&](UserSessionPostSettings settings) {
    return !UserSessionPost::open(std::move(settings), metrics_, system_clock()).has_value();
  };
  UserSessionPostSettings settings;
  settings.endpoint = "file:///etc/passwd";
  EXPECT_TRUE(refused(settings));
  settings.endpoint = "http://";
  EXPECT_TRUE(refused(settings));
  settings.endpoint = "http://localhost/";
  settings.headers = {{"X", "a\r\nY: b"}};
  EXPECT_TRUE(refused(settings));
  settings.headers = {{"Content-Length", "7"}};
  EXPECT_TRUE(refused(settings));
}

}  // namespace
}  // namespace dd::net
