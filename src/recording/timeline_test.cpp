// SPDX-License-Identifier: MIT
#include "recording/timeline.hpp"

#include <gtest/gtest.h>

namespace dd::recording {
namespace {

using namespace std::chrono_literals;

std::vector<Event> one_of_each() {
  return {{0us, RecordingBegan{"r-1", "acme", "m 1", "2026-01-31T10:00:00.000Z", Fill::kFreeze}},
          {0us, PartBegan{1, 1'769'853'600'000'000, "b00t", 12'345}},
          {1us, ParticipantNamed{"p1", "Asha \"A\" \xc3\xa9"}},
          {2us, TrackBegan{"p1-video-0c7e9a41", "p1", Kind::kVideo, "0c7e9a41-1", Codec::kVp8}},
          {3us, FileBegan{"p1-video-0c7e9a41", "tracks/p1-video-0c7e9a41.001.mkv", 1, 1280, 720, "first", 90}},
          {4us, SizeChanged{"p1-video-0c7e9a41", 640, 360}},
          {5us, PictureTurned{"p1-video-0c7e9a41", 270}},
          {5us, SyncNoted{"p1-video-0c7e9a41", 4'294'967'295U, 3'978'000'000'000'000, 4us}},
          {6us, TrackRetimed{"p1-video-0c7e9a41", {{3us, -2us}, {5us, 0us}}}},
          {6us, FileRetimed{"tracks/p1-video-0c7e9a41.001.mkv", 1us}},
          {6us, TrackPaused{"p1-video-0c7e9a41"}},
          {7us, TrackResumed{"p1-video-0c7e9a41"}},
          {8us, GapNoted{"p1-video-0c7e9a41", 6us, 7us, GapReason::kPaused}},
          {9us, FileEnded{"tracks/p1-video-0c7e9a41.001.mkv", 6us, 100, 12'345}},
          {10us, TrackEnded{"p1-video-0c7e9a41", "closed"}},
          {10us, PreviewBegan{"t", "previews/t.001.mkv", 640, 360}},
          {10us, PreviewEnded{"previews/t.001.mkv", 5us}},
          {11us, SpeakerChanged{"p1"}},
          {12us, LayoutChanged{"grid", R"({"max":4})"}},
          {13us, TroubleBegan{"disk_full", "No space left"}},
          {14us, TroubleEnded{"disk_full", ""}},
          {15us, PartRecovered{1, 9us}},
          {16us, RecordingStopped{"api"}}};
}

TEST(Timeline, EveryEventSurvivesBeingWrittenAndRead) {
  ASSERT_EQ(one_of_each().size(), std::variant_size_v<Happening>);
  for (const Event& event : one_of_each()) {
    const std::string line = encode(event);
    auto read = parse_line(line);
    ASSERT_TRUE(read && *read) << line;
    EXPECT_EQ((*read)->t, event.t);
    EXPECT_EQ((*read)->what.index(), event.what.index()) << line;
    EXPECT_EQ(encode(**read), line);
  }
}

TEST(Timeline, ALineIsSpeltAsTheFormatSays) {
  EXPECT_EQ(encode({120'000us, FileBegan{"t", "tracks/t.001.mkv", 1, 640, 360, "first"}}),
            R"({"t":120000,"type":"file","track":"t","file":"tracks/t.001.mkv","part":1,"width":640,"height":360,"reason":"first"})");
}

TEST(Timeline, ATypeOfALaterVersionIsSkipped) {
  auto read = parse_line(R"({"t":1,"type":"hologram","depth":3})");
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->has_value());
}

TEST(Timeline, AFieldOfALaterVersionIsSkipped) { EXPECT_TRUE(parse_line(R"({"t":1,"type":"speaker","participant":"p1","volume":-3})")); }

TEST(Timeline, ADamagedLineIsRefusedByItsField) {
  const std::pair<const char*, const char*> lines[] = {
      {R"({"t":1,"type":"gap","track":"x","fromUs":5,"toUs":4,"reason":"loss"})", "toUs"},
      {R"({"t":1,"type":"gap","track":"x","fromUs":5,"toUs":6,"reason":"boredom"})", "reason"},
      {R"({"t":-1,"type":"stopped"})", "t"},
      {R"({"t":18446744073709551615,"type":"stopped"})", "t"},
      {R"({"t":1.5,"type":"stopped"})", "t"},
      {R"({"t":1,"type":"track_end","track":"../x"})", "track"},
      {R"({"t":1,"type":"rotation","track":"x","degrees":45})", "degrees"},
      {R"({"t":1,"type":"retimed","track":"x","points":[]})", "points"},
      {R"({"t":1,"type":"retimed","track":"x","points":[[1,2],[1,2]]})", "points"},
      {R"({"t":1,"type":"retimed","track":"x","points":[[1]]})", "points"},
      {R"({"t":1,"type":"retimed","track":"x","points":[[1,9007199254740993]]})", "points"},
      {R"({"t":1,"type":"file_end","file":"../../etc/passwd","durationUs":1,"frames":1,"bytes":1})", "file"},
      {R"({"t":1,"type":"file","track":"x","file":"/tracks/x.mkv","part":1})", "file"},
  };
  for (const auto& [line, field] : lines) {
    const auto read = parse_line(line);
    ASSERT_FALSE(read) << line;
    EXPECT_EQ(read.error().field, field);
  }
  for (const char* line : {"", "[]", "{", "null", "\xff"}) EXPECT_FALSE(parse_line(line)) << line;
  EXPECT_FALSE(parse_line(std::string(100'000, '[')));
}

TEST(Timeline, ATornLastLineIsNotThereYet) {
  const std::string whole = encode({1us, SpeakerChanged{"p1"}}) + "\n";
  const std::string torn = encode({2us, SpeakerChanged{"p2"}});
  for (std::size_t length = 0; length <= torn.size(); ++length) {
    const Timeline timeline = read_timeline(whole + torn.substr(0, length));
    EXPECT_EQ(timeline.events.size(), 1U);
    EXPECT_EQ(timeline.whole_bytes, whole.size());
    EXPECT_EQ(timeline.damaged, 0U);
  }
}

TEST(Timeline, ALineThatIsGarbageCostsOnlyItself) {
  const Timeline timeline =
      read_timeline(encode({1us, SpeakerChanged{"p1"}}) + "\n{{{\xff\n" + encode({2us, RecordingStopped{"api"}}) + "\n");
  EXPECT_EQ(timeline.events.size(), 2U);
  EXPECT_EQ(timeline.damaged, 1U);
}

}  // namespace
}  // namespace dd::recording
