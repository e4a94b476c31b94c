// SPDX-License-Identifier: MIT
// Whole recordings on a stage of simulated time and network, with real files that ffprobe and ffmpeg judge.
#include "recorder/session.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <gtest/gtest.h>

#include "recorder/testing/stage.hpp"
#include "recording/manifest.hpp"
#include "recording/paths.hpp"

namespace dd::recorder {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using recording::Codec;

template <typename Message>
std::vector<Message> said(const Stage& stage) {
  std::vector<Message> found;
  for (const auto& message : stage.said) {
    if (const auto* it = std::get_if<Message>(&message)) found.push_back(*it);
  }
  return found;
}

// The largest distance between where frames were recorded and when they were captured, in milliseconds, from `after` on.
double worst_ms(const Stage& stage, const Sender& sender, double after, double look_ahead_ms = 0,
                const recording::Retiming& retiming = {}) {
  auto times = stage.recorded(sender.track.track);
  for (double& time : times) {
    time = static_cast<double>(retiming.corrected(recording::Time{std::llround(time * 1e6)}).count()) / 1e6;
  }
  EXPECT_EQ(times.size(), sender.captured_us.size());
  double worst = 0;
  for (std::size_t i = 0; i < std::min(times.size(), sender.captured_us.size()); ++i) {
    if (times[i] < after) continue;
    worst = std::max(worst, std::abs(times[i] * 1000 + look_ahead_ms - static_cast<double>(sender.captured_us[i]) / 1000));
  }
  return worst;
}

class EveryCodec : public ::testing::TestWithParam<Codec> {};
INSTANTIATE_TEST_SUITE_P(Session, EveryCodec, ::testing::Values(Codec::kVp8, Codec::kVp9, Codec::kH264, Codec::kAv1),
                         [](const auto& it) { return std::string(to_string(it.param)); });

TEST_P(EveryCodec, IsRecordedWholeThroughLossAndRepair) {
  Stage stage(std::string(to_string(GetParam())));
  Sender& picture = stage.add(GetParam(), "alice");
  picture.loss = 0.05;
  stage.run(19s);
  picture.loss = 0;  // what is lost at the very end shows in no later packet
  stage.run(1s);
  stage.settle(400ms);
  stage.finish();
  const auto files = stage.events<recording::FileBegan>();
  ASSERT_EQ(files.size(), 1U);
  const auto& file = std::get<recording::FileBegan>(files[0].what);
  EXPECT_EQ(file.width, 320U);
  EXPECT_EQ(file.height, 180U);
  EXPECT_EQ(decoded_frames(stage.folder() / file.file), static_cast<int>(picture.captured_us.size()))
      << "every frame decodes, without complaint";
  EXPECT_LT(worst_ms(stage, picture, 5), 5);
  EXPECT_GT(said<recording::Progress>(stage).back().repaired_packets, 20U);
  EXPECT_EQ(said<recording::Progress>(stage).back().lost_packets, 0U);
  EXPECT_TRUE(stage.events<recording::GapNoted>().empty());
  const auto ended = stage.events<recording::FileEnded>();
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(std::get<recording::FileEnded>(ended[0].what).bytes, std::filesystem::file_size(stage.folder() / file.file));
  EXPECT_EQ(stage.events<recording::RecordingStopped>().size(), 1U);
}

TEST(Session, APreviewIsInSyncFromItsFirstFrameAndNoTrack) {
  Stage stage("preview");
  Sender& picture = stage.add(Codec::kVp8, "alice");
  picture.delay_us = 120'000;
  stage.run(3s);
  Sender& small = stage.add_preview(picture, Codec::kVp8);
  small.delay_us = 120'000;
  small.known_after_us = 2'000'000;  // by arrival at first, which is late by the delay
  stage.run(10 * 60s);
  stage.settle(400ms);
  stage.session().handle(recording::RemoveTrack{picture.track.track, "not_wanted", true});
  stage.run(1s);
  stage.sync();

  const auto files = stage.events<recording::PreviewBegan>();
  ASSERT_GE(files.size(), 2U) << "it is cut every five minutes";
  EXPECT_LE(files.size(), 4U);
  EXPECT_EQ(stage.events<recording::PreviewEnded>().size(), files.size());
  EXPECT_LT(files[0].t, 16s) << "eight reports are enough";
  EXPECT_GE(small.plis, files.size()) << "each begins with a key frame, which has to be asked for";
  std::vector<double> truth;
  for (const std::int64_t us : small.captured_us) truth.push_back(static_cast<double>(us) / 1e6);
  std::size_t frames = 0;
  for (const auto& event : files) {
    const auto& began = std::get<recording::PreviewBegan>(event.what);
    EXPECT_EQ(began.track, picture.track.track);
    EXPECT_EQ(began.width, 160U);
    const auto packets = probe_packets(stage.folder() / began.file);
    ASSERT_FALSE(packets.empty());
    EXPECT_TRUE(packets.front().key);
    for (const Probed& packet : packets) {
      const double at = static_cast<double>(event.t.count()) / 1e6 + packet.seconds;
      const auto nearest = std::lower_bound(truth.begin(), truth.end(), at - 0.0166);
      ASSERT_NE(nearest, truth.end());
      EXPECT_NEAR(at, *nearest, 0.010) << "of " << began.file;
      ++frames;
    }
  }
  EXPECT_GT(frames, truth.size() - 16 * 30);
  EXPECT_TRUE(stage.events<recording::TrackEnded>().empty()) << "its track goes on";
  EXPECT_EQ(stage.events<recording::TrackBegan>().size(), 1U);
  EXPECT_EQ(stage.events<recording::FileBegan>().size(), 1U);
  const auto manifest = recording::derive_manifest(stage.timeline().events, {});
  ASSERT_TRUE(manifest);
  ASSERT_EQ(manifest->tracks.size(), 1U);
  EXPECT_EQ(manifest->tracks[0].files.size(), 1U);
  stage.finish();
}

TEST(Session, APauseIsOneOfThePreviewToo) {
  Stage stage("preview_pause");
  Sender& picture = stage.add(Codec::kVp8, "alice");
  stage.add_preview(picture, Codec::kVp8);
  stage.run(14s);
  stage.session().handle(recording::PauseTrack{picture.track.track, true});
  const double paused = static_cast<double>(stage.now_us()) / 1e6;
  stage.run(5s);
  stage.finish();
  const auto files = stage.events<recording::PreviewBegan>();
  ASSERT_EQ(files.size(), 1U);
  const auto packets = probe_packets(stage.folder() / std::get<recording::PreviewBegan>(files[0].what).file);
  ASSERT_FALSE(packets.empty());
  EXPECT_LE(static_cast<double>(files[0].t.count()) / 1e6 + packets.back().seconds, paused) << "what is not to be recorded is nowhere";
}

TEST(Session, APhoneThatIsTurnedSaysHowItsPicturesAreUpright) {
  Stage stage("rotation");
  Sender& picture = stage.add(Codec::kVp8, "alice");
  picture.loss = 0.05;  // a repeated packet has the extension, too
  picture.stream.orientation = 1;
  stage.run(5s);
  picture.stream.orientation = 0;
  stage.run(5s);
  picture.loss = 0;
  stage.run(1s);
  stage.settle(400ms);
  stage.finish();
  const auto files = stage.events<recording::FileBegan>();
  ASSERT_EQ(files.size(), 2U) << "a container has one rotation";
  const auto& before = std::get<recording::FileBegan>(files[0].what);
  const auto& after = std::get<recording::FileBegan>(files[1].what);
  EXPECT_EQ(before.rotation, 90U) << "clockwise";
  EXPECT_EQ(after.rotation, 0U);
  EXPECT_EQ(after.reason, "rotation");
  EXPECT_GE(picture.plis, 1U) << "the next file has to begin with a key frame";
  const auto turned = stage.events<recording::PictureTurned>();
  ASSERT_EQ(turned.size(), 2U);
  EXPECT_EQ(std::get<recording::PictureTurned>(turned[0].what).degrees, 90U);
  EXPECT_EQ(turned[0].t, files[0].t);
  EXPECT_EQ(std::get<recording::PictureTurned>(turned[1].what).degrees, 0U);
  EXPECT_NEAR(static_cast<double>(turned[1].t.count()) / 1e6, 5.0, 0.1) << "at once, and not with the file";
  EXPECT_EQ(stage.recorded(picture.track.track).size(), picture.captured_us.size()) << "and nothing is lost by it";
}

TEST(Session, SoundAndPictureOfSkewedClocksStayTogetherForMinutes) {
  Stage stage("sync");
  Sender& sound = stage.add(Codec::kOpus, "alice");
  Sender& picture = stage.add(Codec::kVp8, "alice");
  sound.skew = 100e-6;
  picture.skew = -100e-6;
  picture.delay_us = 80000;
  picture.loss = 0.02;
  stage.run(119s);
  picture.loss = 0;  // what is lost at the very end shows in no later packet
  stage.run(1s);
  stage.settle(400ms);
  stage.finish();
  EXPECT_LT(worst_ms(stage, picture, 5), 5);
  EXPECT_LT(worst_ms(stage, sound, 5, 6.5), 5) << "with the encoder's look-ahead taken off";
  EXPECT_LT(worst_ms(stage, picture, 0), 85) << "before the first report only the network's delay is off";
  EXPECT_FALSE(stage.events<recording::SyncNoted>().empty());
}

TEST(Session, SoundIsOffByHalfAPacketAtMostWhateverItsReportsTell) {
  for (const std::int64_t late_us : {0, 20000}) {
    Stage stage("stamped" + std::to_string(late_us));
    Sender& sound = stage.add(Codec::kOpus, "alice");
    sound.late_us = late_us;
    stage.run(10s);
    stage.settle(400ms);
    stage.finish();
    EXPECT_LT(worst_ms(stage, sound, 2, 6.5), 11) << late_us;
  }
}

recording::Retiming retiming_of(const Stage& stage, const Sender& sender) {
  recording::Retiming retiming;
  for (const auto& event : stage.events<recording::TrackRetimed>()) {
    const auto& retimed = std::get<recording::TrackRetimed>(event.what);
    if (retimed.track == sender.track.track) retiming.add(retimed.points);
  }
  return retiming;
}

TEST(Session, WhatWasWrittenBeforeTheFirstReportsIsPutWhereItBelongsForThosePlayingIt) {
  for (const auto length : {6s, 30s}) {
    Stage stage("retimed" + std::to_string(length.count()));
    Sender& sound = stage.add(Codec::kOpus, "alice");
    Sender& picture = stage.add(Codec::kVp8, "alice");
    sound.delay_us = 60'000;
    picture.delay_us = 120'000;
    sound.known_after_us = picture.known_after_us = 2'500'000;
    stage.run(length);
    stage.settle(400ms);
    stage.finish();
    EXPECT_GT(worst_ms(stage, picture, 0), 60);
    EXPECT_LT(worst_ms(stage, picture, 0, 0, retiming_of(stage, picture)), 8);
    EXPECT_LT(worst_ms(stage, sound, 0, 6.5, retiming_of(stage, sound)), 8);
    EXPECT_EQ(stage.events<recording::TrackRetimed>().size(), 2U);
  }
}

TEST(Session, AStallIsAGapAndThePictureComesBackOnAKeyFrame) {
  Stage stage("stall");
  Sender& sound = stage.add(Codec::kOpus, "alice");
  Sender& picture = stage.add(Codec::kVp8, "alice");
  stage.run(10s);
  sound.silent = picture.silent = true;
  stage.run(10s);
  sound.silent = picture.silent = false;
  stage.run(10s);
  stage.settle();
  stage.finish();
  const auto gaps = stage.events<recording::GapNoted>();
  ASSERT_EQ(gaps.size(), 2U);
  for (const auto& event : gaps) {
    const auto& gap = std::get<recording::GapNoted>(event.what);
    EXPECT_NEAR(static_cast<double>((gap.to - gap.from).count()) / 1e6, 10, 0.1);
    EXPECT_EQ(gap.reason, recording::GapReason::kStall);
  }
  EXPECT_LT(worst_ms(stage, picture, 5), 5) << "times jump with the stall";
  EXPECT_LT(worst_ms(stage, sound, 5, 6.5), 5);
}

TEST(Session, LossThatNobodyRepairsEndsOnAKeyFrameThatWasAskedFor) {
  Stage stage("loss");
  Sender& picture = stage.add(Codec::kVp8, "alice");
  picture.answers_nack = false;
  picture.drops = [](std::size_t frame) { return frame == 100; };  // key frames are 0, 60, 120, ...
  stage.run(10s);
  stage.settle();
  stage.finish();
  EXPECT_GE(picture.plis, 1U);
  const auto gaps = stage.events<recording::GapNoted>();
  ASSERT_EQ(gaps.size(), 1U);
  const auto& gap = std::get<recording::GapNoted>(gaps[0].what);
  EXPECT_EQ(gap.reason, recording::GapReason::kLoss);
  EXPECT_NEAR(static_cast<double>((gap.to - gap.from).count()) / 1e6, 20.0 / 30, 0.05);
  const auto times = stage.recorded(picture.track.track);
  EXPECT_EQ(times.size(), picture.captured_us.size() - 20);
  const auto file = stage.folder() / recording::track_file(picture.track.track, 1);
  EXPECT_EQ(decoded_frames(file), static_cast<int>(times.size())) << "no picture is shown without its references";
}

TEST(Session, APauseIsNotedAndNothingOfItIsKept) {
  Stage stage("pause");
  Sender& sound = stage.add(Codec::kOpus, "alice");
  Sender& muted = stage.add(Codec::kOpus, "bob", true);
  stage.run(5s);
  stage.session().handle(recording::PauseTrack{sound.track.track, true});
  stage.run(5s);
  stage.session().handle(recording::PauseTrack{sound.track.track, false});
  stage.run(5s);
  stage.settle();
  stage.finish();
  const auto gaps = stage.events<recording::GapNoted>();
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(std::get<recording::GapNoted>(gaps[0].what).reason, recording::GapReason::kPaused);
  EXPECT_EQ(stage.events<recording::TrackPaused>().size(), 2U);
  EXPECT_EQ(stage.events<recording::TrackResumed>().size(), 1U);
  EXPECT_TRUE(stage.recorded(muted.track.track).empty());
  EXPECT_EQ(stage.events<recording::RecordingStopped>()[0].t, recording::Time(15150ms));
}

TEST(Session, AnotherSizeOfH264OpensAFileAndOfVp8DoesNot) {
  for (const Codec codec : {Codec::kH264, Codec::kVp8}) {
    Stage stage(codec == Codec::kH264 ? "size-h264" : "size-vp8");
    Sender& picture = stage.add(codec, "alice");
    stage.run(4s);
    picture.frames = &coded_pictures(codec, 160, 90);
    picture.next_frame = 0;
    stage.run(4s);
    stage.settle();
    stage.finish();
    const auto files = stage.events<recording::FileBegan>();
    int decoded = 0;
    for (const auto& event : files) decoded += decoded_frames(stage.folder() / std::get<recording::FileBegan>(event.what).file);
    EXPECT_EQ(decoded, static_cast<int>(picture.captured_us.size()));
    if (codec == Codec::kH264) {
      ASSERT_EQ(files.size(), 2U);
      EXPECT_EQ(std::get<recording::FileBegan>(files[1].what).reason, "size");
      EXPECT_EQ(std::get<recording::FileBegan>(files[1].what).width, 160U);
    } else {
      EXPECT_EQ(files.size(), 1U);
      ASSERT_EQ(stage.events<recording::SizeChanged>().size(), 1U);
      EXPECT_EQ(std::get<recording::SizeChanged>(stage.events<recording::SizeChanged>()[0].what).height, 90U);
    }
  }
}

TEST(Session, ATrackThatIsAddedAgainGoesOnInAFurtherFile) {
  Stage stage("again");
  Sender& picture = stage.add(Codec::kVp8, "alice");
  stage.run(4s);
  picture.track.ssrc = picture.stream.ssrc = 77;
  picture.track.rtx_ssrc = 78;
  picture.stream.next_sequence = 5;
  picture.first_rtp = 12345;
  stage.add_track(picture);
  stage.run(4s);
  stage.settle();
  stage.finish();
  const auto files = stage.events<recording::FileBegan>();
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(std::get<recording::FileBegan>(files[1].what).reason, "source");
  EXPECT_EQ(std::get<recording::FileBegan>(files[1].what).file, recording::track_file(picture.track.track, 2));
}

TEST(Session, WhenTheServerDiesFilesAreFinishedAndAnotherProcessGoesOnAsTheNextPart) {
  Stage stage("parts");
  Sender& picture = stage.add(Codec::kVp8, "alice");
  stage.run(5s);
  stage.abandon();
  EXPECT_TRUE(stage.events<recording::RecordingStopped>().empty());
  {  // A line that was cut off by the crash.
    std::ofstream torn(stage.folder() / recording::kTimelineFile, std::ios::app);
    torn << R"({"t":1,"type":"spea)";
  }
  stage.reopen();
  EXPECT_EQ(said<recording::Opened>(stage).back().part, 2U);
  stage.add_track(picture);
  stage.run(5s);
  stage.settle();
  stage.finish();
  EXPECT_EQ(stage.timeline().damaged, 0U);
  const auto files = stage.events<recording::FileBegan>();
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(std::get<recording::FileBegan>(files[1].what).reason, "restart");
  EXPECT_EQ(std::get<recording::FileBegan>(files[1].what).part, 2U);
  const auto parts = stage.events<recording::PartBegan>();
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_GE(parts[1].t, stage.events<recording::FileEnded>()[0].t) << "time goes on by the machine's clock since its start";
}

