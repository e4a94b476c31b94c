// SPDX-License-Identifier: MIT
#include "shelf/upload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shelf/catalogue.hpp"
#include "shelf/removal.hpp"
#include "shelf/testing/fake_bucket.hpp"
#include "shelf/testing/sample_recording.hpp"

namespace dd::shelf {
namespace {

namespace fs = std::filesystem;
using testing::FakeBucket;
using testing::FakeStore;
using testing::SampleRoot;

constexpr const char* kVideo = "tracks/p1-video-1c7e9a41.001.mkv";
const std::vector<std::string> kAll{"tracks/p1-audio-0c7e9a41.001.mkv", kVideo, "participants/p1.001.webm", "timeline.jsonl",
                                    "manifest.json"};

Error broken() { return make_error(Errc::kUnavailable, "as the test asked"); }

class UploadTest : public ::testing::Test {
 protected:
  UploadTest() {
    plan_.profile = "main";
    plan_.prefix = "backup/a";
    plan_.part_bytes = 4096;
  }

  Result<UploadOutcome> attempt() {
    FakeStore store(bucket_);
    return upload_recording(folder_, plan_, store);
  }
  // Until it is done, at most so often.
  unsigned attempts(unsigned limit) {
    for (unsigned count = 1; count <= limit; ++count) {
      if (attempt()) return count;
    }
    return 0;
  }
  static std::string key(const std::string& file) { return "backup/a/acme/m-1/r-1/" + file; }
  void expect_all_there() const {
    for (const auto& file : kAll) {
      const auto object = bucket_.objects.find(key(file));
      ASSERT_NE(object, bucket_.objects.end()) << file;
      EXPECT_TRUE(object->second.bytes == contents_.at(file)) << file;
    }
    EXPECT_TRUE(bucket_.uploads.empty());
  }
  void fail_before(const std::string& call, unsigned part, int times = 1) {
    bucket_.before = [call, part, times](const std::string& name, unsigned number) mutable -> Result<void> {
      if (name == call && number == part && times-- > 0) return broken();
      return ok();
    };
  }
  void fail_after(const std::string& call, unsigned part) {
    bucket_.after = [call, part, done = false](const std::string& name, unsigned number) mutable -> Result<void> {
      if (name != call || number != part || std::exchange(done, true)) return ok();
      return broken();
    };
  }

  SampleRoot root_;
  const fs::path folder_ = root_.add({.video_bytes = 40'000});
  const std::map<std::string, std::string> contents_ = [this] {
    std::map<std::string, std::string> all;
    for (const auto& file : kAll) all[file] = SampleRoot::read(folder_ / file);
    return all;
  }();
  FakeBucket bucket_;
  UploadPlan plan_;
};

TEST_F(UploadTest, BringsEverythingTheManifestListsWholeOrInParts) {
  const auto outcome = attempt();
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  EXPECT_EQ(outcome->files, kAll.size());
  expect_all_there();
  EXPECT_EQ(bucket_.calls["put_part"], 10);
  EXPECT_EQ(bucket_.calls["put"], 4);
  EXPECT_TRUE(fs::exists(folder_ / kVideo));
}

TEST_F(UploadTest, ASecondAttemptSendsNothing) {
  ASSERT_TRUE(attempt());
  const auto calls = bucket_.calls;
  const auto outcome = attempt();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->bytes, 0u);
  EXPECT_EQ(bucket_.calls, calls);
}

TEST_F(UploadTest, GoesOnWithThePartThatFailed) {
  fail_before("put_part", 5);
  ASSERT_FALSE(attempt());
  const auto outcome = attempt();
  ASSERT_TRUE(outcome);
  expect_all_there();
  std::size_t total = 0;
  for (const auto& content : contents_) total += content.second.size();
  EXPECT_EQ(bucket_.bytes_taken, total);  // no byte twice
}

TEST_F(UploadTest, APartWhoseAnswerWasLostIsNotSentAgain) {
  fail_after("put_part", 5);
  ASSERT_FALSE(attempt());
  ASSERT_TRUE(attempt());
  expect_all_there();
  std::size_t total = 0;
  for (const auto& content : contents_) total += content.second.size();
  EXPECT_EQ(bucket_.bytes_taken, total);
}

TEST_F(UploadTest, AServerThatCannotListPartsIsSentTheLostOneAgain) {
  bucket_.lists_parts = false;
  fail_after("put_part", 5);
  ASSERT_FALSE(attempt());
  ASSERT_TRUE(attempt());
  expect_all_there();
}

TEST_F(UploadTest, APartTheServerLostIsSentAgain) {
  fail_before("put_part", 8);
  ASSERT_FALSE(attempt());
  bucket_.uploads.begin()->second.parts.erase(3);
  bucket_.uploads.begin()->second.parts[4] = "other bytes";
  ASSERT_TRUE(attempt());
  expect_all_there();
}

TEST_F(UploadTest, WhenTheLastAnswerIsLostTheObjectIsFound) {
  fail_after("complete", 0);
  ASSERT_FALSE(attempt());
  const auto parts = bucket_.calls["put_part"];
  ASSERT_TRUE(attempt());
  expect_all_there();
  EXPECT_EQ(bucket_.calls["put_part"], parts);
}

TEST_F(UploadTest, AnUploadTheServerForgotBeginsAnew) {
  fail_before("put_part", 8);
  ASSERT_FALSE(attempt());
  bucket_.uploads.clear();
  EXPECT_GT(attempts(3), 0u);
  expect_all_there();
  EXPECT_GE(bucket_.calls["begin"], 2);
}

TEST_F(UploadTest, AServerThatForgotAndSaysInternalErrorIsGivenUpOn) {
  bucket_.lists_parts = false;
  bucket_.before = [this](const std::string& call, unsigned) -> Result<void> {
    if (call == "complete" && bucket_.calls["begin"] == 1) return broken();
    return ok();
  };
  EXPECT_GT(attempts(6), 1u);
  expect_all_there();
}

TEST_F(UploadTest, WhatArrivedOtherwiseIsNotDone) {
  bucket_.after = [this](const std::string& call, unsigned) -> Result<void> {
    if (call == "put" && bucket_.calls["put"] == 1) bucket_.objects.begin()->second.bytes += "x";
    return ok();
  };
  const auto outcome = attempt();
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message, ::testing::HasSubstr("arrived as"));
  ASSERT_TRUE(attempt());
  expect_all_there();
}

TEST_F(UploadTest, LocalMediaGoOnlyAfterEverythingIsThere) {
  plan_.keep_local = false;
  fail_before("put_part", 8);
  ASSERT_FALSE(attempt());
  for (const auto& file : kAll) EXPECT_TRUE(fs::exists(folder_ / file)) << file;
  const auto outcome = attempt();
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->removed_local);
  expect_all_there();
  EXPECT_FALSE(fs::exists(folder_ / kVideo));
  EXPECT_TRUE(fs::exists(folder_ / "manifest.json"));
  EXPECT_TRUE(fs::exists(folder_ / "timeline.jsonl"));
  EXPECT_FALSE(read_upload_record(folder_).local);
  ASSERT_TRUE(attempt());  // nothing left to do, and nothing wrong
}

TEST_F(UploadTest, LocalMediaStayWhenTheBucketLostOne) {
  ASSERT_TRUE(attempt());
  plan_.keep_local = false;
  bucket_.objects.erase(key(kVideo));
  ASSERT_FALSE(attempt());
  EXPECT_TRUE(fs::exists(folder_ / kVideo));
  ASSERT_TRUE(attempt());  // it was sent again
  expect_all_there();
  EXPECT_FALSE(fs::exists(folder_ / kVideo));
}

TEST_F(UploadTest, LocalMediaStayWhileSomebodyNeedsThem) {
  plan_.keep_local = false;
  plan_.needed_here = [] { return true; };
  ASSERT_TRUE(attempt());
  EXPECT_TRUE(fs::exists(folder_ / kVideo));
}

TEST_F(UploadTest, WhatChangedOrCameLaterFollows) {
  ASSERT_TRUE(attempt());
  SampleRoot::write(folder_ / "participants/p1.001.webm", "another content");
  const auto outcome = attempt();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->files, 1u);
  EXPECT_EQ(bucket_.objects.at(key("participants/p1.001.webm")).bytes, "another content");
}

