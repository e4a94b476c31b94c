// SPDX-License-Identifier: MIT
#include "recorder/part.hpp"

#include <fstream>
#include <gtest/gtest.h>

#include "recorder/testing/media.hpp"
#include "recording/timeline.hpp"

namespace dd::recorder {
namespace {

using recording::Time;

struct PartTest : ::testing::Test {
  void SetUp() override {
    folder = testing::scratch_folder() / "t" / "m" / ::testing::UnitTest::GetInstance()->current_test_info()->name();
  }

  void write_timeline(const std::vector<recording::Event>& events, const std::string& torn = "") {
    std::filesystem::create_directories(folder / "tracks");
    std::ofstream file(folder / "timeline.jsonl", std::ios::binary);
    for (const auto& event : events) file << recording::encode(event) << '\n';
    file << torn;
  }

  std::filesystem::path folder;
  MachineClocks clocks{.wall_us = 1'000'000'000, .boot_id = "this", .boot_us = 50'000'000};
};

TEST_F(PartTest, ANewFolderIsThePartOneAtTimeZero) {
  const auto part = open_part(folder, clocks);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->number, 1U);
  EXPECT_EQ(part->begins, Time(0));
  EXPECT_TRUE(std::filesystem::is_directory(folder / "tracks"));
}

TEST_F(PartTest, InTheSameBootTimeGoesOnByTheClockThatSleepDoesNotStop) {
  write_timeline({{Time(0), recording::PartBegan{1, 1, "this", 20'000'000}}, {Time(9'000'000), recording::SpeakerChanged{"p"}}});
  const auto part = open_part(folder, clocks);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->number, 2U);
  EXPECT_EQ(part->begins, Time(30'000'000)) << "whatever the wall clock says";
}

TEST_F(PartTest, AfterARebootTheWallClockSaysHowLongItWas) {
  write_timeline({{Time(5'000'000), recording::PartBegan{3, 940'000'000, "other", 20'000'000}}});
  const auto part = open_part(folder, clocks);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->number, 4U);
  EXPECT_EQ(part->begins, Time(65'000'000));
}

TEST_F(PartTest, AWallClockThatWasSetBackDoesNotTurnTimeBack) {
  write_timeline({{Time(0), recording::PartBegan{1, 2'000'000'000, "other", 1}}, {Time(7'000'000), recording::SpeakerChanged{"p"}}});
  const auto part = open_part(folder, clocks);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->begins, Time(7'000'000));
}

TEST_F(PartTest, ALineThatIsNotWholeIsCutOff) {
  write_timeline({{Time(0), recording::PartBegan{1, 1, "this", 1}}}, R"({"t":1,"ty)");
  const auto part = open_part(folder, clocks);
  ASSERT_TRUE(part);
  EXPECT_EQ(std::filesystem::file_size(folder / "timeline.jsonl"), part->timeline_bytes);
}

TEST_F(PartTest, FilesAreCountedAlsoThoseWhoseLineWasLost) {
  write_timeline({});
  for (const char* name : {"a-audio-1.001.mkv", "a-audio-1.012.mkv", "b.x.mkv", "notes.txt"})
    std::ofstream(folder / "tracks" / name) << "x";
  const auto part = open_part(folder, clocks);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->files, (std::map<std::string, unsigned>{{"a-audio-1", 12}}));
}

}  // namespace
}  // namespace dd::recorder
