// SPDX-License-Identifier: MIT
// Participant files judged by ffprobe and ffmpeg.
#include "archive/finish.hpp"

#include <gtest/gtest.h>

#include "archive/testing/judge.hpp"
#include "archive/testing/sample.hpp"

namespace dd::archive {
namespace {

using namespace std::chrono_literals;
using namespace recording;
using namespace testing;

// What the issue of recording promises, and what a frame and the ear allow.
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

}  // namespace
}  // namespace dd::archive
