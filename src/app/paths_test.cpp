// SPDX-License-Identifier: MIT
#include "app/paths.hpp"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>

namespace dd::app {
namespace {

namespace fs = std::filesystem;

class Paths : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "dd-paths-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = fs::canonical(pattern);
  }
  void TearDown() override { fs::remove_all(root_); }

  fs::path root_;
};

TEST_F(Paths, AreFoundInABuildTree) {
  fs::create_directories(root_ / "build/bin");
  fs::create_directories(root_ / "node_modules/swagger-ui-dist");
  std::ofstream(root_ / "build/bin/mediasoup-worker") << "";
  config::Settings settings;
  find_paths(settings, root_ / "build/bin");
  EXPECT_EQ(settings.rtc.worker_path, (root_ / "build/bin/mediasoup-worker").string());
  EXPECT_EQ(settings.http.swagger_ui_dir, (root_ / "node_modules/swagger-ui-dist").string());
  EXPECT_EQ(settings.http.try_page_dir, "") << "what is not there stays empty";
}

TEST_F(Paths, ThatTheOperatorGaveStay) {
  config::Settings settings;
  settings.rtc.worker_path = "/opt/worker";
  find_paths(settings, root_);
  EXPECT_EQ(settings.rtc.worker_path, "/opt/worker");
}

}  // namespace
}  // namespace dd::app
