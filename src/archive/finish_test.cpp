// SPDX-License-Identifier: MIT
// Participant files judged by ffprobe and ffmpeg.
#include "archive/finish.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "archive/retime.hpp"
#include "archive/testing/judge.hpp"
#include "archive/testing/sample.hpp"
#include "archive/testing/tool.hpp"
#include "recording/paths.hpp"

namespace dd::archive {
namespace {

using namespace std::chrono_literals;
using namespace recording;
using namespace testing;

// What recording promises, and what a frame and the ear allow.
void expect_in_sync(const Verdict& verdict, std::size_t pairs) {
  const auto late = verdict.beep_after_flash();
  EXPECT_EQ(late.size(), pairs);
  for (const double seconds : late) EXPECT_NEAR(seconds, 0, 0.040);
}

struct Case {
  const char* name;
  Codec codec;
  const char* streams;
  const char* file;
  std::vector<std::string> encoder;
  bool black;
};

// The picture was written by arrival for three seconds, 60 ms late at first.
TEST(TracksOfAFinishedRecording, AreInSyncFromTheirFirstFrame) {
  Sample sample;
  sample.track(0.1, "p1-audio-1", "p1", Kind::kAudio, Codec::kOpus);
  sample.track(0.1, "p1-video-1", "p1", Kind::kVideo, Codec::kVp8);
  sample.file("p1-audio-1", Codec::kOpus, 1, {.start = 0.5, .seconds = 9});
  sample.file("p1-video-1", Codec::kVp8, 1, {.start = 1.0, .seconds = 9});
  sample.note(9, TrackRetimed{"p1-video-1", {{1s, -60ms}, {3s, -60ms}, {5s, 0ms}}});
  sample.note(11, RecordingStopped{"api"});
  sample.write();
  const auto track = sample.folder() / track_file("p1-video-1", 1);
  const Verdict before = judge(track);
  const auto first = finish(sample.folder());
  ASSERT_TRUE(first) << first.error().message;
  const auto& file = first->tracks[1].files[0];
  EXPECT_EQ(file.start, 940ms) << "where the first frame belongs";

  const auto expect_corrected = [&] {
    const Verdict after = judge(track);
    EXPECT_EQ(after.errors, "");
    EXPECT_NEAR(after.seconds, before.seconds + 0.06, 0.002);
    ASSERT_EQ(after.flashes.size(), before.flashes.size());
    ASSERT_GE(after.flashes.size(), 4U);
    for (std::size_t i = 0; i < after.flashes.size(); ++i) {
      const double written = before.flashes[i] + 1.0;
      const double shift = written <= 3 ? -0.06 : written >= 5 ? 0 : -0.06 * (5 - written) / 2;
      EXPECT_NEAR(after.flashes[i] + 0.94, written + shift, 0.002) << "the flash at " << written;
    }
  };
  expect_corrected();
  const Verdict participant = judge(sample.folder() / first->outputs[0].file);
  EXPECT_EQ(participant.flashes.size(), before.flashes.size());
  EXPECT_NEAR(participant.flashes[0] + 0.1, before.flashes[0] + 1.0 - 0.06, 0.005) << "once, and not twice";
  EXPECT_TRUE(!std::filesystem::exists(track.string() + ".retime"));

  // Once more, as after a crash at the worst moment: the bytes are there and the timeline does not say so.
  const auto again = finish(sample.folder());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->tracks[1].files[0].sha256, file.sha256);
  expect_corrected();
}

TEST(TracksOfAFinishedRecording, AreCorrectedOnceWhereverACrashWas) {
  Sample sample;
  sample.track(0.1, "p1-video-1", "p1", Kind::kVideo, Codec::kVp8);
  sample.file("p1-video-1", Codec::kVp8, 1, {.start = 1.0, .seconds = 4});
  sample.note(9, TrackRetimed{"p1-video-1", {{1s, -60ms}, {3s, 0ms}}});
  sample.note(11, RecordingStopped{"api"});
  sample.write();
  const auto track = sample.folder() / track_file("p1-video-1", 1);
  const auto text = [&] { return *read_text(track, 64 << 20); };
  const std::string before = text();
  {
    auto folder = Folder::open(sample.folder(), Access::kRead);
    ASSERT_TRUE(folder);
    EXPECT_FALSE(retime_files(*folder)) << "the timeline cannot be written: as far as a crash in front of it comes";
  }
  const std::string after = text();
  ASSERT_EQ(after.size(), before.size());
  ASSERT_TRUE(after != before);
  std::ofstream(track, std::ios::binary | std::ios::trunc) << after.substr(0, after.size() / 2) << before.substr(after.size() / 2);
  ASSERT_TRUE(finish(sample.folder(), Participants::kNone));
  EXPECT_TRUE(text() == after) << "half of it was done";
  ASSERT_TRUE(finish(sample.folder(), Participants::kNone));
  EXPECT_TRUE(text() == after);
  EXPECT_FALSE(std::filesystem::exists(track.string() + ".retime"));
}

class ParticipantFiles : public ::testing::TestWithParam<Case> {};

// Ten seconds: the picture begins late and is gone from 4 to 7, the sound from 4.5 to 6.5, and both end before the participant leaves.
TEST_P(ParticipantFiles, GapsAreFilledAndPicturesAndSoundStayTogether) {
  const Case& it = GetParam();
  Sample sample;
  sample.note(0, ParticipantNamed{"p1", "Asha"});
  sample.track(0.1, "p1-audio-1", "p1", Kind::kAudio, Codec::kOpus);
  sample.track(0.1, "p1-video-1", "p1", Kind::kVideo, it.codec);
  sample.file("p1-audio-1", Codec::kOpus, 1, {.start = 0.12, .seconds = 9, .gaps = {{4.5, 6.5}}});
  sample.file("p1-video-1", it.codec, 1, {.start = 1.0, .seconds = 8, .gaps = {{4, 7}}, .encoder = it.encoder});
  sample.note(11.5, TrackEnded{"p1-audio-1", "closed"});
  sample.note(11.5, TrackEnded{"p1-video-1", "closed"});
  sample.note(12, RecordingStopped{"api"});
  sample.write();

  const auto manifest = finish(sample.folder());
  ASSERT_TRUE(manifest) << manifest.error().message;
  ASSERT_EQ(manifest->outputs.size(), 1U);
  EXPECT_EQ(manifest->outputs[0].file, it.file);
  EXPECT_EQ(manifest->outputs[0].duration, 11500ms) << "from joining to leaving";
  EXPECT_EQ(manifest->outputs[0].sha256.size(), 64U);

  const auto file = sample.folder() / it.file;
  const Verdict verdict = judge(file);
  EXPECT_EQ(verdict.errors, "");
  EXPECT_EQ(verdict.streams, it.streams);
  EXPECT_NEAR(verdict.seconds, 11.5, 0.05);
  EXPECT_TRUE(has_span(verdict.silence, 4.5, 6.5)) << text_of(verdict.silence);
  EXPECT_TRUE(has_span(verdict.silence, 9.12, 11.5)) << text_of(verdict.silence);
  if (it.black) {
    EXPECT_TRUE(has_span(verdict.black, 0, 1)) << text_of(verdict.black);
    EXPECT_TRUE(has_span(verdict.black, 4, 7)) << text_of(verdict.black);
    EXPECT_TRUE(has_span(verdict.black, 9, 11.5, 1.0)) << text_of(verdict.black);
  }
  expect_in_sync(verdict, 2);  // at 2 and at 8; at 4 and 6 one of the two is missing
}

INSTANTIATE_TEST_SUITE_P(Codecs, ParticipantFiles,
                         ::testing::Values(Case{"Vp8", Codec::kVp8, "vp8,opus", "participants/p1.001.webm", {}, true},
                                           Case{"Vp9", Codec::kVp9, "vp9,opus", "participants/p1.001.webm", {}, true},
                                           Case{"Av1", Codec::kAv1, "av1,opus", "participants/p1.001.webm", {}, true},
                                           Case{"H264", Codec::kH264, "h264,opus", "participants/p1.001.mp4", {}, true},
                                           Case{"H264WithCabac",
                                                Codec::kH264,
                                                "h264,opus",
                                                "participants/p1.001.mp4",
                                                {"-c:v", "libx264", "-profile:v", "high", "-preset", "veryfast", "-tune", "zerolatency"},
                                                false}),
                         [](const auto& tested) { return tested.param.name; });

Result<Manifest> finished(Sample& sample, double stopped) {
  sample.note(stopped, RecordingStopped{"api"});
  sample.write();
  return finish(sample.folder());
}

TEST(Finish, AParticipantWhoWasMutedAllTheTimeGivesAFileOfTheRightLength) {
  Sample sample;
  sample.note(1, ParticipantNamed{"p1", "Asha"});
  sample.track(1, "p1-audio-1", "p1", Kind::kAudio, Codec::kOpus);
  sample.track(1, "p1-video-1", "p1", Kind::kVideo, Codec::kVp8);
  sample.note(1, TrackPaused{"p1-audio-1"});
  sample.note(1, TrackPaused{"p1-video-1"});
  const auto manifest = finished(sample, 6);
  ASSERT_TRUE(manifest) << manifest.error().message;
  ASSERT_EQ(manifest->outputs.size(), 1U);
  EXPECT_EQ(manifest->outputs[0].start, 1s);
  const Verdict verdict = judge(sample.folder() / manifest->outputs[0].file);
  EXPECT_EQ(verdict.errors, "");
  EXPECT_EQ(verdict.streams, "vp8,opus");
  EXPECT_NEAR(verdict.seconds, 5, 0.05);
  EXPECT_TRUE(has_span(verdict.silence, 0, 5)) << text_of(verdict.silence);
  EXPECT_TRUE(has_span(verdict.black, 0, 4)) << text_of(verdict.black);
}

TEST(Finish, SoundAloneIsAFileAndItsSilenceHasItsChannels) {
  Sample sample;
  sample.track(0, "p1-audio-1", "p1", Kind::kAudio, Codec::kOpus);
  sample.file("p1-audio-1", Codec::kOpus, 1, {.start = 0, .seconds = 5, .gaps = {{2.5, 3.5}}, .mono = true});
  const auto manifest = finished(sample, 6);
  ASSERT_TRUE(manifest) << manifest.error().message;
  ASSERT_EQ(manifest->outputs.size(), 1U);
  EXPECT_EQ(manifest->outputs[0].file, "participants/p1.001.webm");
  const Verdict verdict = judge(sample.folder() / manifest->outputs[0].file);
  EXPECT_EQ(verdict.errors, "");
  EXPECT_EQ(verdict.streams, "opus");
  EXPECT_NEAR(verdict.seconds, 6, 0.05);
  EXPECT_TRUE(has_span(verdict.silence, 2.5, 3.5)) << text_of(verdict.silence);
}

// Somebody leaves and comes back with another producer and another size, and stays with the codec.
TEST(Finish, ProducersThatFollowEachOtherBecomeOneFile) {
  for (const Codec codec : {Codec::kVp8, Codec::kH264}) {
    Sample sample;
    sample.track(0, "p1-video-1", "p1", Kind::kVideo, codec);
    sample.track(0, "p1-audio-1", "p1", Kind::kAudio, Codec::kOpus);
    sample.file("p1-video-1", codec, 1, {.start = 0, .seconds = 3});
    sample.file("p1-audio-1", Codec::kOpus, 1, {.start = 0, .seconds = 9});
    sample.note(3, TrackEnded{"p1-video-1", "closed"});
    sample.track(5, "p1-video-2", "p1", Kind::kVideo, codec);
    sample.file("p1-video-2", codec, 1, {.start = 5, .seconds = 4, .size = "320x180"});
    const auto manifest = finished(sample, 9);
    ASSERT_TRUE(manifest) << manifest.error().message;
    ASSERT_EQ(manifest->outputs.size(), 1U);
    const Verdict verdict = judge(sample.folder() / manifest->outputs[0].file);
    EXPECT_EQ(verdict.errors, "") << to_string(codec);
    EXPECT_NEAR(verdict.seconds, 9, 0.06);
    // Where the size changes ffmpeg begins its filters anew, so the last black picture counts for nothing.
    EXPECT_TRUE(has_span(verdict.black, 3, 4)) << text_of(verdict.black);
    expect_in_sync(verdict, 3);  // at 2, 6 and 8
  }
}

TEST(Finish, AnotherCodecOpensAFurtherFile) {
  Sample sample;
  sample.track(0, "p1-audio-1", "p1", Kind::kAudio, Codec::kOpus);
  sample.track(0, "p1-video-1", "p1", Kind::kVideo, Codec::kVp8);
  sample.file("p1-audio-1", Codec::kOpus, 1, {.start = 0, .seconds = 8});
  sample.file("p1-video-1", Codec::kVp8, 1, {.start = 0, .seconds = 4});
  sample.note(4, TrackEnded{"p1-video-1", "closed"});
  sample.track(4, "p1-video-2", "p1", Kind::kVideo, Codec::kH264);
  sample.file("p1-video-2", Codec::kH264, 1, {.start = 4, .seconds = 4});
  const auto manifest = finished(sample, 8);
  ASSERT_TRUE(manifest) << manifest.error().message;
  ASSERT_EQ(manifest->outputs.size(), 2U);
  EXPECT_EQ(manifest->outputs[0].file, "participants/p1.001.webm");
  EXPECT_EQ(manifest->outputs[1].file, "participants/p1.002.mp4");
  EXPECT_EQ(manifest->outputs[1].start, 4s);
  for (const auto& output : manifest->outputs) {
    const Verdict verdict = judge(sample.folder() / output.file);
    EXPECT_EQ(verdict.errors, "");
    EXPECT_NEAR(verdict.seconds, 4, 0.06);
    EXPECT_TRUE(verdict.silence.empty()) << text_of(verdict.silence);
    for (const double late : verdict.beep_after_flash()) EXPECT_NEAR(late, 0, 0.040);
  }
}

TEST(Finish, AScreenShareIsAFileOfItsOwnAndAStillScreenIsNotBlack) {
  Sample sample;
  sample.track(0, "p1-audio-1", "p1", Kind::kAudio, Codec::kOpus);
  sample.file("p1-audio-1", Codec::kOpus, 1, {.start = 0, .seconds = 6});
  sample.track(1, "p1-screenshare-1", "p1", Kind::kScreenshare, Codec::kVp8);
  sample.file("p1-screenshare-1", Codec::kVp8, 1, {.start = 1, .seconds = 5, .gaps = {{2, 4}}});
  const auto manifest = finished(sample, 6);
  ASSERT_TRUE(manifest) << manifest.error().message;
  ASSERT_EQ(manifest->outputs.size(), 2U);
  EXPECT_EQ(manifest->outputs[1].file, "participants/p1-screenshare.001.webm");
  EXPECT_EQ(manifest->outputs[1].start, 1s);
  const Verdict verdict = judge(sample.folder() / manifest->outputs[1].file);
  EXPECT_EQ(verdict.errors, "");
  EXPECT_EQ(verdict.streams, "vp8");
  EXPECT_NEAR(verdict.seconds, 5, 0.06);
  EXPECT_TRUE(verdict.black.empty()) << text_of(verdict.black);
}

TEST(Finish, WithFreezeTheLastPictureIsHeld) {
  Sample sample(Fill::kFreeze);
  sample.track(0, "p1-video-1", "p1", Kind::kVideo, Codec::kVp8);
  sample.file("p1-video-1", Codec::kVp8, 1, {.start = 0, .seconds = 6, .gaps = {{2.5, 4}}});
  const auto manifest = finished(sample, 7);
  ASSERT_TRUE(manifest) << manifest.error().message;
  const Verdict verdict = judge(sample.folder() / manifest->outputs[0].file);
  EXPECT_EQ(verdict.errors, "");
  EXPECT_NEAR(verdict.seconds, 7, 0.05);
  EXPECT_TRUE(verdict.black.empty()) << text_of(verdict.black);
}

TEST(Finish, AnImageStandsInTheGapsAndPicturesResumeOnAKeyFrame) {
  for (const Codec codec : {Codec::kVp8, Codec::kVp9, Codec::kAv1}) {
    Sample sample(Fill::kImage);
    sample.track(0, "p1-video-1", "p1", Kind::kVideo, codec);
    sample.file("p1-video-1", codec, 1, {.start = 0, .seconds = 6, .gaps = {{2.5, 4}}});
    const auto drawn = run_tool({"ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=white:s=90x160", "-frames:v", "1", "-f", "image2",
                                 "-c:v", "mjpeg", (sample.folder() / kFillImage).string()});
    ASSERT_EQ(drawn.code, 0) << drawn.output;
    const auto manifest = finished(sample, 7);
    ASSERT_TRUE(manifest) << manifest.error().message;
    const Verdict verdict = judge(sample.folder() / manifest->outputs[0].file);
    EXPECT_EQ(verdict.errors, "");
    EXPECT_NEAR(verdict.seconds, 7, 0.1);
    EXPECT_TRUE(verdict.black.empty()) << to_string(codec) << ": " << text_of(verdict.black);
  }
}

TEST(Finish, AnImageThatCannotBeReadIsBlack) {
  Sample sample(Fill::kImage);
  sample.track(0, "p1-video-1", "p1", Kind::kVideo, Codec::kVp8);
  sample.file("p1-video-1", Codec::kVp8, 1, {.start = 0, .seconds = 2});
  std::ofstream(sample.folder() / kFillImage) << "no picture at all";
  const auto manifest = finished(sample, 4);
  ASSERT_TRUE(manifest) << manifest.error().message;
  const Spans black = judge(sample.folder() / manifest->outputs[0].file).black;
  EXPECT_TRUE(has_span(black, 2, 3, 0.2)) << text_of(black);
}

TEST(Finish, ARecordingThatStillGrowsIsRefused) {
  Sample sample;
  sample.write();
  EXPECT_EQ(finish(sample.folder()).error().code, Errc::kConflict);
}

TEST(Finish, FramesThatWereRetimedArePlayedWhereTheyBelong) {
  Sample sample;
  sample.track(0, "p1-audio-1", "p1", Kind::kAudio, Codec::kOpus);
  sample.track(0, "p1-video-1", "p1", Kind::kVideo, Codec::kVp8);
  sample.file("p1-audio-1", Codec::kOpus, 1, {.start = 0.1, .seconds = 9});
  sample.file("p1-video-1", Codec::kVp8, 1, {.start = 0.1, .seconds = 9});
  sample.note(7, TrackRetimed{"p1-video-1", {{0s, 150ms}, {5s, 150ms}, {6s, 0s}}});
  sample.note(10, RecordingStopped{"api"});
  sample.write();
  ASSERT_TRUE(finish(sample.folder()));
  const auto late = judge(sample.folder() / "participants/p1.001.webm").beep_after_flash();
  ASSERT_EQ(late.size(), 4U);
  EXPECT_NEAR(late[0], -0.150, 0.040);
  EXPECT_NEAR(late[1], -0.150, 0.040);
  EXPECT_NEAR(late[2], 0, 0.040);
  EXPECT_NEAR(late[3], 0, 0.040);
}

class Turned : public ::testing::TestWithParam<Codec> {};
INSTANTIATE_TEST_SUITE_P(Finish, Turned, ::testing::Values(Codec::kVp8, Codec::kH264),
                         [](const auto& it) { return std::string(to_string(it.param)); });

TEST_P(Turned, APhoneHasAFileForEachWayUp) {
  Sample sample;
  sample.track(0, "p1-audio-1", "p1", Kind::kAudio, Codec::kOpus);
  sample.track(0, "p1-video-1", "p1", Kind::kVideo, GetParam());
  sample.file("p1-audio-1", Codec::kOpus, 1, {.start = 0, .seconds = 6});
  for (const unsigned number : {1U, 2U}) {
    const std::string file = track_file("p1-video-1", number);
    const double start = number == 1 ? 0 : 3;
    sample.note(start, FileBegan{"p1-video-1", file, 1, 160, 90, number == 1 ? "first" : "rotation", number == 1 ? 90U : 0U});
    sample.media(file, GetParam(), {.start = start, .seconds = 3});
    sample.note(start + 3, FileEnded{file, 3s, 90, std::filesystem::file_size(sample.folder() / file)});
  }
  const auto manifest = finished(sample, 6);
  ASSERT_TRUE(manifest) << manifest.error().message;
  ASSERT_EQ(manifest->outputs.size(), 2U);
  EXPECT_EQ(manifest->outputs[0].rotation, 90U);
  EXPECT_EQ(manifest->outputs[1].rotation, 0U);
  for (const Output& output : manifest->outputs) {
    const std::string file = (sample.folder() / output.file).string();
    EXPECT_EQ(judge(file).errors, "");
    EXPECT_EQ(judge(file).streams, GetParam() == Codec::kVp8 ? "vp8,opus" : "h264,opus");
    if (GetParam() == Codec::kVp8) {
      const std::string bytes = *read_text(file, 64 << 20);
      const std::string roll("\x76\x75\x88\xC0\x56\x80\0\0\0\0\0", 11);  // -90, counter-clockwise
      EXPECT_EQ(bytes.find(roll) != std::string::npos, output.rotation == 90);
      const std::string sought = run_tool({"ffprobe", "-v", "error", "-select_streams", "v", "-read_intervals", "2%+#1", "-show_entries",
                                           "packet=pts_time", "-of", "csv=p=0", file})
                                     .output;
      EXPECT_GT(std::atof(sought.c_str()), 0.5) << "what is behind is found where the index says: " << sought;
    } else {
      const std::string rotation =
          run_tool({"ffprobe", "-v", "error", "-show_entries", "stream_side_data=rotation", "-of", "csv=p=0", file}).output;
      EXPECT_EQ(rotation.find("-90") != std::string::npos, output.rotation == 90) << "ffprobe counts counter-clockwise: " << rotation;
    }
  }
}

TEST(Finish, AFileOfGarbageCostsOnlyItself) {
  Sample sample;
  sample.track(0, "p1-audio-1", "p1", Kind::kAudio, Codec::kOpus);
  sample.track(0, "p1-video-1", "p1", Kind::kVideo, Codec::kH264);
  sample.file("p1-audio-1", Codec::kOpus, 1, {.start = 0, .seconds = 3});
  sample.note(0, FileBegan{"p1-video-1", "tracks/p1-video-1.001.mkv", 1, 160, 90, "first"});
  sample.note(3, FileEnded{"tracks/p1-video-1.001.mkv", 3s, 90, 5});
  std::ofstream(sample.folder() / "tracks/p1-video-1.001.mkv") << "hello";
  const auto manifest = finished(sample, 3);
  ASSERT_TRUE(manifest) << manifest.error().message;
  ASSERT_EQ(manifest->outputs.size(), 1U);
  const Verdict verdict = judge(sample.folder() / manifest->outputs[0].file);
  EXPECT_EQ(verdict.errors, "");
  EXPECT_EQ(verdict.streams, "opus");
}

}  // namespace
}  // namespace dd::archive
