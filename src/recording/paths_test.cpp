// SPDX-License-Identifier: MIT
#include "recording/paths.hpp"

#include <gtest/gtest.h>

namespace dd::recording {
namespace {

TEST(Paths, AnEscapedIdIsReadBack) {
  for (const std::string id : {"standup", " default", "", "a/b\\c", "%41", "\xff.\x01"})
    EXPECT_EQ(unescape_component(escape_component(id)), id);
  EXPECT_EQ(unescape_component("%zz%"), "zz") << "no name of ours, and no harm";
}

TEST(Paths, AnIdBecomesOneHarmlessComponent) {
  EXPECT_EQ(escape_component("r-1_A"), "r-1_A");
  EXPECT_EQ(escape_component(".."), "%2E%2E");
  EXPECT_EQ(escape_component("a/b"), "a%2Fb");
  EXPECT_EQ(escape_component("50%"), "50%25");
  EXPECT_EQ(escape_component(std::string("\0\xff", 2)), "%00%FF");
  EXPECT_EQ(escape_component(""), "%");
}

TEST(Paths, DifferentIdsBecomeDifferentComponents) {
  EXPECT_NE(escape_component("a.b"), escape_component("a%2Eb"));
  EXPECT_NE(escape_component(""), escape_component("%"));
}

TEST(Paths, ATracksIdNamesItsFiles) {
  const std::string track = track_id("user@host", Kind::kScreenshare, "0c7e9a41-1111");
  EXPECT_EQ(track, "user%40host-screenshare-0c7e9a41");
  EXPECT_TRUE(is_component(track));
  EXPECT_EQ(track_file(track, 2), "tracks/user%40host-screenshare-0c7e9a41.002.mkv");
  EXPECT_EQ(participant_file("user@host", Kind::kVideo, 1, "webm"), "participants/user%40host.001.webm");
  EXPECT_EQ(participant_file("user@host", Kind::kScreenshare, 1, "mp4"), "participants/user%40host-screenshare.001.mp4");
}

TEST(Paths, TheLongestIdsStillFitIntoAFileName) {
  const std::string longest(64, '@');
  const std::string track = track_id(longest, Kind::kScreenshare, longest);
  EXPECT_TRUE(is_component(track));
  EXPECT_LE(track_file(track, 99'999).size() - std::string_view("tracks/").size(), 255U);
  EXPECT_TRUE(is_relative_file(track_file(track, 1)));
}

TEST(Paths, NothingThatLeavesTheFolderIsAFileOfARecording) {
  for (const char* path : {"", "/etc/passwd", "..", "../x", "tracks/../../x", "tracks/..", "tracks//x", "tracks/", "./x", "a/b/c/d",
                           ".hidden", "tracks/a b", "tracks\\x", "tracks/x\n"}) {
    EXPECT_FALSE(is_relative_file(path)) << path;
    EXPECT_FALSE(file_within("/rec", path));
  }
  EXPECT_FALSE(is_relative_file(std::string_view("x\0y", 3)));
  EXPECT_EQ(*file_within("/rec", "tracks/p1-audio-1.001.mkv"), "/rec/tracks/p1-audio-1.001.mkv");
}

}  // namespace
}  // namespace dd::recording
