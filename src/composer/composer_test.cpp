// SPDX-License-Identifier: MIT
#include "composer/composer.hpp"

#include <cmath>
#include <csignal>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "composer/testing/sample_recording.hpp"

namespace dd::composer {
namespace {

using namespace std::chrono_literals;
using namespace recording;
using testing::Footage;
using testing::SampleRecording;
using testing::Screening;
using testing::TemporaryFolder;

constexpr Size kSmall{320, 180};
constexpr Rect kWhole{0, 0, 320, 180};
constexpr int kFps = 30;
const std::atomic<bool> kGoOn{false};

ComposeRequest request_for(const SampleRecording& recording, const std::filesystem::path& output) {
  ComposeRequest request;
  request.folder = recording.folder();
  request.output = output;
  request.size = kSmall;
  request.fps = kFps;
  return request;
}

Result<Composed> composed(const ComposeRequest& request) {
  return compose(
      request, [](Time, Time) {}, kGoOn);
}

class Composing : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(start_gstreamer().has_value()); }
  std::filesystem::path output(const std::string& name) const { return folder_.path() / name; }
  TemporaryFolder folder_;
};

// Each whole second of the timeline at which both the picture was white and the tone sounded.
void expect_in_sync(const std::vector<double>& flashes, const std::vector<double>& beeps, std::size_t least) {
  std::size_t pairs = 0;
  for (const double flash : flashes) {
    EXPECT_NEAR(flash, std::round(flash), 0.040) << "against the timeline";
    for (const double beep : beeps) {
      if (std::abs(beep - flash) > 0.5) continue;
      EXPECT_NEAR(beep, flash, 0.040);
      EXPECT_NEAR(beep, std::round(beep), 0.040) << "against the timeline, and so against everybody else";
      ++pairs;
    }
  }
  EXPECT_GE(pairs, least);
}

// Red all over, so that one sees by its shape which way up it is.
TEST_F(Composing, APictureIsTurnedWhereItsPhoneWas) {
  SampleRecording r;
  r.film("a", Kind::kVideo, Codec::kVp8, {0s, 4s, "red", "320x180", 0, {}});
  r.add(2s, PictureTurned{"a-video", 90});
  r.end(4s);
  const TemporaryFolder folder;
  auto request = request_for(r, folder.path() / "turned.mp4");
  const auto result = composed(request);
  ASSERT_TRUE(result.has_value()) << result.error().message;
  const Screening screening(request.output, kSmall, kFps);
  const Rect left{0, kSmall.height / 2 - 20, 40, 40};
  const Rect middle{kSmall.width / 2 - 20, kSmall.height / 2 - 20, 40, 40};
  EXPECT_GT(screening.colour(left, 1.5)[0], 200) << "wide";
  EXPECT_LT(screening.colour(left, 3.5)[0], 100) << "upright";
  EXPECT_GT(screening.colour(middle, 1.5)[0], 200);
  EXPECT_GT(screening.colour(middle, 3.5)[0], 200);
}

