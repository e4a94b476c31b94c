// SPDX-License-Identifier: MIT
// The shelf over real folders; its loop and the test are one thread, its disk threads are real.
#include "shelf/shelf.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/asio_loop.hpp"
#include "shelf/removal.hpp"
#include "shelf/testing/sample_recording.hpp"

namespace dd::shelf {
namespace {

namespace fs = std::filesystem;
using recording::State;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::SampleRoot;
using namespace std::chrono_literals;

class ShelfTest : public ::testing::Test {
 protected:
  void open(bool upload_wanted = false) {
    ShelfSettings settings;
    settings.root = root_.path();
    settings.upload_wanted = upload_wanted;
    auto opened = Shelf::open(loop_, holds_, settings);
    ASSERT_TRUE(opened.has_value());
    shelf_ = std::move(*opened);
  }

  template <typename T>
  T run(Task<T> task) {
    std::optional<T> answer;
    loop_.post([&] { spawn(finish(std::move(task), answer)); });
    loop_.run();
    return std::move(*answer);
  }

  std::vector<std::string> listed(recording::Query query = {}) {
    std::vector<std::string> ids;
    const auto page = run(shelf_->list(std::move(query)));
    for (const auto& summary : page->recordings) ids.push_back(summary.recording);
    return ids;
  }
  std::string read(const std::string& recording, const std::string& file) {
    auto opened = run(shelf_->open(RecordingId(recording), file));
    if (!opened) return std::string(to_string(opened.error().code));
    return run(opened->reader->read(0, opened->size)).value();
  }

  SampleRoot root_;
  AsioLoop loop_;
  recording::Holds holds_;
  std::unique_ptr<Shelf> shelf_;

