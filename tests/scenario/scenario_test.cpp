// SPDX-License-Identifier: MIT
// Every *.scenario file of this folder is a test of its own name.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <sstream>

#include "tests/scenario/director.hpp"

namespace {

class ScenarioTest : public ::testing::Test {
 public:
  explicit ScenarioTest(std::filesystem::path file) : file_(std::move(file)) {}

  void TestBody() override {
    std::ifstream stream(file_);
    std::ostringstream text;
    text << stream.rdbuf();
    dd::scenario::Director director;
    const std::string fault = director.play(text.str());
    EXPECT_TRUE(fault.empty()) << file_.filename().string() << " " << fault;
  }

 private:
  std::filesystem::path file_;
};

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(DD_SCENARIO_FOLDER)) {
    if (entry.path().extension() == ".scenario") files.insert(entry.path());
  }
  for (const auto& file : files) {
    ::testing::RegisterTest("Scenario", file.stem().c_str(), nullptr, nullptr, file.c_str(), 1,
                            [file]() -> ScenarioTest* { return new ScenarioTest(file); });
  }
  return RUN_ALL_TESTS();
}
