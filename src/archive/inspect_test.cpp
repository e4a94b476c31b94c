// SPDX-License-Identifier: MIT
#include "archive/inspect.hpp"

#include <gtest/gtest.h>

#include "archive/compose_command.hpp"
#include "archive/progress_bar.hpp"
#include "archive/timeline_svg.hpp"

namespace dd::archive {
namespace {

using namespace std::chrono_literals;
using namespace recording;

Timeline timeline_of(std::vector<Event> events) {
  Timeline timeline;
  timeline.events = std::move(events);
  return timeline;
}

Timeline small() {
  return timeline_of({{0s, RecordingBegan{"r-1", "acme", "m<1>", "2026-01-31T10:00:00.000Z"}},
                      {0s, PartBegan{1, 1, "boot", 1}},
                      {0s, ParticipantNamed{"p1", "A\"sha\" \x1b[2J & <b>"}},
                      {1s, TrackBegan{"t", "p1", Kind::kVideo, "prod", Codec::kVp8}},
                      {1s, FileBegan{"t", "tracks/t.001.mkv", 1, 640, 360, "first"}},
                      {5s, GapNoted{"t", 3s, 5s, GapReason::kStall}},
                      {6s, SpeakerChanged{"p1"}},
                      {9s, FileEnded{"tracks/t.001.mkv", 8s, 240, 123456}},
                      {9s, RecordingStopped{"api"}}});
}

std::string svg_of(const Timeline& timeline) { return timeline_svg(derive_manifest(timeline.events, {}).value(), timeline); }

TEST(Inspect, TheTableSaysWhatThereIs) {
  const Timeline timeline = small();
  const std::string text = inspection(derive_manifest(timeline.events, {}).value(), timeline);
  EXPECT_NE(text.find("complete"), std::string::npos) << text;
  EXPECT_NE(text.find("tracks/t.001.mkv"), std::string::npos) << text;
  EXPECT_NE(text.find("00:03.000 -   00:05.000  stall"), std::string::npos) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << "a name must not move the cursor";
}

TEST(Inspect, TimesReadAsClocks) {
  EXPECT_EQ(clock_text(0s), "00:00.000");
  EXPECT_EQ(clock_text(1h + 2min + 3456ms), "1:02:03.456");
}

TEST(TimelineSvg, NamesCannotBecomeMarkup) {
  const std::string svg = svg_of(small());
  EXPECT_EQ(svg.find("<b>"), std::string::npos);
  EXPECT_EQ(svg.find('\x1b'), std::string::npos);
  EXPECT_NE(svg.find("class=\"gap\""), std::string::npos);
  EXPECT_NE(svg.find("class=\"speaker\""), std::string::npos);
  EXPECT_EQ(svg.substr(svg.size() - 7), "</svg>\n");
}

TEST(TimelineSvg, ThousandsOfGapsMakeASmallPicture) {
  Timeline timeline = small();
  for (int i = 0; i < 100'000; ++i) timeline.events.push_back({9s, GapNoted{"t", 3s + Time(i), 3s + Time(i + 5), GapReason::kLoss}});
  auto manifest = derive_manifest(small().events, {}).value();
  for (int i = 0; i < 100'000; ++i) manifest.tracks[0].gaps.push_back({Time(i * 80), Time(i * 80 + 10), GapReason::kLoss});
  EXPECT_LT(timeline_svg(manifest, timeline).size(), 300'000U);
}

TEST(ComposeCommand, ALineOfTheComposerIsProgressOrIsPassedOn) {
  const auto progress = parse_composer_line(R"({"percent":12.5,"speed":3.1,"etaSeconds":40})");
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->percent, 12.5);
  EXPECT_EQ(progress->eta_seconds, 40);
  for (const char* line : {"", "hello", "[]", "{}", R"({"percent":"x"})"}) EXPECT_FALSE(parse_composer_line(line)) << line;
}

TEST(ProgressBar, ItStaysWithinItsLine) {
  EXPECT_EQ(bar_text(50, "x", 79), "[###############               ]  50.0 %  x");
  EXPECT_EQ(bar_text(1e9, std::string(500, 'y'), 79).size(), 79U);
}

}  // namespace
}  // namespace dd::archive
