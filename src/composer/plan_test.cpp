// SPDX-License-Identifier: MIT
#include "composer/plan.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace dd::composer {
namespace {

using namespace std::chrono_literals;
using namespace recording;

// A meeting as it is written down, in few words.
class Story {
 public:
  Story() { add(0s, RecordingBegan{"r", "t", "m", "2026-01-31T10:00:00.000Z", Fill::kBlack}); }
  Story& add(Time t, Happening what) {
    events_.push_back({t, std::move(what)});
    return *this;
  }
  Story& joins(Time t, const std::string& who) { return add(t, ParticipantNamed{who, "Name of " + who}); }
  Story& sends(Time t, const std::string& who, Kind kind) {
    const std::string track = fmt::format("{}-{}", who, to_string(kind));
    add(t, TrackBegan{track, who, kind, "x", kind == Kind::kAudio ? Codec::kOpus : Codec::kVp8});
    return add(t, FileBegan{track, fmt::format("tracks/{}.001.mkv", track), 1, {}, {}, "first"});
  }
  Story& stops(Time t) { return add(t, RecordingStopped{"ended"}); }

  Programme planned(PlanRequest request = {}) const {
    auto programme = plan(events_, request);
    EXPECT_TRUE(programme.has_value()) << programme.error().message;
    return programme.value_or(Programme{});
  }
  const std::vector<Event>& events() const { return events_; }

