// SPDX-License-Identifier: MIT
#include "archive/recover.hpp"

#include <sys/file.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <fstream>

#include "archive/finish.hpp"
#include "archive/testing/judge.hpp"
#include "archive/testing/sample.hpp"
#include "recording/paths.hpp"

namespace dd::archive {
namespace {

using namespace std::chrono_literals;
using namespace recording;
using namespace testing;

constexpr const char* kVideo = "tracks/p1-video-1.001.mkv";
constexpr const char* kAudio = "tracks/p1-audio-1.001.mkv";

// A recorder that was killed six seconds into a recording: two files that grow, no end of anything.
struct Killed {
  Sample sample;

  Killed() {
    sample.note(0, ParticipantNamed{"p1", "Asha"});
    sample.track(0, "p1-audio-1", "p1", Kind::kAudio, Codec::kOpus);
    sample.track(0, "p1-video-1", "p1", Kind::kVideo, Codec::kVp8);
    std::filesystem::copy(encoded().folder() / "tracks", sample.folder() / "tracks");
    sample.note(0, FileBegan{"p1-audio-1", kAudio, 1, {}, {}, "first"});
    sample.note(0, FileBegan{"p1-video-1", kVideo, 1, 160, 90, "first"});
    tear(kVideo, 0.9);
    sample.write();
  }

  static const Sample& encoded() {  // once for all tests
    static const Sample media;
    static const bool made =
        !media.media(kAudio, Codec::kOpus, {.seconds = 6}).empty() && !media.media(kVideo, Codec::kVp8, {.seconds = 6}).empty();
    EXPECT_TRUE(made);
    return media;
  }

  void tear(const char* file, double share) const {
    const auto path = sample.folder() / file;
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(static_cast<double>(std::filesystem::file_size(path)) * share));
  }

