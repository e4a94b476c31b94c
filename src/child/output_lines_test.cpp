// SPDX-License-Identifier: MIT
#include "child/output_lines.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <vector>

#include "base/asio_loop.hpp"

namespace dd::child {
namespace {

class OutputLinesTest : public testing::Test {
 protected:
  void print(const std::string& text) {
    int fds[2];
    ASSERT_EQ(::pipe2(fds, O_NONBLOCK | O_CLOEXEC), 0);
    ASSERT_EQ(::write(fds[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ::close(fds[1]);
    OutputLines(loop_, fds[0], [this](std::string_view line) { lines_.emplace_back(line); });
  }

  AsioLoop loop_;
  std::vector<std::string> lines_;
};

TEST_F(OutputLinesTest, PassesLinesOnWithoutEmptyOnesAndIncludingTheUnfinishedLast) {
  print("one\n\ntwo\nthree");
  EXPECT_EQ(lines_, (std::vector<std::string>{"one", "two", "three"}));
}

TEST_F(OutputLinesTest, CutsALineThatIsTooLong) {
  print(std::string(OutputLines::kMaxLine + 100, 'x') + "\nnext\n");
  ASSERT_EQ(lines_.size(), 2U);
  EXPECT_EQ(lines_[0].size(), OutputLines::kMaxLine);
  EXPECT_EQ(lines_[1], "next");
}

TEST_F(OutputLinesTest, LeavesOutAFlood) {
  std::string flood;
  for (int i = 0; i < 1000; ++i) flood += "again\n";
  print(flood);
  EXPECT_EQ(lines_.size(), OutputLines::kLinesPerWindow);
}

}  // namespace
}  // namespace dd::child
