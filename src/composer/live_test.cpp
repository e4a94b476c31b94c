// SPDX-License-Identifier: MIT
#include "composer/live.hpp"

#include <cmath>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>

#include "composer/fragments.hpp"
#include "composer/testing/sample_recording.hpp"
#include "recording/paths.hpp"

namespace dd::composer {
namespace {

using namespace std::chrono_literals;
using namespace recording;
using testing::Footage;
using testing::SampleRecording;
using testing::Screening;
using testing::TemporaryFolder;

constexpr Size kLiveSize{320, 180};
constexpr Duration kStep = 10ms;    // about a third of a frame: a composer that looks three times a frame keeps up
constexpr Duration kWrite = 250ms;  // between the recorder's writes

std::string text_of(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return {};
  std::string bytes(std::filesystem::file_size(path), '\0');
  std::ifstream(path, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

// A recorder to a composer: each look at the clock is a step of time, in which the files grow as far as they were by then.
class Broadcast final : public Clock {
 public:
  Broadcast(const SampleRecording& recording, Time length) : recording_(recording), length_(length) {
    std::filesystem::create_directories(folder() / "tracks");
    std::filesystem::create_directories(folder() / kPreviews);
    grow();
  }
  const std::filesystem::path& folder() const { return folder_.path(); }

  MonotonicTime now() const override {
    if (now_ >= holds_at_ && !ready_() && ++held_ < kMaxHeld) return MonotonicTime{} + now_;
    now_ += kStep;
    if (now_ >= grown_ + kWrite) grow();
    return MonotonicTime{} + now_;
  }
  WallTime wall_now() const override { return WallTime{} + now_; }

  // Time stands still at `at` until `ready`: an encoder on a busy machine is given what it needs, which no real recorder could.
  void hold(Duration at, std::function<bool()> ready) {
    holds_at_ = at;
    ready_ = std::move(ready);
  }

 private:
  static constexpr int kMaxHeld = 20'000;  // looks; each is a nap of the composer's

  Time end_of(const std::string& file) const {
    for (const Event& event : recording_.events()) {
      const auto* ended = std::get_if<PreviewEnded>(&event.what);
      if (ended != nullptr && ended->file == file) return event.t;
    }
    return length_;
  }

  // A frame is written at most half a second after it was there; a timeline's line at once.
  void grow() const {
    grown_ = now_;
    const Time written = std::max(Time{0}, std::chrono::duration_cast<Time>(now_) - 500ms);
    for (const Event& event : recording_.events()) {
      const auto* file = std::get_if<FileBegan>(&event.what);
      const auto* preview = std::get_if<PreviewBegan>(&event.what);
      if ((file == nullptr && preview == nullptr) || written < event.t) continue;
      const std::string& name = file != nullptr ? file->file : preview->file;
      const std::string whole = text_of(recording_.folder() / name);
      const Time end = end_of(name);
      const double share = std::min(1.0, static_cast<double>((written - event.t).count()) / static_cast<double>((end - event.t).count()));
      // Never less than a header's worth, as a recorder's first write.
      const auto bytes = std::max<std::size_t>(600, static_cast<std::size_t>(share * static_cast<double>(whole.size())));
      std::ofstream(folder() / name, std::ios::binary) << whole.substr(0, bytes);
    }
    std::ofstream timeline(folder() / kTimelineFile, std::ios::binary | std::ios::app);
    for (; lines_ < recording_.events().size() && recording_.events()[lines_].t <= std::chrono::duration_cast<Time>(now_); ++lines_) {
      timeline << encode(recording_.events()[lines_]) << '\n';
    }
  }

  const SampleRecording& recording_;
  Time length_;
  TemporaryFolder folder_;
  mutable Duration now_{};
  mutable Duration grown_{};
  mutable std::size_t lines_ = 0;
  Duration holds_at_ = Duration::max();
  std::function<bool()> ready_;
  mutable int held_ = 0;
};

class Live : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_TRUE(start_gstreamer().has_value());
    recording_ = std::make_unique<SampleRecording>();
    recording_->film("a", Kind::kVideo, Codec::kVp8, {0s, 9s, "red", "320x180", 0, {}});
    recording_->film("a", Kind::kAudio, Codec::kOpus, {0s, 9s, "", "", 1000, {}});
    recording_->film("b", Kind::kVideo, Codec::kVp8, {1s, 9s, "blue", "320x180", 0, {}});
    recording_->add(5s, LayoutChanged{"speaker", ""});
    recording_->end(9s);
  }
  static void TearDownTestSuite() { recording_.reset(); }

  ComposeRequest request_for(const Broadcast& broadcast) const {
    ComposeRequest request;
    request.folder = broadcast.folder();
    request.output = output_.path() / "hls";
    request.size = kLiveSize;
    return request;
  }
  static void expect_whole(const std::filesystem::path& hls) {
    for (const char* name : {"live.m3u8", "live.mp4"}) {
      const Screening screening(hls / name, kLiveSize, 30);
      EXPECT_NEAR(screening.video_seconds(), 9, 0.034) << name;
      const Rect left = arrange(Layout::kGrid, kLiveSize, 2)[0];
      const auto flashes = screening.flashes(left);
      const auto beeps = screening.beeps(1000);
      std::size_t pairs = 0;
      for (const double flash : flashes) {
        if (flash > 4.5) continue;  // another layout
        EXPECT_NEAR(flash, std::round(flash), 0.040) << name;
        for (const double beep : beeps) {
          if (std::abs(beep - flash) > 0.5) continue;
          EXPECT_NEAR(beep, flash, 0.040) << name;
          ++pairs;
        }
      }
      EXPECT_GE(pairs, 3U) << name;
      EXPECT_GT(screening.colour(left, 4.5)[0], 200) << "a grid of two";
      const Rect below = arrange(Layout::kSpeaker, kLiveSize, 2)[1];
      EXPECT_GT(screening.colour(below, 6.5)[2], 200) << "the layout was changed while it ran";
    }
  }

  TemporaryFolder output_;
  static inline std::unique_ptr<SampleRecording> recording_;
};

TEST_F(Live, FollowsARecordingAndIsThereWhenItEnds) {
  Broadcast broadcast(*recording_, 9s);
  const ComposeRequest request = request_for(broadcast);
  std::size_t segments_while_running = 0;
  const auto two_segments = [&] {
    const std::string playlist = text_of(request.output / "live.m3u8");
    segments_while_running = 0;
    for (std::size_t at = 0; (at = playlist.find("#EXTINF", at)) != std::string::npos; ++at) ++segments_while_running;
    return segments_while_running >= 2;
  };
  broadcast.hold(8900ms, two_segments);  // the end is told at 9 s
  const auto watch = [&](Time done, Time) {
    if (done < 8s) {
      EXPECT_EQ(text_of(request.output / "live.m3u8").find("ENDLIST"), std::string::npos);
    }
  };
  const std::atomic<bool> go_on{false};
  const auto result = compose_live(request, broadcast, watch, go_on);
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_TRUE(result->troubles.empty()) << result->troubles.front();
  EXPECT_GE(segments_while_running, 2U);
  EXPECT_NE(text_of(request.output / "live.m3u8").find("#EXT-X-ENDLIST"), std::string::npos);
  expect_whole(request.output);
}

TEST_F(Live, GoesOnWhereItWasStopped) {
  const Broadcast broadcast(*recording_, 9s);
  const ComposeRequest request = request_for(broadcast);
  std::atomic<bool> stop{false};
  const auto cut = compose_live(
      request, broadcast, [&](Time done, Time) { stop = done > 4500ms; }, stop);
  EXPECT_FALSE(cut.has_value());
  stop = false;
  const auto result = compose_live(
      request, broadcast, [](Time, Time) {}, stop);
  ASSERT_TRUE(result.has_value()) << result.error().message;
  expect_whole(request.output);
}

// The layers of one picture have different colours here, so that one sees which is shown.
TEST_F(Live, ASmallTileShowsTheSmallLayerAndALargeOneTheLargeWithoutAHole) {
  SampleRecording layered;
  layered.film("a", Kind::kVideo, Codec::kVp8, {0s, 14s, "red", "640x360", 0, {}});
  layered.film("a", Kind::kAudio, Codec::kOpus, {0s, 14s, "", "", 1000, {}});
  layered.film("b", Kind::kVideo, Codec::kVp8, {0s, 14s, "blue", "96x54", 0, {}});
  layered.film_preview("a", Kind::kVideo, Codec::kVp8, {2s, 10s, "lime", "160x90", 0, {}});
  layered.add(0s, SpeakerChanged{"a"});
  layered.add(6s, LayoutChanged{"speaker", ""});
  layered.add(11s, LayoutChanged{"grid", ""});
  layered.film_preview("a", Kind::kVideo, Codec::kVp8, {12s, 14s, "lime", "160x90", 0, {}});
  layered.end(14s);
  const Broadcast broadcast(layered, 14s);
  const ComposeRequest request = request_for(broadcast);
  std::vector<Performance::Wish> wishes;
  const std::atomic<bool> go_on{false};
  const auto result = compose_live(
      request, broadcast, [](Time, Time) {}, go_on,
      [&](const std::vector<Performance::Wish>& news) { wishes.insert(wishes.end(), news.begin(), news.end()); });
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_TRUE(result->troubles.empty()) << result->troubles.front();

  const Screening screening(request.output / "live.mp4", kLiveSize, 30);
  const Rect small = arrange(Layout::kGrid, kLiveSize, 2)[0];
  const Rect large = arrange(Layout::kSpeaker, kLiveSize, 2)[0];
  const auto shows = [&](const Rect& tile, double at, int part) {
    const auto colour = screening.colour(tile, at);
    EXPECT_GT(colour[static_cast<std::size_t>(part)], 180) << "at " << at;
    EXPECT_LT(colour[static_cast<std::size_t>(1 - part)], 100) << "at " << at;
  };
  shows(small, 1.5, 0);
  for (double at = 2.4; at < 5.9; at += 0.5) shows(small, at, 1);  // not while it flashes
  for (double at = 7.4; at < 10.9; at += 0.5) shows(large, at, 0);
  shows(small, 11.5, 0);
  shows(small, 13.5, 1);
  for (double at = 0.5; at < 13.9; at += 1.0 / 30) {
    const auto colour = screening.colour(at < 6 || at >= 11 ? small : large, at);
    EXPECT_GT(std::max(colour[0], colour[1]), 150) << "black at " << at;
  }
  for (const Rect& tile : {small, large}) {
    for (const double flash : screening.flashes(tile)) EXPECT_NEAR(flash, std::round(flash), 0.040);
  }

  const auto told = [&](const std::string& track) {
    std::vector<unsigned> steps;
    for (const auto& wish : wishes) {
      if (wish.track == track) steps.push_back(wish.smaller);
    }
    return steps;
  };
  ASSERT_FALSE(told("a-video").empty());
  EXPECT_EQ(told("a-video").front(), 2U) << "640 wide in a tile of 152";
  EXPECT_EQ(told("b-video"), std::vector<unsigned>{0}) << "nothing smaller than it would fill its tile";
  EXPECT_TRUE(std::any_of(wishes.begin(), wishes.end(), [](const auto& wish) { return wish.track == "a-video" && wish.key_frame; }))
      << "the large tile waits for one";
}

// In a calm meeting nothing new is on the timeline for long, and tiles are as large as they were.
TEST_F(Live, WishesStayWhileTheTimelineIsQuiet) {
  SampleRecording quiet;
  quiet.film("a", Kind::kVideo, Codec::kVp8, {0s, 14s, "red", "640x360", 0, {}});
  quiet.end(14s);
  const Broadcast broadcast(quiet, 14s);
  const ComposeRequest request = request_for(broadcast);
  std::vector<unsigned> told;
  const std::atomic<bool> go_on{false};
  const auto note = [&](const std::vector<Performance::Wish>& news) {
    for (const Performance::Wish& wish : news) told.push_back(wish.smaller);
  };
  const auto result = compose_live(
      request, broadcast, [](Time, Time) {}, go_on, note);
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_EQ(told, std::vector<unsigned>{1});
}

void expect_red_or_green(const Screening& screening, Rect tile, double from, double to) {
  for (double at = from; at < to; at += 1.0 / 30) {
    const auto colour = screening.colour(tile, at);
    EXPECT_GT(std::max(colour[0], colour[1]), 150) << "black at " << at;
  }
}

TEST_F(Live, ATileWhosePreviewEndsUnaskedGoesBackToItsTrack) {
  SampleRecording layered;
  layered.film("a", Kind::kVideo, Codec::kVp8, {0s, 9s, "red", "640x360", 0, {}});
  layered.film_preview("a", Kind::kVideo, Codec::kVp8, {1s, 6s, "lime", "320x180", 0, {}});
  layered.end(9s);
  const Broadcast broadcast(layered, 9s);
  const ComposeRequest request = request_for(broadcast);
  const std::atomic<bool> go_on{false};
  const auto result = compose_live(
      request, broadcast, [](Time, Time) {}, go_on);
  ASSERT_TRUE(result.has_value()) << result.error().message;
  const Screening screening(request.output / "live.mp4", kLiveSize, 30);
  const Rect tile = arrange(Layout::kGrid, kLiveSize, 1)[0];
  EXPECT_GT(screening.colour(tile, 4.4)[1], 180) << "the small layer fills the picture";
  EXPECT_GT(screening.colour(tile, 7.4)[0], 180);
  EXPECT_LT(screening.colour(tile, 7.4)[1], 100) << "the track has been found again behind five seconds that were not decoded";
  expect_red_or_green(screening, tile, 0.5, 8.9);
}

TEST_F(Live, ATileThatWaitsForAKeyFrameDoesNotWaitLongerThanItsPreviewLasts) {
  SampleRecording layered;
  Footage whole{0s, 9s, "red", "640x360", 0, {}};
  whole.key_every = 300;  // none comes
  layered.film("a", Kind::kVideo, Codec::kVp8, whole);
  layered.film("b", Kind::kVideo, Codec::kVp8, {0s, 9s, "blue", "96x54", 0, {}});
  layered.film_preview("a", Kind::kVideo, Codec::kVp8, {1s, 6s, "lime", "160x90", 0, {}});
  layered.add(0s, SpeakerChanged{"a"});
  layered.add(4s, LayoutChanged{"speaker", ""});
  layered.end(9s);
  const Broadcast broadcast(layered, 9s);
  const ComposeRequest request = request_for(broadcast);
  const std::atomic<bool> go_on{false};
  const auto result = compose_live(
      request, broadcast, [](Time, Time) {}, go_on);
  ASSERT_TRUE(result.has_value()) << result.error().message;
  const Screening screening(request.output / "live.mp4", kLiveSize, 30);
  const Rect large = arrange(Layout::kSpeaker, kLiveSize, 2)[0];
  EXPECT_GT(screening.colour(large, 5.4)[1], 180) << "better small than nothing";
  EXPECT_GT(screening.colour(large, 7.4)[0], 180);
  EXPECT_LT(screening.colour(large, 7.4)[1], 100) << "from the last key frame, far behind";
  expect_red_or_green(screening, large, 4.1, 8.9);
}

TEST(Fragments, WhatIsNoMp4IsAnError) {
  Fragments fragments(0);
  EXPECT_FALSE(fragments.push(std::string(100, '\0')).has_value());
  Fragments other(0);
  EXPECT_FALSE(other.push(std::string("\0\0\0\x10moof\0\0\0\x08traf", 16)).has_value());
}

TEST(Fragments, HalfABoxWaitsForItsRest) {
  Fragments fragments(0);
  EXPECT_TRUE(fragments.push(std::string("\0\0\0\x10", 4)).has_value());
  EXPECT_TRUE(fragments.push("ftypisom").has_value());
  EXPECT_TRUE(fragments.take().empty());
}

}  // namespace
}  // namespace dd::composer