 private:
  template <typename T>
  Task<void> finish(Task<T> task, std::optional<T>& answer) {
    answer.emplace(co_await std::move(task));
    loop_.stop();
  }
};

TEST_F(ShelfTest, TellsWhatTheRecordingsOfEachTenantTakeOnADiskThatKeepsItsId) {
  root_.add({.recording = "r-1", .audio_bytes = 1'000, .video_bytes = 2'000});
  root_.add({.recording = "r-2", .meeting = "m-2", .audio_bytes = 1'000, .video_bytes = 2'000});
  const auto running = root_.path() / recording::recording_folder(" be/ta", "m-1", "r-3");
  std::filesystem::create_directories(running / "tracks");
  std::ofstream(running / "timeline.jsonl") << "{}";
  open();
  const auto storage = run(shelf_->storage()).value();
  ASSERT_EQ(storage.tenants.size(), 2U);
  EXPECT_EQ(storage.tenants[1].tenant, "acme");
  EXPECT_EQ(storage.tenants[1].bytes, 2 * (1'000U + 2'000U + 500U));
  EXPECT_EQ(storage.tenants[1].recordings, 2U);
  EXPECT_EQ(storage.tenants[0].tenant, " be/ta") << "of what is being recorded the files are looked at";
  EXPECT_EQ(storage.tenants[0].bytes, 2U);
  std::ofstream(running / "tracks" / "more.mkv") << std::string(777, 'x');
  EXPECT_EQ(run(shelf_->storage())->tenants[0].bytes, 779U);
  open();
  EXPECT_EQ(run(shelf_->storage())->root, storage.root);
  EXPECT_EQ(storage.root.size(), 22U);
}

TEST_F(ShelfTest, ListsTheNewestFirstPageByPage) {
  for (int i = 1; i <= 5; ++i) {
    root_.add({.recording = "r-" + std::to_string(i),
               .meeting = "m-" + std::to_string(i % 2),
               .started = "2026-01-0" + std::to_string(i) + "T10:00:00.000Z"});
  }
  root_.add({.recording = "r-6", .started = "2026-01-05T10:00:00.000Z"});  // at the same moment
  root_.add({.recording = "theirs", .tenant = "other"});
  open();
  recording::Query query;
  query.tenant = "acme";
  query.limit = 2;
  auto page = run(shelf_->list(query));
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->recordings[0].recording, "r-6");
  EXPECT_EQ(page->recordings[1].recording, "r-5");
  query.cursor = page->next;
  EXPECT_THAT(listed(query), ElementsAre("r-4", "r-3"));
  query.cursor = run(shelf_->list(query))->next;
  page = run(shelf_->list(query));
  EXPECT_EQ(page->recordings.back().recording, "r-1");
  EXPECT_EQ(page->next, "");
}

TEST_F(ShelfTest, EachTenantHasItsFolderAndItsList) {
  const auto ours = root_.add({.recording = "r-1"});
  root_.add({.recording = "r-2", .tenant = " default"});
  open();
  recording::Query query;
  EXPECT_THAT(listed(query), ::testing::UnorderedElementsAre("r-1", "r-2"));
  query.tenant = " default";
  EXPECT_THAT(listed(query), ElementsAre("r-2"));
  query.tenant = "nobody";
  EXPECT_THAT(listed(query), IsEmpty());
  query.tenant = "../" + ours.parent_path().parent_path().filename().string();
  EXPECT_THAT(listed(query), IsEmpty());
  EXPECT_EQ(run(shelf_->find(RecordingId("r-2")))->summary.tenant, " default");
  EXPECT_EQ(run(shelf_->at_rest(RecordingId("r-2")))->tenant, " default");
}

TEST_F(ShelfTest, RetentionHoldsForEachTenantByItself) {
  const std::uint64_t large = 10'000;
  for (const char* tenant : {"acme", "other"}) {
    for (const char* number : {"1", "2"}) {
      const auto folder = root_.add({.recording = std::string(tenant) + "-" + number, .tenant = tenant, .video_bytes = large});
      const auto age = std::string(number) == "1" ? 2h : 1h;
      fs::last_write_time(folder / recording::kManifestFile, fs::file_time_type::clock::now() - age);
    }
  }
  open();
  const auto bytes = run(shelf_->find(RecordingId("acme-1")))->summary.bytes;
  // Room for one and a half of each tenant's, so the older one of each goes; together they are within twice that.
  EXPECT_THAT(run(shelf_->sweep({{}, bytes + bytes / 2})).value(), ::testing::UnorderedElementsAre("acme-1", "other-1"));
  EXPECT_THAT(listed(), ::testing::UnorderedElementsAre("acme-2", "other-2"));
  EXPECT_THAT(run(shelf_->sweep({90min, {}})).value(), IsEmpty());
  EXPECT_THAT(run(shelf_->sweep({30min, {}})).value(), ::testing::UnorderedElementsAre("acme-2", "other-2"));
}

TEST_F(ShelfTest, FiltersByMeetingAndState) {
  root_.add({.recording = "r-1", .meeting = "m:1"});
  root_.add({.recording = "r-2", .meeting = "m:1", .state = State::kRecording});
  root_.add({.recording = "r-3", .meeting = "m:2", .state = State::kInterrupted});
  open();
  recording::Query query;
  query.meeting = MeetingId("m:1");
  EXPECT_THAT(listed(query), ::testing::UnorderedElementsAre("r-1", "r-2"));
  query.state = State::kRecording;
  EXPECT_THAT(listed(query), ElementsAre("r-2"));
}

TEST_F(ShelfTest, TellsOfOneWithItsFiles) {
  root_.add({});
  open();
  const auto details = run(shelf_->find(RecordingId("r-1")));
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->summary.bytes, 11'500u);
  EXPECT_EQ(details->summary.tracks, 2u);
  EXPECT_EQ(details->summary.upload, recording::UploadState::kNone);
  ASSERT_EQ(details->files.size(), 5u);
  EXPECT_EQ(details->files[1].bytes, 10'000u);
  EXPECT_EQ(details->files[2].sha256, std::string(64, 'a'));
  EXPECT_EQ(run(shelf_->find(RecordingId("r-2"))).error().code, Errc::kNotFound);
}

TEST_F(ShelfTest, SeesWhatChangedOnTheDisk) {
  open();
  EXPECT_THAT(listed(), IsEmpty());
  const auto folder = root_.add({.state = State::kRecording});
  EXPECT_THAT(listed(), ElementsAre("r-1"));
  root_.add({.state = State::kComplete});
  EXPECT_EQ(run(shelf_->find(RecordingId("r-1")))->summary.state, State::kComplete);
  SampleRoot::write(folder / "manifest.json", "{ this is no manifest");
  EXPECT_THAT(listed(), IsEmpty());
}

TEST_F(ShelfTest, OpensOnlyWhatTheManifestLists) {
  const auto folder = root_.add({});
  SampleRoot::write(folder / "tracks/not-listed.mkv", "secret");
  SampleRoot::write(root_.path() / "secret", "secret");
  open();
  EXPECT_EQ(read("r-1", "tracks/p1-audio-0c7e9a41.001.mkv"), SampleRoot::bytes(1'000, 1));
  EXPECT_EQ(read("r-1", "manifest.json"), SampleRoot::read(folder / "manifest.json"));
  EXPECT_EQ(read("r-1", "timeline.jsonl"), SampleRoot::read(folder / "timeline.jsonl"));
  for (const char* name : {"", ".", "..", "tracks", "tracks/", "tracks/not-listed.mkv", "../../../secret", "/etc/passwd", "upload.json",
                           "tracks/../manifest.json", "./manifest.json", "tracks//p1-audio-0c7e9a41.001.mkv"}) {
    EXPECT_EQ(read("r-1", name), "not_found") << name;
  }
}

TEST_F(ShelfTest, AProgrammeIsReadWhileItGrows) {
  const auto running = root_.add({.state = State::kRecording});
  const auto over = root_.add({.recording = "r-2"});
  for (const auto& folder : {running, over}) {
    SampleRoot::write(folder / "composite/live/playlist.m3u8", "#EXTM3U");
    SampleRoot::write(folder / "composite/live/notes.txt", "x");
  }
  open();
  EXPECT_EQ(read("r-1", "composite/live/playlist.m3u8"), "#EXTM3U");
  EXPECT_EQ(read("r-1", "composite/live/notes.txt"), "not_found");
  EXPECT_EQ(read("r-1", "composite/../tracks/x.mp4"), "not_found");
  EXPECT_EQ(read("r-2", "composite/live/playlist.m3u8"), "not_found");  // by then the manifest would list it
}

TEST_F(ShelfTest, ALinkIsNotFollowedWhereverItStands) {
  const auto folder = root_.add({});
  SampleRoot::write(root_.path() / "outside/p1.001.webm", "secret");
  fs::remove_all(folder / "participants");
  fs::create_directory_symlink(root_.path() / "outside", folder / "participants");
  fs::remove(folder / "tracks/p1-audio-0c7e9a41.001.mkv");
  fs::create_symlink(root_.path() / "outside/p1.001.webm", folder / "tracks/p1-audio-0c7e9a41.001.mkv");
  open();
  EXPECT_EQ(read("r-1", "participants/p1.001.webm"), "not_found");
  EXPECT_EQ(read("r-1", "tracks/p1-audio-0c7e9a41.001.mkv"), "not_found");
}

TEST_F(ShelfTest, AnotherContentHasAnotherETag) {
  const auto folder = root_.add({});
  open();
  const auto before = run(shelf_->open(RecordingId("r-1"), "participants/p1.001.webm"));
  SampleRoot::write(folder / "participants/new", SampleRoot::bytes(500, 9));
  fs::rename(folder / "participants/new", folder / "participants/p1.001.webm");
  const auto after = run(shelf_->open(RecordingId("r-1"), "participants/p1.001.webm"));
  EXPECT_NE(before->etag, after->etag);
  EXPECT_EQ(run(before->reader->read(0, 500)).value(), SampleRoot::bytes(500, 3));  // who reads the old one gets all of it
}

TEST_F(ShelfTest, RemovesAWholeRecordingButNoneThatIsBusy) {
  const auto folder = root_.add({});
  const auto running = root_.add({.recording = "r-2", .state = State::kRecording});
  open();
  EXPECT_EQ(run(shelf_->remove(RecordingId("r-2"))).error().code, Errc::kConflict);
  {
    const auto hold = holds_.hold("r-1");
    const auto second = holds_.hold("r-1");
    EXPECT_EQ(run(shelf_->remove(RecordingId("r-1"))).error().code, Errc::kConflict);
  }
  {
    const auto uploading = FolderLock::take(folder);
    EXPECT_EQ(run(shelf_->remove(RecordingId("r-1"))).error().code, Errc::kConflict);
  }
  EXPECT_TRUE(run(shelf_->remove(RecordingId("r-1"))).has_value());
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_TRUE(fs::exists(running));
  EXPECT_EQ(run(shelf_->remove(RecordingId("r-1"))).error().code, Errc::kNotFound);
  EXPECT_TRUE(fs::is_empty(root_.path() / ".removed"));
}

TEST_F(ShelfTest, AStartFinishesWhatACrashLeftHalfRemoved) {
  SampleRoot::write(root_.path() / ".removed/x/tracks/a.mkv", "half");
  open();
  EXPECT_FALSE(fs::exists(root_.path() / ".removed"));
}

TEST_F(ShelfTest, RetentionSparesWhatIsBusyOrStillToBeUploaded) {
  root_.add({.recording = "done"});
  root_.add({.recording = "running", .state = State::kRecording});
  root_.add({.recording = "held"});
  const auto hold = holds_.hold("held");
  open(true);
  EXPECT_THAT(run(shelf_->sweep({{}, 0})).value(), IsEmpty());  // nothing has been uploaded yet
  open(false);
  EXPECT_THAT(run(shelf_->sweep({1h, {}})).value(), IsEmpty());
  EXPECT_THAT(run(shelf_->sweep({{}, 0})).value(), ElementsAre("done"));
  EXPECT_THAT(listed(), ::testing::UnorderedElementsAre("running", "held"));
}

TEST_F(ShelfTest, StrangeThingsUnderTheRootAreNoRecordings) {
  SampleRoot::write(root_.path() / "acme/m-1/file", "x");
  SampleRoot::write(root_.path() / "acme/m-1/r.1/manifest.json", "{}");
  fs::create_directories(root_.path() / "acme/m-1/r-1/manifest.json");
  fs::create_directory_symlink("/", root_.path() / "acme/m-2");
  open();
  EXPECT_THAT(listed(), IsEmpty());
}

}  // namespace
}  // namespace dd::shelf
