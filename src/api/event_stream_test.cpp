// SPDX-License-Identifier: MIT
#include "api/event_stream.hpp"

#include <gtest/gtest.h>

#include "api/event_json.hpp"
#include "base/testing/manual_loop.hpp"

namespace dd::api {
namespace {

using namespace std::chrono_literals;
using meeting::Event;
using meeting::EventBody;

class EventStreamTest : public ::testing::Test {
 protected:
  std::unique_ptr<EventStream> open_log(std::size_t news = 100, std::size_t readings = 10) {
    EventStreamSettings settings;
    settings.boot = "b1";
    settings.max_events = news;
    settings.max_readings = readings;
    settings.max_clients = 3;
    return std::make_unique<EventStream>(loop, metrics, settings);
  }

  Event event(std::string meeting, EventBody body) {
    return Event{loop.wall_now(), MeetingId(std::move(meeting)), ParticipantId(), std::move(body)};
  }
  void create(EventStream& log, std::string meeting) { log.on_event(event(std::move(meeting), meeting::MeetingCreated{})); }

  static std::string all(BodyStream& stream) {
    std::string text;
    stream.read(text, 1 << 20);
    return text;
  }
  static std::vector<std::string> ids(const std::string& text) {
    std::vector<std::string> found;
    for (std::size_t at = text.find("id: "); at != std::string::npos; at = text.find("id: ", at + 1))
      found.push_back(text.substr(at + 4, text.find('\n', at) - at - 4));
    return found;
  }

