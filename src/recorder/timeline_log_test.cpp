// SPDX-License-Identifier: MIT
#include "recorder/timeline_log.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "recorder/testing/stage.hpp"

namespace dd::recorder {
namespace {

using namespace testing;
using recording::Time;

recording::Timeline read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return recording::read_timeline(text.str());
}

TEST(TimelineLog, WhatADiskInTroubleDidNotTakeIsWrittenWhenItIsOver) {
  StageLoop loop;
  std::vector<DiskTrouble> troubles;
  Disk disk(loop, [&troubles](DiskTrouble trouble) { troubles.push_back(std::move(trouble)); });
  const auto folder = scratch_folder() / "t" / "m" / "log";
  std::filesystem::create_directories(folder);
  const auto sync = [&] {
    bool done = false;
    disk.after_all([&done] { done = true; });
    loop.run_until([&done] { return done; });
  };
  disk.watch(folder, 0);
  TimelineLog log(disk, folder / "timeline.jsonl", 0);
  log.note({Time(1), recording::SpeakerChanged{"before"}});
  sync();
  // A file that cannot be opened is trouble like any other.
  disk.append(disk.create(folder / "none" / "x"), {1});
  log.note({Time(2), recording::SpeakerChanged{"lost on the way"}});
  sync();
  ASSERT_EQ(troubles.size(), 1U);
  log.on_trouble(troubles[0]);
  log.note({Time(3), recording::SpeakerChanged{"during"}});
  bool answered = false;
  disk.restart([&](const Result<Folder>& folder_again) {
    ASSERT_TRUE(folder_again);
    log.go_on(*folder_again, {});
    answered = true;
  });
  loop.run_until([&answered] { return answered; });
  log.close();
  sync();
  const auto timeline = read(folder / "timeline.jsonl");
  ASSERT_EQ(timeline.events.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(timeline.events[i].t, Time(static_cast<std::int64_t>(i) + 1));
}

}  // namespace
}  // namespace dd::recorder
