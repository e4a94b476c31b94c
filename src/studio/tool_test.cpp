// SPDX-License-Identifier: MIT
#include "studio/tool.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/asio_loop.hpp"
#include "base/task.hpp"

namespace dd::studio {
namespace {

TEST(ToolLine, ReadsProgressAndTheLastWord) {
  const auto progress = parse_tool_line(R"({"percent":41.5,"speed":7.5,"etaSeconds":12,"timeUs":1})");
  ASSERT_TRUE(progress.progress);
  EXPECT_EQ(progress.progress->percent, 41.5);
  EXPECT_EQ(progress.progress->eta_seconds, 12U);
  EXPECT_FALSE(progress.done);
  const auto last = parse_tool_line(R"({"done":true,"file":"composite/grid.mp4"})");
  EXPECT_TRUE(last.done);
  EXPECT_EQ(last.file, "composite/grid.mp4");
}

TEST(ToolLine, ReadsWhatALiveComposerWishes) {
  const auto line = parse_tool_line(R"({"previews":{"p1-video-1":2,"p2-video-2":0,"odd":"x"},"keyFrames":["p2-video-2",7]})");
  const std::vector<std::pair<std::string, unsigned>> previews{{"p1-video-1", 2}, {"p2-video-2", 0}};
  EXPECT_EQ(line.previews, previews);
  EXPECT_EQ(line.key_frames, std::vector<std::string>{"p2-video-2"});
  EXPECT_TRUE(line.error.empty());
  EXPECT_TRUE(parse_tool_line(R"({"previews":[1],"keyFrames":{}})").previews.empty());
}

TEST(ToolLine, TakesWhatIsNoObjectForAComplaint) {
  EXPECT_EQ(parse_tool_line("disk full").error, "disk full");
  EXPECT_EQ(parse_tool_line(R"({"error":"no such folder"})").error, "no such folder");
  EXPECT_FALSE(parse_tool_line(R"({"percent":"many","speed":[],"done":"yes"})").progress);
}

class ToolTest : public testing::Test {
 protected:
  Result<std::string> run(const std::string& script) {
    std::optional<Result<std::string>> end;
    auto wait = [&](Tool& tool) -> Task<void> {
      auto ending = tool.end();
      end = co_await ending;
      loop_.stop();
    };
    std::unique_ptr<Tool> tool;
    loop_.post([&] {
      auto opened = Tool::open(loop_, "/bin/sh", {"-c", script}, [this](const ToolLine& line) {
        if (line.progress) percents_.push_back(line.progress->percent);
      });
      ASSERT_TRUE(opened) << opened.error().message;
      tool = std::move(*opened);
      spawn(wait(*tool));
    });
    loop_.run();
    return std::move(*end);
  }

  AsioLoop loop_;
  std::vector<double> percents_;
};

TEST_F(ToolTest, ReportsItsProgressAndWhatItMade) {
  const auto made = run(R"(echo '{"percent":10}'; echo '{"percent":60}'; echo '{"done":true,"file":"a.mp4"}')");
  ASSERT_TRUE(made);
  EXPECT_EQ(*made, "a.mp4");
  EXPECT_EQ(percents_, (std::vector<double>{10, 60}));
}

TEST_F(ToolTest, FailsWithItsOwnWords) {
  const auto made = run(R"(echo '{"error":"no tracks"}'; exit 3)");
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("no tracks"), std::string::npos) << made.error().message;
  EXPECT_NE(made.error().message.find("exited with 3"), std::string::npos) << made.error().message;
}

TEST_F(ToolTest, RunsBelowNormalPriority) {
  const auto made = run("sleep 0.2; printf '{\"done\":true,\"file\":\"%s\"}' $(cut -d' ' -f19 /proc/self/stat)");
  ASSERT_TRUE(made);
  EXPECT_GE(std::stoi(*made), 10);
}

// As when a server is killed: whoever started it is no more, and cannot end it.
TEST_F(ToolTest, EndsWithTheThreadThatStartedIt) {
  std::unique_ptr<Tool> tool;
  std::thread([&] {
    loop_.post([&] {
      auto opened = Tool::open(loop_, "/bin/sh", {"-c", "echo '{\"percent\":1}'; exec sleep 60"}, [&](const ToolLine&) { loop_.stop(); });
      ASSERT_TRUE(opened) << opened.error().message;
      tool = std::move(*opened);
    });
    loop_.run();
  }).join();
  std::optional<Result<std::string>> end;
  auto wait = [&]() -> Task<void> {
    auto ending = tool->end();
    end = co_await ending;
    loop_.stop();
  };
  loop_.post([&] { spawn(wait()); });
  loop_.run();
  ASSERT_FALSE(*end);
  EXPECT_NE(end->error().message.find("killed by signal 15"), std::string::npos) << end->error().message;
}

}  // namespace
}  // namespace dd::studio