 private:
  std::vector<Event> events_;
};

TEST(Plan, AStreamKnowsWhereItsFirstFramesBelong) {
  Story story;
  story.sends(0s, "a", Kind::kVideo).add(8s, TrackRetimed{"a-video", {{0s, 100ms}, {2s, 0s}}}).stops(10s);
  const Programme programme = story.planned();
  ASSERT_EQ(programme.streams.size(), 1U);
  EXPECT_EQ(programme.streams[0].retiming.corrected(1s), Time(1050ms));
}

TEST(Plan, AStreamKnowsWhichWayUpItIsAndWhereItsFilesBeginOnceTheyAreRetimed) {
  Story story;
  story.sends(1s, "a", Kind::kVideo)
      .add(4s, PictureTurned{"a-video", 90})
      .add(6s, FileBegan{"a-video", "tracks/a-video.002.mkv", 1, 640, 360, "rotation", 90})
      .add(8s, PictureTurned{"a-video", 0})
      .add(9s, TrackRetimed{"a-video", {{1s, -50ms}, {3s, 0s}}})
      .stops(10s)
      .add(10s, FileRetimed{"tracks/a-video.001.mkv", 950ms});
  const Programme programme = story.planned();
  const Stream& stream = programme.streams[0];
  EXPECT_EQ(stream.rotation_at(3999ms), 0);
  EXPECT_EQ(stream.rotation_at(4s), 90);
  EXPECT_EQ(stream.rotation_at(7s), 90);
  EXPECT_EQ(stream.rotation_at(8s), 0);
  ASSERT_EQ(stream.clips.size(), 2U);
  EXPECT_EQ(stream.clips[0].start, 950ms);
  EXPECT_TRUE(stream.clips[0].retimed);
  EXPECT_FALSE(stream.clips[1].retimed);
  EXPECT_EQ(stream.largest, (Size{640, 360}));
}

// `0.0-2.0 grid a* b` : from, to, layout, who has a seat; `*` a picture, `#` a screen, `!` who has the floor, `+3` who has none.
std::string told(const Programme& programme) {
  std::string text;
  for (const Scene& scene : programme.scenes) {
    text += fmt::format("{:.1f}-{:.1f} {}", static_cast<double>(scene.from.count()) / 1e6, static_cast<double>(scene.to.count()) / 1e6,
                        to_string(scene.layout));
    for (const Seat& seat : scene.seats) {
      text += fmt::format(" {}{}{}", programme.people[seat.person].id,
                          seat.screen   ? "#"
                          : seat.stream ? "*"
                                        : "",
                          scene.floor == seat.person ? "!" : "");
    }
    if (scene.more > 0) text += fmt::format(" +{}", scene.more);
    text += '\n';
  }
  return text;
}

TEST(Plan, AMeetingWhereNobodySendsIsAProgrammeOfItsLength) {
  const Programme programme = Story().stops(10s).planned();
  EXPECT_EQ(told(programme), "0.0-10.0 grid\n");
  EXPECT_EQ(programme.to, 10s);
}

// A recorder hears of a track a moment after its first frame was captured, and a timeline's lines are not in order of their times.
TEST(Plan, AFileThatBeganBeforeItsTrackWasKnownIsHeardAndSeen) {
  Story story;
  story.joins(3ms, "a").add(3ms, TrackBegan{"a-audio", "a", Kind::kAudio, "x", Codec::kOpus});
  story.add(0s, FileBegan{"a-audio", "tracks/a-audio.001.mkv", 1, {}, {}, "first"}).stops(8s);
  const auto programme = story.planned();
  ASSERT_EQ(programme.streams.size(), 1U);
  EXPECT_EQ(programme.streams[0].clips.size(), 1U);
}

TEST(Plan, PeopleAreSeatedAsTheyComeAndLeave) {
  Story story;
  story.joins(0s, "a").sends(0s, "a", Kind::kAudio).sends(0s, "a", Kind::kVideo);
  story.joins(2s, "b").sends(2s, "b", Kind::kAudio).sends(2s, "b", Kind::kVideo);
  story.add(5s, TrackEnded{"a-audio", "closed"}).add(5s, TrackEnded{"a-video", "closed"}).stops(8s);
  EXPECT_EQ(told(story.planned()), "0.0-2.0 grid a*\n2.0-5.0 grid a* b*\n5.0-8.0 grid b*\n");
}

TEST(Plan, APausedCameraIsACardAndNotAHole) {
  Story story;
  story.sends(0s, "a", Kind::kAudio)
      .sends(0s, "a", Kind::kVideo)
      .add(2s, TrackPaused{"a-video"})
      .add(4s, TrackResumed{"a-video"})
      .stops(6s);
  EXPECT_EQ(told(story.planned()), "0.0-2.0 grid a*\n2.0-4.0 grid a\n4.0-6.0 grid a*\n");
}

TEST(Plan, WhoOnlyWatchesHasNoSeat) { EXPECT_EQ(told(Story().joins(0s, "viewer").stops(3s).planned()), "0.0-3.0 grid\n"); }

TEST(Plan, ACameraIsACardUntilItsFirstPictureIsThere) {
  Story story;
  story.add(1s, TrackBegan{"a-video", "a", Kind::kVideo, "x", Codec::kVp8});
  story.add(2s, FileBegan{"a-video", "tracks/a-video.001.mkv", 1, {}, {}, "first"}).stops(3s);
  EXPECT_EQ(told(story.planned()), "0.0-1.0 grid\n1.0-2.0 grid a\n2.0-3.0 grid a*\n");
}

TEST(Plan, TheSpeakerIsLarge) {
  Story story;
  for (const char* who : {"a", "b", "c"}) story.sends(0s, who, Kind::kVideo);
  story.add(3s, SpeakerChanged{"c"}).add(6s, SpeakerChanged{""}).add(7s, SpeakerChanged{"b"}).stops(10s);
  PlanRequest request;
  request.layout = Layout::kSpeaker;
  EXPECT_EQ(told(story.planned(request)), "0.0-3.0 speaker a* b* c*\n3.0-7.0 speaker c*! a* b*\n7.0-10.0 speaker b*! a* c*\n");
}

TEST(Plan, APresentationWithoutAScreenIsAGrid) {
  Story story;
  story.sends(0s, "a", Kind::kVideo).sends(0s, "b", Kind::kVideo).sends(2s, "b", Kind::kScreenshare);
  story.add(4s, TrackEnded{"b-screenshare", "closed"}).stops(6s);
  PlanRequest request;
  request.layout = Layout::kPresentation;
  EXPECT_EQ(told(story.planned(request)), "0.0-2.0 grid a* b*\n2.0-4.0 presentation b# a* b*\n4.0-6.0 grid a* b*\n");
}

TEST(Plan, TheTimelineChangesTheLayoutUnlessOneIsAskedFor) {
  Story story;
  story.sends(0s, "a", Kind::kVideo).sends(0s, "b", Kind::kVideo).add(2s, LayoutChanged{"speaker", ""}).stops(4s);
  EXPECT_EQ(told(story.planned()), "0.0-2.0 grid a* b*\n2.0-4.0 speaker a* b*\n");
  PlanRequest request;
  request.layout = Layout::kGrid;
  EXPECT_EQ(told(story.planned(request)), "0.0-4.0 grid a* b*\n");
}

TEST(Plan, OfMoreThanFitThoseWhoSpokeLastAreSeen) {
  Story story;
  for (int index = 0; index < 30; ++index) story.sends(0s, fmt::format("p{:02}", index), Kind::kVideo);
  story.add(2s, SpeakerChanged{"p29"}).stops(6s);
  const Programme programme = story.planned();
  ASSERT_EQ(programme.scenes.size(), 2U);
  EXPECT_EQ(programme.scenes[0].seats.size(), 24U);
  EXPECT_EQ(programme.scenes[0].more, 6U);
  EXPECT_EQ(programme.people[programme.scenes[0].seats.back().person].id, "p23");
  EXPECT_EQ(programme.people[programme.scenes[1].seats.back().person].id, "p29");
  EXPECT_EQ(programme.people[programme.scenes[1].seats[22].person].id, "p22");
}

TEST(Plan, AfterACrashOnlyWhoIsAnnouncedAgainIsThere) {
  Story story;
  story.sends(0s, "a", Kind::kVideo).sends(0s, "b", Kind::kVideo);
  story.add(3s, PartRecovered{1, 3s}).add(5s, PartBegan{2, 0, "b", 0});
  story.add(5s, TrackBegan{"a-video", "a", Kind::kVideo, "x", Codec::kVp8});
  story.add(5s, FileBegan{"a-video", "tracks/a-video.002.mkv", 2, {}, {}, "restart"}).stops(8s);
  const Programme programme = story.planned();
  EXPECT_EQ(told(programme), "0.0-3.0 grid a* b*\n3.0-5.0 grid\n5.0-8.0 grid a*\n");
  EXPECT_EQ(programme.streams[0].clips.size(), 2U);
  EXPECT_EQ(programme.streams[0].shown, (std::vector<Interval>{{0s, 3s}, {5s, 8s}}));
}

TEST(Plan, APieceBeginsWithWhatWasThereAndEndsInTime) {
  Story story;
  story.sends(0s, "a", Kind::kVideo).sends(2s, "b", Kind::kVideo).sends(6s, "c", Kind::kVideo).stops(9s);
  PlanRequest request;
  request.from = 3s;
  request.to = 5s;
  EXPECT_EQ(told(story.planned(request)), "3.0-5.0 grid a* b*\n");
}

TEST(Plan, NothingBetweenFromAndToIsAnErrorThatSaysSo) {
  PlanRequest request;
  request.from = 20s;
  const auto refused = plan(Story().stops(10s).events(), request);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().field, "from");
}

TEST(Plan, ADamagedTimeDoesNotMakeAProgrammeOfYears) {
  const auto refused = plan(Story().stops(std::chrono::hours{24 * 365 * 200}).events(), {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().field, "folder");
}

TEST(Plan, ARecordingWithoutAnEndLastsAsLongAsAnythingIsKnown) {
  Story story;
  story.sends(0s, "a", Kind::kVideo).add(12s, SyncNoted{"a-video", 0, 0, 12s});
  EXPECT_EQ(story.planned().to, 12s);
}

}  // namespace
}  // namespace dd::composer
