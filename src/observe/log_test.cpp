// SPDX-License-Identifier: MIT
#include "observe/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/id.hpp"

namespace dd::observe {
namespace {

class Log : public testing::Test {
 protected:
  void SetUp() override {
    set_log_output_for_test([this](std::string_view line) { lines_.emplace_back(line); });
  }
  void TearDown() override {
    set_log_output_for_test({});
    set_log_format(LogFormat::kLogfmt);
    set_log_level(LogLevel::kInfo);
  }
  std::vector<std::string> lines_;
};

TEST_F(Log, WritesOneLogfmtLine) {
  log_warn("worker_died", {{"worker", WorkerId("w1")}, {"signal", 9}, {"note", "two words"}});
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_THAT(lines_[0],
              testing::MatchesRegex(R"re(time=[0-9T:.-]+Z level=warning event=worker_died worker=w1 signal=9 note="two words")re"));
}

TEST_F(Log, WritesOneJsonLineWhenAsked) {
  set_log_format(LogFormat::kJson);
  log_info("started", {{"text", "a \"quoted\"\nline"}});
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_THAT(lines_[0], testing::EndsWith(R"("level":"info","event":"started","text":"a \"quoted\"\nline"})"));
}

TEST_F(Log, StaysSilentBelowItsLevel) {
  set_log_level(LogLevel::kError);
  log_warn("nothing");
  EXPECT_TRUE(lines_.empty());
  log_error("something");
  EXPECT_EQ(lines_.size(), 1u);
}

TEST_F(Log, NeverPrintsASecretOrAnAddress) {
  log_error("bad", {{"password", "hunter2"}, {"remote_ip", "10.1.2.3"}, {"error", "connect mysql://root:hunter2@10.1.2.3:3306 failed"}});
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_THAT(lines_[0], testing::Not(testing::HasSubstr("hunter2")));
  EXPECT_THAT(lines_[0], testing::Not(testing::HasSubstr("10.1.2.3")));
  EXPECT_THAT(lines_[0], testing::HasSubstr("password=[refused]"));
}

TEST_F(Log, KeepsAHostileValueOnItsLine) {
  log_info("x", {{"value", "a\r\nlevel=error event=forged\x1b[31m"}});
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(lines_[0].find('\n'), std::string::npos);
  EXPECT_EQ(lines_[0].find('\x1b'), std::string::npos);
}

TEST_F(Log, CutsAnEndlessValue) {
  log_info("x", {{"value", std::string(100'000, 'a')}});
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_LT(lines_[0].size(), 3'000u);
}

}  // namespace
}  // namespace dd::observe
