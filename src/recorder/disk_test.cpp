// SPDX-License-Identifier: MIT
#include "recorder/disk.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <csignal>
#include <fstream>

#include "recorder/testing/stage.hpp"

namespace dd::recorder {
namespace {

using namespace testing;

std::vector<std::uint8_t> text(const std::string& value) { return {value.begin(), value.end()}; }

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct DiskTest : ::testing::Test {
  void SetUp() override {
    folder = scratch_folder() / ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder);
    disk.watch(folder, 0);
  }
  void sync() {
    bool done = false;
    disk.after_all([&done] { done = true; });
    loop.run_until([&done] { return done; });
  }
  Result<Folder> restart() {
    std::optional<Result<Folder>> answer;
    disk.restart([&answer](Result<Folder> result) { answer.emplace(std::move(result)); });
    loop.run_until([&answer] { return answer.has_value(); });
    return *answer;
  }

  StageLoop loop;
  std::vector<DiskTrouble> troubles;
  std::filesystem::path folder;
  Disk disk{loop, [this](DiskTrouble trouble) { troubles.push_back(std::move(trouble)); }};
};

TEST_F(DiskTest, AppendsAndPatchesInOrder) {
  const FileId file = disk.create(folder / "a");
  disk.append(file, text("hello "));
  disk.append(file, text("world"));
  disk.patch(file, 0, text("J"));
  disk.close(file);
  const FileId again = disk.extend(folder / "a");
  disk.append(again, text("!"));
  sync();
  EXPECT_EQ(content(folder / "a"), "Jello world!");
  EXPECT_TRUE(troubles.empty());
}

TEST_F(DiskTest, AFileThatIsThereIsNotOverwritten) {
  std::ofstream(folder / "a") << "mine";
  disk.append(disk.create(folder / "a"), text("yours"));
  sync();
  ASSERT_EQ(troubles.size(), 1U);
  EXPECT_EQ(content(folder / "a"), "mine");
}

TEST_F(DiskTest, AFullDiskKeepsWhatIsWholeAndDropsTheRestUntilRestarted) {
  const FileId file = disk.create(folder / "a");
  disk.append(file, text("whole"));
  sync();
  // The limit of a file's size stands in for a full disk: part of the write succeeds, then it fails.
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit low = before;
  low.rlim_cur = 8;
  ::setrlimit(RLIMIT_FSIZE, &low);
  disk.append(file, text("too long for the limit"));
  disk.append(file, text("never"));
  sync();
  ::setrlimit(RLIMIT_FSIZE, &before);
  ASSERT_EQ(troubles.size(), 1U);
  EXPECT_EQ(troubles[0].whole.at(file), 5U);
  EXPECT_EQ(content(folder / "a"), "whole") << "what was torn is cut off";
  disk.append(disk.create(folder / "b"), text("dropped"));
  sync();
  EXPECT_FALSE(std::filesystem::exists(folder / "b"));
  ASSERT_TRUE(restart());
  disk.append(disk.create(folder / "b"), text("kept"));
  sync();
  EXPECT_EQ(content(folder / "b"), "kept");
  EXPECT_EQ(troubles.size(), 1U);
}

TEST_F(DiskTest, AReplacedFolderIsNoticed) {
  disk.check();
  sync();
  EXPECT_TRUE(troubles.empty());
  std::filesystem::rename(folder, folder.string() + "-moved");
  disk.check();
  sync();
  ASSERT_EQ(troubles.size(), 1U);
  EXPECT_EQ(troubles[0].reason, "folder_gone");
  const auto folder_again = restart();
  ASSERT_TRUE(folder_again);
  EXPECT_EQ(*folder_again, Folder::kMadeAnew);
  disk.check();
  sync();
  EXPECT_EQ(troubles.size(), 1U);
}

TEST_F(DiskTest, WithTheRootGoneNothingIsMadeInItsPlace) {
  disk.watch(folder / "root" / "tenant" / "meeting" / "recording", 0);
  disk.check();
  sync();
  EXPECT_EQ(troubles.size(), 1U);
  EXPECT_FALSE(restart());
  EXPECT_FALSE(std::filesystem::exists(folder / "root"));
}

}  // namespace
}  // namespace dd::recorder
