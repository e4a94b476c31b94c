// SPDX-License-Identifier: MIT
#include "app/keeping.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/asio_loop.hpp"
#include "net/testing/http_sink.hpp"
#include "shelf/testing/sample_recording.hpp"

namespace dd::app {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class Heard final : public meeting::EventSink {
 public:
  void on_event(const meeting::Event& event) override { events.push_back(event); }
  std::vector<meeting::Event> events;
};

class KeepingTest : public ::testing::Test {
 protected:
  KeepingTest() {
    ::setenv("no_proxy", "*", 1);
    settings_.tenant = "the-servers-own";
    settings_.recordings.root = root_.path().string();
    settings_.webhooks.urls = {"http://" + sink_.endpoint() + "/hook"};
    settings_.webhooks.secret = "0123456789abcdef";
    settings_.webhooks.allow_private = true;
  }
  meeting::Event event(meeting::EventBody body) { return {loop_.wall_now(), MeetingId("m-1"), ParticipantId(), std::move(body), "acme"}; }

  shelf::testing::SampleRoot root_;
  net::HttpSink sink_;
  AsioLoop loop_;
  observe::Metrics metrics_;
  config::Settings settings_;
  Heard heard_;
};

TEST_F(KeepingTest, WhatHappensToRecordingsIsToldOnAndToTheWebhooks) {
  auto keeping = Keeping::open(loop_, metrics_, settings_, heard_);
  ASSERT_TRUE(keeping.has_value()) << keeping.error().message;
  (*keeping)->on_event(event(meeting::MeetingCreated{}));  // nothing of a recording's
  (*keeping)->on_event(event(meeting::RecordingStarted{RecordingId("r-1")}));
  (*keeping)->on_event(event(meeting::RecordingFailed{RecordingId("r-1"), "compose", "no room"}));
  EXPECT_THAT(heard_.events, SizeIs(3));
  const auto requests = sink_.wait_for(2);
  ASSERT_THAT(requests, SizeIs(2));
  for (const char* part : {R"("event":"recording.started")", R"("tenant":"acme")", R"("meetingId":"m-1")", R"("recordingId":"r-1")"}) {
    EXPECT_THAT(requests[0].body, HasSubstr(part));
  }
  EXPECT_THAT(requests[1].body, HasSubstr(R"("details":{"stage":"compose","reason":"no room"})"));
}

TEST_F(KeepingTest, ARecordingIsFoundForToolsUnlessItsFilesAreOnlyInTheBucket) {
  const auto folder = root_.add({});
  root_.add({.recording = "away"});
  shelf::testing::SampleRoot::write(root_.path() / "acme/m-1/away/upload.json",
                                    R"({"version":1,"profile":"main","complete":true,"local":false,"files":[]})");
  auto keeping = Keeping::open(loop_, metrics_, settings_, heard_);
  ASSERT_TRUE(keeping.has_value());
  std::optional<Result<recording::AtRest>> here;
  std::optional<Result<recording::AtRest>> away;
  const auto ask = [&]() -> Task<void> {
    here.emplace(co_await (*keeping)->at_rest(RecordingId("r-1")));
    away.emplace(co_await (*keeping)->at_rest(RecordingId("away")));
    loop_.stop();
  };
  loop_.post([&] {
    (*keeping)->start();
    spawn(ask());
  });
  loop_.run();
  ASSERT_TRUE(here->has_value());
  EXPECT_EQ((*here)->folder, folder);
  EXPECT_EQ((*here)->meeting, MeetingId("m-1"));
  EXPECT_EQ(away->error().code, Errc::kConflict);
}

}  // namespace
}  // namespace dd::app