  std::string text(std::string_view file) const {
    std::ifstream in(sample.folder() / file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST(Recover, WhatWasGrowingPlaysAndTheManifestSaysWhereItEnds) {
  Killed killed;
  const auto recovered = recover(killed.sample.folder(), Ending::kInterrupted);
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_EQ(recovered->files, 2U);
  EXPECT_GT(recovered->dropped_bytes, 0U);
  EXPECT_TRUE(recovered->damaged.empty());
  EXPECT_EQ(recovered->manifest.state, State::kInterrupted);
  const Verdict video = judge(killed.sample.folder() / kVideo);
  EXPECT_EQ(video.errors, "");
  EXPECT_GT(video.seconds, 4.0);
  ASSERT_EQ(recovered->manifest.parts.size(), 1U);
  EXPECT_EQ(recovered->manifest.parts[0].end, PartEnd::kCrashed);
  EXPECT_NEAR(std::chrono::duration<double>(recovered->manifest.parts[0].to).count(), 6, 0.05) << "the sound was whole";
  ASSERT_EQ(recovered->manifest.tracks[1].gaps.size(), 1U);
  EXPECT_EQ(recovered->manifest.tracks[1].gaps[0].reason, GapReason::kCrash);
}

TEST(Recover, ASecondTimeThereIsNothingToDo) {
  Killed killed;
  ASSERT_TRUE(recover(killed.sample.folder(), Ending::kInterrupted));
  const std::string timeline = killed.text(kTimelineFile);
  const std::string video = killed.text(kVideo);
  const std::string manifest = killed.text(kManifestFile);
  const auto again = recover(killed.sample.folder(), Ending::kInterrupted);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->files, 0U);
  EXPECT_EQ(killed.text(kTimelineFile), timeline);
  EXPECT_EQ(killed.text(kVideo), video);
  EXPECT_EQ(killed.text(kManifestFile), manifest);
}

TEST(Recover, NobodyGoingOnMakesItComplete) {
  Killed killed;
  ASSERT_TRUE(recover(killed.sample.folder(), Ending::kInterrupted));
  const auto recovered = recover(killed.sample.folder(), Ending::kFinal);
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->manifest.state, State::kComplete);
  EXPECT_EQ(recovered->manifest.duration, recovered->manifest.parts[0].to);
  const std::string timeline = killed.text(kTimelineFile);
  ASSERT_TRUE(recover(killed.sample.folder(), Ending::kFinal));
  EXPECT_EQ(killed.text(kTimelineFile), timeline);
}

// Whatever of the timeline a killed recovery had written, the next one ends in the same state.
TEST(Recover, ARecoveryThatWasKilledIsGoneOnWith) {
  Killed killed;
  const std::string before = killed.text(kTimelineFile);
  ASSERT_TRUE(recover(killed.sample.folder(), Ending::kFinal));
  const std::string after = killed.text(kTimelineFile);
  const auto whole = recover(killed.sample.folder(), Ending::kFinal);
  for (std::size_t length = before.size(); length <= after.size(); length += 7) {
    std::ofstream(killed.sample.folder() / kTimelineFile, std::ios::binary | std::ios::trunc) << after.substr(0, length);
    const auto again = recover(killed.sample.folder(), Ending::kFinal);
    ASSERT_TRUE(again) << length;
    EXPECT_EQ(encode(again->manifest), encode(whole->manifest)) << length;
  }
}

TEST(Recover, AFileOfGarbageAndOneThatIsGoneCostOnlyThemselves) {
  Killed killed;
  std::ofstream(killed.sample.folder() / kVideo, std::ios::binary | std::ios::trunc) << std::string(10'000, 'x');
  std::filesystem::remove(killed.sample.folder() / kAudio);
  const auto recovered = recover(killed.sample.folder(), Ending::kFinal);
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_EQ(recovered->damaged.size(), 2U);
  EXPECT_EQ(killed.text(kVideo).size(), 10'000U) << "nothing is deleted that nobody understands";
}

TEST(Recover, ALinkIsNotFollowed) {
  Killed killed;
  const auto outside = killed.sample.folder() / "outside";
  std::filesystem::rename(killed.sample.folder() / kVideo, outside);
  std::filesystem::create_symlink(outside, killed.sample.folder() / kVideo);
  const auto size = std::filesystem::file_size(outside);
  (void)recover(killed.sample.folder(), Ending::kFinal);
  EXPECT_EQ(std::filesystem::file_size(outside), size);
}

TEST(Recover, ARecordingSomebodyWritesIsLeftAlone) {
  Killed killed;
  const int held = ::open((killed.sample.folder() / kTimelineFile).c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(held, LOCK_EX), 0);
  const auto refused = recover(killed.sample.folder(), Ending::kFinal);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kConflict);
  ::close(held);
}

TEST(Recover, AFolderThatIsNoRecordingIsRefused) {
  Sample sample;
  EXPECT_EQ(recover(sample.folder(), Ending::kFinal).error().code, Errc::kNotFound);
  std::ofstream(sample.folder() / kTimelineFile) << "{\"hello\":1}\n";
  EXPECT_FALSE(recover(sample.folder(), Ending::kFinal));
}

TEST(Recover, ACrashBetweenTwoPartsIsFilledInWhatIsMadeForPlaying) {
  Killed killed;
  ASSERT_TRUE(recover(killed.sample.folder(), Ending::kInterrupted));
  Sample next;  // what the next part's recorder appends
  next.note(8, PartBegan{2, 2, "boot", 2});
  next.track(8, "p1-audio-1", "p1", Kind::kAudio, Codec::kOpus);
  next.track(8, "p1-video-1", "p1", Kind::kVideo, Codec::kVp8);
  next.file("p1-audio-1", Codec::kOpus, 2, {.start = 8, .seconds = 4});
  next.file("p1-video-1", Codec::kVp8, 2, {.start = 8.2, .seconds = 3.8});
  next.note(12, RecordingStopped{"api"});
  next.write();
  std::filesystem::copy(next.folder() / "tracks", killed.sample.folder() / "tracks");
  std::ifstream added(next.folder() / kTimelineFile);
  std::string line;
  std::getline(added, line);  // its own `recording` and `part`
  std::getline(added, line);
  std::ofstream(killed.sample.folder() / kTimelineFile, std::ios::app) << added.rdbuf();

  const auto manifest = finish(killed.sample.folder());
  ASSERT_TRUE(manifest) << manifest.error().message;
  ASSERT_EQ(manifest->missing.size(), 1U);
  ASSERT_EQ(manifest->outputs.size(), 1U);
  const Verdict verdict = judge(killed.sample.folder() / manifest->outputs[0].file);
  EXPECT_EQ(verdict.errors, "");
  EXPECT_NEAR(verdict.seconds, 12, 0.05);
  EXPECT_TRUE(has_span(verdict.silence, 6, 8)) << text_of(verdict.silence);
  EXPECT_TRUE(has_span(verdict.black, 5.5, 8.2, 0.5)) << text_of(verdict.black);
  for (const double late : verdict.beep_after_flash()) EXPECT_NEAR(late, 0, 0.040);
}

}  // namespace
}  // namespace dd::archive
