// SPDX-License-Identifier: MIT
// The command line: one flag for each setting that is not a secret (a secret would show in `ps`), and a few questions.
// It starts nothing: the answer is either settings to run with or a text to print and a code to exit with.
#pragma once

#include <string>
#include <variant>

#include "config/load.hpp"

namespace dd::config {

struct Exit {
  int code = 0;
  std::string text;  // for stdout when the code is 0, for stderr otherwise
};

// `sources.flags` is filled from the arguments. --help, --version, --check-config and --print-config exit with 0.
std::variant<Loaded, Exit> read_command_line(int argc, const char* const* argv, Sources sources);

// The process's own environment, working directory and cores.
Sources process_sources();

}  // namespace dd::config
