// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/render.hpp"

namespace dd::config {
namespace {

// With DD_UPDATE_GENERATED=1 the committed file is written instead of compared.
void expect_committed(const std::string& name, const std::string& rendered) {
  const std::filesystem::path path = std::filesystem::path(DD_SOURCE_DIR) / name;
  if (std::getenv("DD_UPDATE_GENERATED") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << rendered;
  }
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_TRUE(text.str() == rendered)
      << name << " is not what src/config/schema.cpp says; run this test with DD_UPDATE_GENERATED=1 and commit the file";
}

TEST(GeneratedFiles, TheConfigurationPageIsCurrent) { expect_committed("docs/configuration.md", configuration_page()); }

TEST(GeneratedFiles, TheExampleFileIsCurrent) { expect_committed("config/local.env.example", example_file()); }

}  // namespace
}  // namespace dd::config