// One meeting in which everything happens: somebody comes late, leaves and comes back with another size, somebody's camera
// stalls, somebody's file is damaged, somebody's camera is off from the start.
class Meeting : public Composing {
 protected:
  static void SetUpTestSuite() {
    Composing::SetUpTestSuite();
    recording_ = std::make_unique<SampleRecording>();
    SampleRecording& r = *recording_;
    r.add(0s, ParticipantNamed{"asha", "Asha Rao"});
    r.film("asha", Kind::kAudio, Codec::kOpus, {200ms, 8s, "", "", 1000, {}});
    r.film("asha", Kind::kVideo, Codec::kVp8, {200ms, 8s, "red", "320x180", 0, {}});
    // Comes late, leaves at 4.4 s, is back at 5.5 s in another size and format.
    r.film("bo", Kind::kAudio, Codec::kOpus, {1300ms, 4400ms, "", "", 1500, {}});
    r.film("bo", Kind::kVideo, Codec::kH264, {1300ms, 4400ms, "green", "320x180", 0, {}});
    r.film("bo", Kind::kAudio, Codec::kOpus, {5500ms, 8s, "", "", 1500, {}});
    r.film("bo", Kind::kVideo, Codec::kH264, {5500ms, 8s, "green", "240x180", 0, {}});
    // The camera stalls from 3.3 to 5.3 s, the microphone goes on.
    r.film("cy", Kind::kAudio, Codec::kOpus, {0s, 8s, "", "", 2000, {}});
    r.film("cy", Kind::kVideo, Codec::kVp9, {0s, 8s, "blue", "320x180", 0, std::pair{Time{3300ms}, Time{5300ms}}});
    r.film("dee", Kind::kAudio, Codec::kOpus, {500ms, 8s, "", "", 2500, {}});
    r.film("dee", Kind::kVideo, Codec::kVp8, {0s, 8s, "yellow", "320x180", 0, {}});
    std::filesystem::resize_file(r.file("dee-video", 1), 6000);
    std::ofstream(r.file("dee-video", 1), std::ios::binary | std::ios::in | std::ios::ate) << std::string(20'000, '\x5a');
    r.end(8s);
    programme_ = std::make_unique<TemporaryFolder>();
    auto request = request_for(r, programme_->path() / "all.mp4");
    auto result = composed(request);
    ASSERT_TRUE(result.has_value()) << result.error().message;
    result_ = *result;
    screening_ = std::make_unique<Screening>(request.output, kSmall, kFps);
  }
  static void TearDownTestSuite() {
    screening_.reset();
    programme_.reset();
    recording_.reset();
  }
  // Seats are taken in the order of coming; before Bo comes, the grid has three.
  static Rect tile(std::size_t seat) { return arrange(Layout::kGrid, kSmall, 4)[seat]; }

  static inline std::unique_ptr<SampleRecording> recording_;
  static inline std::unique_ptr<TemporaryFolder> programme_;
  static inline std::unique_ptr<Screening> screening_;
  static inline Composed result_;
};
constexpr std::size_t kAsha = 0;
constexpr std::size_t kCy = 1;
constexpr std::size_t kDee = 2;
constexpr std::size_t kBo = 3;

void expect_colour(const std::array<int, 3>& is, const std::array<int, 3>& wanted) {
  for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(is[c], wanted[c], 25) << fmt::format("{},{},{}", is[0], is[1], is[2]);
}

TEST_F(Meeting, LastsAsLongAsTheRecordingInPictureAndSound) {
  EXPECT_EQ(result_.duration, 8s);
  EXPECT_NEAR(screening_->video_seconds(), 8, 0.034);
  EXPECT_NEAR(screening_->audio_seconds(), 8, 0.034);
}

TEST_F(Meeting, ShowsTogetherWhatWasCapturedTogether) {
  expect_in_sync(screening_->flashes(tile(kAsha)), screening_->beeps(1000), 6);
  expect_in_sync(screening_->flashes(tile(kBo)), screening_->beeps(1500), 5);
  expect_in_sync(screening_->flashes(tile(kCy)), screening_->beeps(2000), 4);
}

TEST_F(Meeting, EverybodyIsInTheirTile) {
  expect_colour(screening_->colour(tile(kAsha), 2.5), {254, 0, 0});
  expect_colour(screening_->colour(tile(kBo), 2.5), {0, 128, 0});
  expect_colour(screening_->colour(tile(kCy), 2.5), {0, 0, 254});
}

TEST_F(Meeting, AStalledCameraIsBlackAfterHalfASecondAndComesBack) {
  expect_colour(screening_->colour(tile(kCy), 3.7), {0, 0, 254});
  expect_colour(screening_->colour(tile(kCy), 3.9), {0, 0, 0});
  expect_colour(screening_->colour(tile(kCy), 5.25), {0, 0, 0});
  expect_colour(screening_->colour(tile(kCy), 5.5), {0, 0, 254});
}

TEST_F(Meeting, WhoLeavesIsSilentAndWhoComesBackIsHeardAndSeen) {
  std::vector<long> heard;
  for (const double beep : screening_->beeps(1500)) heard.push_back(std::lround(beep));
  EXPECT_EQ(heard, (std::vector<long>{2, 3, 4, 6, 7}));
  expect_colour(screening_->colour(tile(kBo), 6.5), {0, 128, 0});
}

TEST_F(Meeting, ABrokenFileCostsItsOwnTileOnly) {
  ASSERT_FALSE(result_.troubles.empty());
  for (const std::string& trouble : result_.troubles) EXPECT_EQ(trouble.rfind("tracks/dee-video", 0), 0U) << trouble;
  expect_colour(screening_->colour(tile(kDee), 6.5), {0, 0, 0});
  EXPECT_GE(screening_->beeps(2500).size(), 7U);
}

TEST_F(Meeting, EverySmallPieceIsWhereItWasInTheWhole) {
  auto request = request_for(*recording_, output("piece.webm"));
  request.format = Format::kWebm;
  request.from = 5700ms;
  request.to = 7700ms;
  request.fps = 25;
  const auto result = composed(request);
  ASSERT_TRUE(result.has_value()) << result.error().message;
  const Screening piece(request.output, kSmall, 25);
  EXPECT_NEAR(piece.video_seconds(), 2, 0.041);
  EXPECT_NEAR(piece.audio_seconds(), 2, 0.041);
  const auto beeps = piece.beeps(1000);
  const auto flashes = piece.flashes(tile(kAsha));
  ASSERT_EQ(beeps.size(), 2U);
  ASSERT_EQ(flashes.size(), 2U);
  EXPECT_NEAR(beeps[0], 0.3, 0.040);
  EXPECT_NEAR(flashes[0], 0.3, 0.040);
  EXPECT_NEAR(beeps[0], flashes[0], 0.040);
}

TEST_F(Composing, AMeetingWhereNobodySendsIsDarkAndSilentAndAsLong) {
  SampleRecording recording;
  recording.add(0s, TrackBegan{"a-audio", "a", Kind::kAudio, "x", Codec::kOpus});
  recording.add(0s, TrackPaused{"a-audio"});
  recording.end(3s);
  const auto result = composed(request_for(recording, output("nobody.mp4")));
  ASSERT_TRUE(result.has_value()) << result.error().message;
  const Screening screening(output("nobody.mp4"), kSmall, kFps);
  EXPECT_NEAR(screening.video_seconds(), 3, 0.034);
  EXPECT_NEAR(screening.audio_seconds(), 3, 0.034);
  EXPECT_LT(screening.loudness(0, 3), 1e-4);
}

TEST_F(Composing, AFileThatIsNoFileOfOursIsNamedWithItsReason) {
  SampleRecording recording;
  recording.film("a", Kind::kVideo, Codec::kVp8, {0s, 1s, "red", "320x180", 0, {}});
  recording.film("a", Kind::kAudio, Codec::kOpus, {0s, 1s, "", "", 1000, {}});
  recording.end(1s);
  std::ofstream(recording.file("a-video", 1), std::ios::binary) << std::string(50'000, '\x33');
  std::filesystem::remove(recording.file("a-audio", 1));
  const auto result = composed(request_for(recording, output("noise.mp4")));
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_EQ(result->troubles.size(), 2U);
}

TEST_F(Composing, AFrozenFillKeepsTheLastPicture) {
  SampleRecording recording;
  recording.film("a", Kind::kVideo, Codec::kVp8, {0s, 2s, "red", "320x180", 0, {}});
  recording.add(0s, RecordingBegan{"r", "t", "m", "2026-01-31T10:00:00.000Z", Fill::kFreeze});
  recording.end(4s);
  ASSERT_TRUE(composed(request_for(recording, output("freeze.mp4"))).has_value());
  expect_colour(Screening(output("freeze.mp4"), kSmall, kFps).colour(kWhole, 3.5), {254, 0, 0});
}

TEST_F(Composing, AnImageStandsWhereNoPictureIs) {
  SampleRecording recording;
  recording.film("a", Kind::kVideo, Codec::kVp8, {0s, 2s, "red", "320x180", 0, {}});
  recording.add(0s, RecordingBegan{"r", "t", "m", "2026-01-31T10:00:00.000Z", Fill::kImage});
  recording.end(4s);
  recording.fill_image("blue");
  const auto made = composed(request_for(recording, output("image.mp4")));
  ASSERT_TRUE(made.has_value());
  EXPECT_TRUE(made->troubles.empty());
  const Screening screening(output("image.mp4"), kSmall, kFps);
  expect_colour(screening.colour(kWhole, 1.5), {254, 0, 0});
  expect_colour(screening.colour(kWhole, 3.5), {0, 0, 254});
}

TEST_F(Composing, AnImageThatIsMissingIsBlackAndSaid) {
  SampleRecording recording;
  recording.film("a", Kind::kVideo, Codec::kVp8, {0s, 1s, "red", "320x180", 0, {}});
  recording.add(0s, RecordingBegan{"r", "t", "m", "2026-01-31T10:00:00.000Z", Fill::kImage});
  recording.end(2s);
  const auto made = composed(request_for(recording, output("none.mp4")));
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->troubles, (std::vector<std::string>{"fill-image: not a picture"}));
  expect_colour(Screening(output("none.mp4"), kSmall, kFps).colour(kWhole, 1.8), {0, 0, 0});
}

TEST_F(Composing, Av1IsShownToo) {
  SampleRecording recording;
  recording.film("a", Kind::kVideo, Codec::kAv1, {0s, 1s, "red", "320x180", 0, {}});
  recording.end(1s);
  ASSERT_TRUE(composed(request_for(recording, output("av1.mp4"))).has_value());
  expect_colour(Screening(output("av1.mp4"), kSmall, kFps).colour(kWhole, 0.5), {254, 0, 0});
}

TEST_F(Composing, ASignalLeavesNothingBehind) {
  SampleRecording recording;
  recording.end(60s);
  std::atomic<bool> stop{false};
  const auto request = request_for(recording, output("stopped.mp4"));
  const auto result = compose(
      request, [&](Time done, Time) { stop = done > 1s; }, stop);
  EXPECT_FALSE(result.has_value());
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(Composing, ADiskThatRefusesIsAnErrorThatSaysSoAndLeavesNothing) {
  SampleRecording recording;
  recording.film("a", Kind::kVideo, Codec::kVp8, {0s, 2s, "red", "320x180", 0, {}});
  recording.end(2s);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit tight{1000, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const auto result = composed(request_for(recording, output("full.mp4")));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Errc::kUnavailable) << result.error().message;
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(Composing, WithoutARecordingTheFolderIsAtFault) {
  SampleRecording recording;  // no timeline
  const auto result = composed(request_for(recording, output("none.mp4")));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().field, "folder");
}

TEST_F(Composing, ALateStartDecodesFromTheKeyFrameBefore) {
  SampleRecording recording;
  recording.film("a", Kind::kVideo, Codec::kVp8, {0s, 20s, "red", "320x180", 0, {}});
  recording.end(20s);
  auto request = request_for(recording, output("late.mp4"));
  request.from = 17500ms;
  ASSERT_TRUE(composed(request).has_value());
  const Screening screening(request.output, kSmall, kFps);
  expect_colour(screening.colour(kWhole, 0), {254, 0, 0});
  const auto flashes = screening.flashes(kWhole);
  ASSERT_EQ(flashes.size(), 2U);
  EXPECT_NEAR(flashes[0], 0.5, 0.04);
}

}  // namespace
}  // namespace dd::composer
