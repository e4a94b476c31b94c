// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/recording_json.hpp"
#include "api/testing/service.hpp"

namespace dd::api {
namespace {

using recording::Layout;
using recording::Mode;
using ::testing::ElementsAre;

class FakeControl final : public RecordingControl {
 public:
  Task<Result<recording::Started>> start(recording::StartRecording command) override {
    started = command;
    if (command.meeting.str() == "absent") co_return not_found("meeting", "absent");
    co_return recording::Started{RecordingId("r-1"), false};
  }
  Task<Result<RecordingId>> stop(MeetingId meeting) override { return answer("stop", meeting); }
  Task<Result<RecordingId>> pause(MeetingId meeting) override { return answer("pause", meeting); }
  Task<Result<RecordingId>> resume(MeetingId meeting) override { return answer("resume", meeting); }
  Task<Result<RecordingId>> change_layout(MeetingId meeting, Layout layout) override {
    return answer("layout " + std::string(to_string(layout)), meeting);
  }
  Task<Result<std::string>> compose(recording::ComposeRecording command) override {
    composed = command;
    co_return "j-1";
  }
  std::vector<recording::Job> jobs(const RecordingId&) const override {
    recording::Job job;
    job.id = "j-1";
    job.state = recording::Job::State::kRunning;
    job.layout = "timeline";
    job.file = "composite/timeline-1.mp4";
    job.percent = 40.5;
    job.speed = 3;
    job.eta_seconds = 20;
    return {job};
  }

  std::vector<std::string> calls;
  std::optional<recording::StartRecording> started;
  std::optional<recording::ComposeRecording> composed;

 private:
  Task<Result<RecordingId>> answer(std::string call, MeetingId meeting) {
    calls.push_back(call + " " + meeting.str());
    co_return RecordingId("r-1");
  }
};

class FakeFile final : public recording::FileReader {
 public:
  FakeFile(Loop& loop, std::string content) : loop_(loop), content_(std::move(content)) {}
  Task<Result<std::string>> read(std::uint64_t offset, std::size_t size) override {
    co_await sleep_for(loop_, std::chrono::milliseconds{1});
    co_return content_.substr(offset, size);
  }

 private:
  Loop& loop_;
  std::string content_;
};

class FakeLibrary final : public recording::Library {
 public:
  explicit FakeLibrary(Loop& loop) : loop_(loop) {}

  Task<Result<recording::Page>> list(recording::Query query) override {
    asked = query;
    recording::Page page;
    page.recordings.push_back(summary());
    page.next = "next~r-1";
    co_return page;
  }
  Task<Result<recording::Storage>> storage() override { co_return recording::Storage{"root-1", {{"acme", 10, 1}}}; }
  Task<Result<recording::Details>> find(RecordingId recording) override {
    if (recording.str() != "r-1") co_return not_found("recording", recording.str());
    recording::Details details;
    details.summary = summary();
    details.files.push_back({"tracks/a.001.mkv", 10, "ab", "k", false});
    co_return details;
  }
  Task<Result<std::string>> manifest_text(RecordingId) override { co_return std::string("{\"version\":1}"); }
  Task<Result<void>> remove(RecordingId recording) override {
    if (recording.str() == "busy") co_return make_error(Errc::kConflict, "the recording is still running");
    removed.push_back(recording.str());
    co_return ok();
  }
  Task<Result<recording::OpenedFile>> open(RecordingId recording, std::string file) override {
    opened = recording.str() + " " + file;
    if (file == "absent") co_return not_found("file", file);
    co_return recording::OpenedFile{content.size() + promised_more, "\"e1\"", std::make_shared<FakeFile>(loop_, content)};
  }

  std::optional<recording::Query> asked;
  std::vector<std::string> removed;
  std::string opened;
  std::string content = "0123456789";
  std::size_t promised_more = 0;

 private:
  static recording::Summary summary() {
    recording::Summary made;
    made.recording = "r-1";
    made.meeting = "m-1";
    made.tenant = "acme";
    made.started = "2026-01-31T10:00:00.000Z";
    made.state = recording::State::kComplete;
    made.bytes = 10;
    return made;
  }
  Loop& loop_;
};

class RecordingRoutes : public ::testing::Test {
 protected:
  RecordingRoutes() { service_.application->serve_recordings(&control_, &library_); }

  testing::Service::Answer download(std::vector<std::pair<std::string, std::string>> headers = {}, std::string method = "GET") {
    return service_.request(std::move(method), "/v1/recordings/r-1/files/tracks/a%253A.001.mkv", {}, std::move(headers));
  }
  // What a client would have received by now and in the end.
  std::string body_of(testing::Service::Answer& answer) {
    std::string all;
    std::string piece;
    if (answer.response.stream == nullptr) return all;
    answer.response.stream->on_ready([] {});
    for (int turns = 0; turns < 1000; ++turns) {
      piece.clear();
      const auto state = answer.response.stream->read(piece, 1000);
      all += piece;
      if (state == BodyStream::State::kEnded) return all;
      if (state == BodyStream::State::kFailed) return all + " failed";
      service_.loop.advance(std::chrono::milliseconds{1});
    }
    return all + " endless";
  }

