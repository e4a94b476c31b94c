// SPDX-License-Identifier: MIT
// Finds every setting's value - flag, environment, config/<ENV>.env, .env, default, in this order - and judges the whole.
// It reads the files it is pointed at and nothing else; the process's own environment is an argument. Called once, at start.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/settings.hpp"

namespace dd::config {

struct Sources {
  std::map<std::string, std::string> flags;        // by the setting's name, not the flag's
  std::map<std::string, std::string> environment;  // all of it; unknown names are none of our business
  std::filesystem::path directory;                 // where the search for files begins; upwards from there
  unsigned cores = 2;
};

struct Loaded {
  Settings settings;
  std::vector<std::string> warnings;  // for the log, once it is set up
};

// The error's message is for the operator: it names the variable and its bound, or the file and the line.
Result<Loaded> load(const Sources& sources);

}  // namespace dd::config