TEST(Session, DatagramsOfStrangersChangeNothing) {
  Stage stage("strangers");
  Sender& picture = stage.add(Codec::kVp8, "alice");
  Stream forged = picture.stream;
  for (const Datagram& packet : packetize(forged, (*picture.frames)[0].bytes, true, 5))
    stage.session().on_datagram(packet, 4444, stage.loop().now());
  stage.session().on_datagram(Datagram{0x80}, picture.track.source_port, stage.loop().now());
  EXPECT_GT(stage.session().strangers(), 1U);
  stage.run(1s);
  stage.settle();
  stage.finish();
  EXPECT_EQ(stage.recorded(picture.track.track).size(), picture.captured_us.size());
}

TEST(Session, WhatIsNoTrackIsRefusedByName) {
  Stage stage("refusals");
  recording::AddTrack track;
  track.track = "a-audio-1";
  track.kind = "audio";
  track.codec = "vp8";
  track.clock_rate = 90000;
  stage.session().handle(track);
  track.track = "../up";
  stage.session().handle(track);
  EXPECT_EQ(said<recording::Failed>(stage).size(), 2U);
  EXPECT_NE(said<recording::Failed>(stage)[0].message.find("a-audio-1"), std::string::npos);
}

TEST(Session, AFolderThatVanishesIsTroubleAndTheRecordingGoesOnInANewOne) {
  Stage stage("vanishing");
  Sender& picture = stage.add(Codec::kVp8, "alice");
  stage.run(5s);
  stage.sync();
  std::filesystem::rename(stage.folder(), scratch_folder() / "vanished");
  const auto happened = [&](auto kind) { return !said<decltype(kind)>(stage).empty(); };
  for (int i = 0; i < 20 && !happened(recording::Trouble{}); ++i)
    stage.run(1s), stage.loop().run_until([&] { return happened(recording::Trouble{}); });
  ASSERT_TRUE(happened(recording::Trouble{}));
  EXPECT_EQ(said<recording::Trouble>(stage)[0].reason, "folder_gone");
  stage.run(2s);
  stage.loop().run_until([&] { return happened(recording::TroubleOver{}); });
  ASSERT_TRUE(happened(recording::TroubleOver{}));
  stage.run(5s);
  stage.settle();
  stage.finish();
  EXPECT_EQ(stage.events<recording::RecordingBegan>().size(), 1U) << "the new timeline begins as any";
  EXPECT_EQ(stage.events<recording::TroubleEnded>().size(), 1U);
  const auto kept = scratch_folder() / "vanished" / recording::track_file(picture.track.track, 1);
  EXPECT_GT(decoded_frames(kept), 120) << "what was written stays";
  EXPECT_GT(stage.recorded(picture.track.track).size(), 60U);
}

TEST(Session, LessFreeSpaceThanConfiguredIsADiskThatIsFull) {
  Stage stage("full", UINT64_MAX / 4);
  stage.add(Codec::kVp8, "alice");
  for (int i = 0; i < 20 && said<recording::Trouble>(stage).empty(); ++i) {
    stage.run(1s);
    stage.loop().run_until([&] { return !said<recording::Trouble>(stage).empty(); });
  }
  ASSERT_FALSE(said<recording::Trouble>(stage).empty());
  EXPECT_EQ(said<recording::Trouble>(stage)[0].reason, "disk_full");
  stage.settle();
  stage.finish();
}

}  // namespace
}  // namespace dd::recorder