  testing::Service service_;
  FakeControl control_;
  FakeLibrary library_{service_.loop};
};

TEST_F(RecordingRoutes, StartingTakesModesLayoutAndProgramme) {
  auto answer = service_.post("startRecording", {{"meetingId", "m-1"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json["recordingId"], "r-1");
  EXPECT_THAT(control_.started->modes, ElementsAre(Mode::kTrack, Mode::kParticipant));
  EXPECT_FALSE(control_.started->programme.has_value());

  answer = service_.post(
      "startRecording",
      {{"meetingId", "m-1"},
       {"modes", {"track", "composite"}},
       {"fill", "freeze"},
       {"composite", {{"layout", "speaker"}, {"width", 1920}, {"height", 1080}, {"fps", 30}, {"format", "hls"}, {"live", true}}}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(control_.started->fill, recording::Fill::kFreeze);
  EXPECT_TRUE(control_.started->live);
  EXPECT_EQ(control_.started->programme->layout, Layout::kSpeaker);
  EXPECT_EQ(control_.started->programme->format, recording::Format::kHls);
}

TEST_F(RecordingRoutes, StartingRefusesWhatItCannotDoAndNamesTheField) {
  const std::vector<std::pair<Json, std::string>> faults{
      {{{"modes", {"track"}}}, "meetingId"},
      {{{"meetingId", "m"}, {"modes", {"track", "tape"}}}, "modes[1]"},
      {{{"meetingId", "m"}, {"modes", Json::array()}}, "modes"},
      {{{"meetingId", "m"}, {"layout", "spiral"}}, "layout"},
      {{{"meetingId", "m"}, {"fill", "red"}}, "fill"},
      {{{"meetingId", "m"}, {"composite", {{"width", 1281}}}}, "composite.width"},
      {{{"meetingId", "m"}, {"composite", {{"width", 1920}, {"height", 1920}}}}, "composite.height"},
      {{{"meetingId", "m"}, {"composite", {{"fps", 60}}}}, "composite.fps"},
      {{{"meetingId", "m"}, {"composite", {{"format", "avi"}}}}, "composite.format"},
      {{{"meetingId", "m"}, {"modes", {"track"}}, {"composite", Json::object()}}, "composite"},
  };
  for (const auto& [body, field] : faults) {
    const auto answer = service_.post("startRecording", body);
    EXPECT_EQ(answer.status, 400) << body.dump();
    EXPECT_EQ(answer.error_field(), field) << answer.text;
  }
  EXPECT_EQ(service_.post("startRecording", {{"meetingId", "absent"}}).status, 404);
}

TEST_F(RecordingRoutes, ARunningRecordingIsCommandedByItsMeeting) {
  for (const char* call : {"pauseRecording", "resumeRecording", "stopRecording"}) {
    EXPECT_EQ(service_.post(call, {{"meetingId", "m-1"}}).json["recordingId"], "r-1");
  }
  EXPECT_EQ(service_.post("updateRecording", {{"meetingId", "m-1"}, {"layout", "presentation"}}).status, 200);
  EXPECT_THAT(control_.calls, ElementsAre("pause m-1", "resume m-1", "stop m-1", "layout presentation m-1"));
}

TEST_F(RecordingRoutes, TheListIsAskedForByMeetingStateAndPage) {
  const auto answer = service_.get("/v1/recordings?meetingId=m-1&state=complete&limit=7&cursor=a%7Eb");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json["recordings"][0]["recordingId"], "r-1");
  EXPECT_EQ(answer.json["next"], "next~r-1");
  EXPECT_EQ(library_.asked->meeting->str(), "m-1");
  EXPECT_EQ(library_.asked->state, recording::State::kComplete);
  EXPECT_EQ(library_.asked->limit, 7u);
  EXPECT_EQ(library_.asked->cursor, "a~b");
  for (const char* query : {"?limit=0", "?limit=201", "?limit=x", "?state=lost", "?meetingId=a%20b"}) {
    EXPECT_EQ(service_.get(std::string("/v1/recordings") + query).status, 400) << query;
  }
}

TEST_F(RecordingRoutes, TellWhatTheRecordingsOfEachTenantTake) {
  const auto answer = service_.post("getRecordingStorage", Json::object());
  EXPECT_EQ(answer.json["root"], "root-1");
  EXPECT_EQ(answer.json["tenants"], Json::parse(R"([{"tenant":"acme","bytes":10,"recordings":1}])"));
}

TEST_F(RecordingRoutes, OneIsToldWithItsFilesAndTheProgressOfItsJobs) {
  const auto answer = service_.get("/v1/recordings/r-1");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json["files"][0]["key"], "k");
  EXPECT_EQ(answer.json["files"][0]["local"], false);
  EXPECT_EQ(answer.json["jobs"][0]["kind"], "compose");
  EXPECT_EQ(answer.json["jobs"][0]["layout"], "timeline");
  EXPECT_EQ(answer.json["jobs"][0]["file"], "composite/timeline-1.mp4") << "also before it is there";
  EXPECT_EQ(answer.json["jobs"][0]["percent"], 40.5);
  EXPECT_EQ(answer.json["jobs"][0]["etaSeconds"], 20);
  EXPECT_EQ(service_.get("/v1/recordings/r-2").status, 404);
  EXPECT_EQ(service_.get("/v1/recordings/..").status, 400);
  EXPECT_EQ(service_.get("/v1/recordings/r-1/manifest").text, "{\"version\":1}");
}

TEST_F(RecordingRoutes, DeletingIsRefusedWhileItIsRecorded) {
  EXPECT_EQ(service_.request("DELETE", "/v1/recordings/r-1").status, 200);
  EXPECT_THAT(library_.removed, ElementsAre("r-1"));
  const auto refused = service_.request("DELETE", "/v1/recordings/busy");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.error_code(), "conflict");
}

TEST_F(RecordingRoutes, AFileIsDownloadedWhole) {
  auto answer = download();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(library_.opened, "r-1 tracks/a%3A.001.mkv");
  EXPECT_EQ(answer.response.content_type, "video/x-matroska");
  EXPECT_EQ(answer.header("ETag"), "\"e1\"");
  EXPECT_EQ(answer.header("Accept-Ranges"), "bytes");
  EXPECT_EQ(answer.response.length, 10u);
  EXPECT_EQ(body_of(answer), "0123456789");
}

TEST_F(RecordingRoutes, AFileIsReadAheadByOneChunk) {
  library_.content = std::string(1'000'000, 'x') + "end";
  auto answer = download();
  EXPECT_EQ(body_of(answer), library_.content);
}

TEST_F(RecordingRoutes, ARangeIsAPart) {
  auto answer = download({{"range", "bytes=2-4"}});
  EXPECT_EQ(answer.status, 206);
  EXPECT_EQ(answer.header("Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(answer.response.length, 3u);
  EXPECT_EQ(body_of(answer), "234");
  auto changed = download({{"range", "bytes=2-4"}, {"if-range", "\"e0\""}});
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(body_of(changed), "0123456789");
  const auto behind = download({{"range", "bytes=10-"}});
  EXPECT_EQ(behind.status, 416);
  EXPECT_EQ(behind.header("Content-Range"), "bytes */10");
  EXPECT_EQ(behind.error_code(), "range_not_satisfiable");
}

TEST_F(RecordingRoutes, HeadTellsTheLengthAndReadsNothing) {
  const auto answer = download({}, "HEAD");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.response.length, 10u);
  EXPECT_EQ(answer.response.stream, nullptr);
  EXPECT_TRUE(answer.response.head_only);
}

TEST_F(RecordingRoutes, AContentThatIsKnownIsNotSentAgain) {
  const auto answer = download({{"if-none-match", "\"e1\""}});
  EXPECT_EQ(answer.status, 304);
  EXPECT_EQ(answer.response.stream, nullptr);
}

TEST_F(RecordingRoutes, AFileThatBecomesShorterBreaksTheDownloadOff) {
  library_.promised_more = 5;
  auto answer = download();
  EXPECT_EQ(body_of(answer), " failed");
}

TEST_F(RecordingRoutes, ADownloadMayBeAbandonedWhileItReads) {
  {
    auto answer = download();
    answer.response.stream->on_ready([] { FAIL() << "nobody reads any more"; });
  }
  service_.loop.advance(std::chrono::seconds{1});
}

TEST_F(RecordingRoutes, ComposingAgainIsAcceptedWithAJob) {
  const auto answer = service_.request("POST", "/v1/recordings/r-1/compose",
                                       R"({"layout":"grid","width":640,"height":360,"fps":15,"fromUs":1000000,"toUs":2000000})");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.json["jobId"], "j-1");
  EXPECT_EQ(control_.composed->programme.width, 640u);
  EXPECT_EQ(control_.composed->to, recording::Time{2'000'000});
  EXPECT_EQ(service_.request("POST", "/v1/recordings/r-1/compose", R"({"fromUs":5,"toUs":5})").error_field(), "toUs");
}

TEST_F(RecordingRoutes, WhereNothingIsRecordedTheySaySo) {
  service_.application->serve_recordings(nullptr, nullptr);
  EXPECT_EQ(service_.post("startRecording", {{"meetingId", "m"}}).status, 409);
  EXPECT_EQ(service_.get("/v1/recordings").status, 409);
  EXPECT_EQ(download().status, 409);
}

}  // namespace
}  // namespace dd::api
