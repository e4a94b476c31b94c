// SPDX-License-Identifier: MIT
#include "recording/manifest.hpp"

#include <gtest/gtest.h>

namespace dd::recording {
namespace {

using namespace std::chrono_literals;

std::vector<Event> crashed_and_continued() {
  return {{0s, RecordingBegan{"r-1", "acme", "m-1", "2026-01-31T10:00:00.000Z"}},
          {0s, PartBegan{1, 1, "boot", 1}},
          {0s, ParticipantNamed{"p1", ""}},
          {1s, ParticipantNamed{"p1", "Asha"}},
          {1s, TrackBegan{"t", "p1", Kind::kVideo, "prod", Codec::kVp8}},
          {1s, FileBegan{"t", "tracks/t.001.mkv", 1, 640, 360, "first"}},
          {5s, GapNoted{"t", 3s, 5s, GapReason::kStall}},
          {12s, FileEnded{"tracks/t.001.mkv", 8s, 240, 1000}},
          {12s, PartRecovered{1, 9s}},
          {12s, GapNoted{"t", 9s, 12s, GapReason::kCrash}},
          {12s, GapNoted{"t", 9s, 12s, GapReason::kCrash}},
          {12s, PartBegan{2, 2, "boot", 2}},
          {12s, TrackBegan{"t", "p1", Kind::kVideo, "prod", Codec::kVp8}},
          {12s, FileBegan{"t", "tracks/t.002.mkv", 2, 640, 360, "restart"}}};
}

std::vector<Event> with(std::vector<Event> events, Event more) {
  events.push_back(std::move(more));
  return events;
}

TEST(Manifest, ACrashLeavesTwoPartsAndWhatIsMissingBetween) {
  auto manifest = derive_manifest(crashed_and_continued(), {});
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->state, State::kRecording);
  ASSERT_EQ(manifest->parts.size(), 2U);
  EXPECT_EQ(manifest->parts[0].end, PartEnd::kCrashed);
  EXPECT_EQ(manifest->parts[0].to, 9s);
  EXPECT_EQ(manifest->parts[1].end, PartEnd::kOpen);
  ASSERT_EQ(manifest->missing.size(), 1U);
  EXPECT_EQ(manifest->missing[0].from, 9s);
  EXPECT_EQ(manifest->missing[0].to, 12s);
  EXPECT_EQ(manifest->missing[0].reason, "crash");
}

TEST(Manifest, ATrackGoesOnInAFurtherFile) {
  auto manifest = derive_manifest(with(crashed_and_continued(), {20s, RecordingStopped{"api"}}), {});
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->state, State::kComplete);
  EXPECT_EQ(manifest->duration, 20s);
  ASSERT_EQ(manifest->tracks.size(), 1U);
  ASSERT_EQ(manifest->tracks[0].files.size(), 2U);
  EXPECT_EQ(manifest->tracks[0].files[0].duration, 8s);
  EXPECT_EQ(manifest->tracks[0].files[1].start, 12s);
  EXPECT_EQ(manifest->tracks[0].files[1].duration, 8s) << "it grows until the last thing that is known";
  EXPECT_EQ(manifest->tracks[0].gaps.size(), 2U) << "a gap that is told twice is one gap";
  ASSERT_EQ(manifest->participants.size(), 1U);
  EXPECT_EQ(manifest->participants[0].name, "Asha");
}

TEST(Manifest, ARecoveredRecordingNobodyContinuesIsInterrupted) {
  auto events = crashed_and_continued();
  events.resize(9);
  auto manifest = derive_manifest(events, {});
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->state, State::kInterrupted);
  EXPECT_TRUE(manifest->missing.empty());
}

TEST(Manifest, APartWithoutAnyEndCrashedWhenTheNextBegins) {
  auto manifest = derive_manifest(std::vector<Event>{{0s, RecordingBegan{"r", "t", "m", "s"}},
                                                     {0s, PartBegan{1, 1, "boot", 1}},
                                                     {4s, SpeakerChanged{"p1"}},
                                                     {9s, PartBegan{2, 1, "boot", 1}}},
                                  {});
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->parts[0].end, PartEnd::kCrashed);
  EXPECT_EQ(manifest->parts[0].to, 4s);
  ASSERT_EQ(manifest->missing.size(), 1U);
}

TEST(Manifest, TroubleIsMissingWithItsReason) {
  auto events = with(with(crashed_and_continued(), {14s, TroubleBegan{"disk_full", ""}}), {17s, TroubleEnded{"disk_full", ""}});
  auto manifest = derive_manifest(events, {});
  ASSERT_TRUE(manifest);
  ASSERT_EQ(manifest->missing.size(), 2U);
  EXPECT_EQ(manifest->missing[1].from, 14s);
  EXPECT_EQ(manifest->missing[1].to, 17s);
  EXPECT_EQ(manifest->missing[1].reason, "disk_full");
}

TEST(Manifest, WhatTheDiskKnowsWins) {
  Facts facts;
  facts.files["tracks/t.001.mkv"] = {4321, 7s, std::string(64, 'a')};
  facts.outputs.push_back({"composite", "", "", "grid", 1280, 720, 30, "composite/grid.mp4", 0s, 20s, 5, "ff"});
  auto manifest = derive_manifest(crashed_and_continued(), facts);
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->tracks[0].files[0].bytes, 4321U);
  EXPECT_EQ(manifest->tracks[0].files[0].duration, 7s);
  EXPECT_EQ(manifest->tracks[0].files[0].sha256, std::string(64, 'a'));
  EXPECT_EQ(manifest->outputs.size(), 1U);
}

TEST(Manifest, ItSurvivesBeingWrittenAndRead) {
  Facts facts;
  facts.files["tracks/t.001.mkv"] = {4321, 7s, std::string(64, 'a')};
  facts.outputs.push_back({"participant", "p1", "video", "", 0, 0, 0, "participants/p1.001.webm", 1s, 19s, 5, "ff"});
  auto manifest = derive_manifest(with(crashed_and_continued(), {20s, RecordingStopped{"api"}}), facts);
  ASSERT_TRUE(manifest);
  const std::string text = encode(*manifest);
  auto read = parse_manifest(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(encode(*read), text);
}

TEST(Manifest, ARefusalNamesTheFieldWhereverItIs) {
  auto manifest = derive_manifest(crashed_and_continued(), {});
  std::string text = encode(*manifest);
  const std::string file = "tracks/t.002.mkv";
  text.replace(text.find(file), file.size(), "../secret");
  auto read = parse_manifest(text);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().field, "tracks[0].files[1].file");
  for (const char* broken : {"", "{}", "[]", R"({"version":2})", "{\"version\":1,\"recording\":\"r\"}"})
    EXPECT_FALSE(parse_manifest(broken));
}

TEST(Manifest, ATimelineWithoutItsFirstLineHasNone) { EXPECT_FALSE(derive_manifest(std::vector<Event>{{0s, RecordingStopped{"x"}}}, {})); }

}  // namespace
}  // namespace dd::recording