  dd::testing::ManualLoop loop;
  observe::Metrics metrics;
};

TEST_F(EventStreamTest, DemandLimitsAndUsageHaveTheirMembers) {
  Event usage = event("m", meeting::MeetingUsage{30, 1000, 2000});
  usage.tenant = "acme";
  EXPECT_EQ(to_text(event_json(usage, "1")),
            R"({"id":"1","type":"meeting.usage","time":)" +
                std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(usage.time.time_since_epoch()).count()) +
                R"(,"meetingId":"m","tenant":"acme","participantSeconds":30,"bytesIn":1000,"bytesOut":2000})");
  const auto all_layers = event_json(event("m", meeting::ProducerDemand{ProducerId("p"), "video", true, std::nullopt}), "2");
  EXPECT_EQ(all_layers["wanted"], true);
  EXPECT_FALSE(all_layers.contains("maxSpatialLayer"));
  EXPECT_EQ(event_json(event("m", meeting::ProducerDemand{ProducerId("p"), "video", true, std::uint8_t{1}}), "3")["maxSpatialLayer"], 1);
  EXPECT_EQ(event_json(event("m", meeting::ProducerCreated{ProducerId("p"), "video", true}), "3")["paused"], true);
  const auto limited = event_json(event("m", meeting::ProducerLimited{ProducerId("p"), "video", 1'600'000, 1'000'000}), "4");
  EXPECT_EQ(limited["type"], "producer.limited");
  EXPECT_EQ(limited["bitrate"], 1'600'000);
  EXPECT_EQ(limited["maxBitrate"], 1'000'000);
}

TEST_F(EventStreamTest, ANewReaderHearsWhatHappensFromNowOn) {
  auto log = open_log();
  create(*log, "before");
  auto reader = *log->open("", MeetingId());
  EXPECT_EQ(all(*reader), "retry: 1000\nid: b1-1\n\n");
  log->on_event(Event{WallTime{1500ms}, MeetingId("m"), ParticipantId("p"), meeting::ProducerClosed{ProducerId("x"), "video", "left"}});
  EXPECT_EQ(
      all(*reader),
      "id: b1-2\nevent: producer.closed\ndata: "
      R"({"id":"b1-2","type":"producer.closed","time":1500,"meetingId":"m","participantId":"p","producerId":"x","kind":"video","reason":"left"})"
      "\n\n");
  EXPECT_EQ(all(*reader), "");
}

TEST_F(EventStreamTest, AReaderIsWokenOncePerTurn) {
  auto log = open_log();
  auto reader = *log->open("", MeetingId());
  int wakes = 0;
  reader->on_ready([&] { ++wakes; });
  create(*log, "a");
  create(*log, "b");
  EXPECT_EQ(wakes, 0);
  loop.run_ready();
  EXPECT_EQ(wakes, 1);
}

TEST_F(EventStreamTest, AReaderThatComesBackMissesNothing) {
  auto log = open_log();
  for (int i = 1; i <= 5; ++i) create(*log, "m" + std::to_string(i));
  auto reader = *log->open("b1-3", MeetingId());
  EXPECT_EQ(ids(all(*reader)), (std::vector<std::string>{"b1-4", "b1-5"}));
  EXPECT_TRUE(ids(all(**log->open("b1-5", MeetingId()))).empty());
}

TEST_F(EventStreamTest, AFilteredReaderHearsItsMeetingAndTheServer) {
  auto log = open_log();
  auto reader = *log->open("", MeetingId("m"));
  all(*reader);
  create(*log, "other");
  create(*log, "m");
  log->on_event(event("", meeting::WorkerDied{WorkerId("w")}));
  EXPECT_EQ(ids(all(*reader)), (std::vector<std::string>{"b1-2", "b1-3"}));
}

TEST_F(EventStreamTest, WhoLostEventsIsToldToStartOver) {
  auto log = open_log(3);
  for (int i = 1; i <= 5; ++i) create(*log, "m");
  const auto text_of = [&](std::string_view id) { return all(**log->open(id, MeetingId())); };
  EXPECT_NE(text_of("b1-1").find("event: resync\ndata: {\"id\":\"b1-5\",\"type\":\"resync\",\"reason\":\"overwritten\"}"),
            std::string::npos);
  EXPECT_EQ(ids(text_of("b1-2")), (std::vector<std::string>{"b1-3", "b1-4", "b1-5"}));  // 2 was read, so nothing is lost
  for (const std::string_view strange : {"b0-2", "b1-6", "b1-", "b1", "b1-2x", "b1--2", "17", "b1-99999999999999999999", "\xff"}) {
    EXPECT_NE(text_of(strange).find("\"reason\":\"unknown_id\""), std::string::npos) << strange;
  }
}

TEST_F(EventStreamTest, AReaderThatIsOvertakenIsEnded) {
  auto log = open_log(3);
  auto reader = *log->open("", MeetingId());
  all(*reader);
  for (int i = 1; i <= 3; ++i) create(*log, "m");
  std::string text;
  EXPECT_EQ(reader->read(text, 1), BodyStream::State::kOpen);  // takes one at a time
  EXPECT_EQ(ids(text), (std::vector<std::string>{"b1-1"}));
  create(*log, "m");
  create(*log, "m");
  text.clear();
  EXPECT_EQ(reader->read(text, 1 << 20), BodyStream::State::kEnded);
  EXPECT_EQ(text, "");
}

TEST_F(EventStreamTest, ReadingsNeverPushNewsOut) {
  auto log = open_log(3, 2);
  create(*log, "m");
  for (int i = 0; i < 50; ++i) log->on_event(event("m", meeting::AudioLevels{{{ParticipantId("p"), -30}}}));
  create(*log, "m");
  auto reader = *log->open("b1-0", MeetingId());
  EXPECT_EQ(ids(all(*reader)), (std::vector<std::string>{"b1-1", "b1-50", "b1-51", "b1-52"}));  // in order, the old levels gone
}

TEST_F(EventStreamTest, SilenceIsBrokenByHeartbeats) {
  auto log = open_log();
  auto reader = *log->open("", MeetingId());
  int wakes = 0;
  reader->on_ready([&] { ++wakes; });
  all(*reader);
  loop.advance(14s);
  EXPECT_EQ(wakes, 0);
  loop.advance(1s);
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(all(*reader), ": still here\n\n");
  loop.advance(60s);
  EXPECT_EQ(all(*reader), ": still here\n\n");  // a reader that is not reading gathers none
}

TEST_F(EventStreamTest, ReadersAreBounded) {
  auto log = open_log();
  std::vector<std::unique_ptr<BodyStream>> readers;
  for (int i = 0; i < 3; ++i) readers.push_back(*log->open("", MeetingId()));
  auto refused = log->open("", MeetingId());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kTooManyRequests);
  readers.pop_back();
  EXPECT_EQ(log->clients(), 2U);
  EXPECT_TRUE(log->open("", MeetingId()));
}

TEST_F(EventStreamTest, AReaderMayOutliveTheLog) {
  auto log = open_log();
  auto reader = *log->open("", MeetingId());
  log.reset();
  EXPECT_EQ(all(*reader), "retry: 1000\nid: b1-0\n\n");
}

}  // namespace
}  // namespace dd::api
