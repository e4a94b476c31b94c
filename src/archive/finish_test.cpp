// SPDX-License-Identifier: MIT
// Participant files judged by ffprobe and ffmpeg.
#include "archive/finish.hpp"

#include <gtest/gtest.h>

#include <fstream>

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
