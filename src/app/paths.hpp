// SPDX-License-Identifier: MIT
// Finds what the program needs beside itself: the worker's binary and the folders of pages, in a build tree or installed.
// It opens nothing; a path it cannot find stays empty, and whoever needs it says so. Called once, at start.
#pragma once

#include <filesystem>

#include "config/settings.hpp"

namespace dd::app {

// Fills the empty paths of `settings`, looking from the folder of our own executable.
void find_paths(config::Settings& settings);
void find_paths(config::Settings& settings, const std::filesystem::path& executable_folder);

}  // namespace dd::app