TEST_F(UploadTest, ADamagedNoteBeginsAnew) {
  ASSERT_TRUE(attempt());
  SampleRoot::write(folder_ / "upload.json", "{\"version\":1,\"files\":[{\"file\":\"../../etc/passwd\"");
  ASSERT_TRUE(attempt());
  expect_all_there();
}

TEST_F(UploadTest, AFileThatIsGoneDoesNotKeepTheRestFromGoing) {
  fs::remove(folder_ / kVideo);
  ASSERT_TRUE(attempt());
  EXPECT_EQ(bucket_.objects.count(key(kVideo)), 0u);
  EXPECT_EQ(bucket_.objects.count(key("manifest.json")), 1u);
}

TEST_F(UploadTest, ALinkOutOfTheFolderIsNotFollowed) {
  SampleRoot::write(root_.path() / "secret", "secret");
  fs::remove(folder_ / kVideo);
  fs::create_symlink(root_.path() / "secret", folder_ / kVideo);
  ASSERT_TRUE(attempt());
  EXPECT_EQ(bucket_.objects.count(key(kVideo)), 0u);
}

TEST_F(UploadTest, OneProcessAtATime) {
  const auto lock = FolderLock::take(folder_);
  ASSERT_TRUE(lock);
  const auto outcome = attempt();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::kConflict);
}

TEST(UploadRecord, IsReadBackAsItWasWritten) {
  recording::UploadRecord record;
  record.profile = "main";
  record.local = false;
  record.complete = true;
  recording::UploadedFile file;
  file.file = "tracks/a.001.mkv";
  file.key = "x/tracks/a.001.mkv";
  file.bytes = 5000;
  file.modified_ns = 123456789012345678;
  file.upload_id = "u/1+2";
  file.part_bytes = 1024;
  file.parts = {{1, "e1"}, {2, "e2"}};
  record.files.push_back(file);
  const auto read = recording::parse_upload_record(encode(record));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(encode(*read), encode(record));
  EXPECT_EQ(read->files[0].modified_ns, file.modified_ns);
}

TEST(UploadRecord, PartsAreAtMostTenThousand) {
  constexpr std::uint64_t kMebi = 1U << 20U;
  EXPECT_EQ(recording::part_size(100 * kMebi, 8 * kMebi), 8 * kMebi);
  EXPECT_EQ(recording::part_size(80'000 * kMebi, 8 * kMebi), 8 * kMebi);
  EXPECT_EQ(recording::part_size(80'001 * kMebi, 8 * kMebi), 9 * kMebi);
  EXPECT_EQ(recording::part_size(1'000'000 * kMebi, 8 * kMebi), 100 * kMebi);
}

}  // namespace
}  // namespace dd::shelf
