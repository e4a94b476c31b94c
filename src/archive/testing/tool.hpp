// SPDX-License-Identifier: MIT
// Runs a program and waits for it, for tests that let ffmpeg make media and judge it.
// Arguments go to the program as they are: no shell reads them.
// Blocks its caller.
#pragma once

#include <string>
#include <vector>

namespace dd::archive::testing {

struct ToolResult {
  int code = -1;
  std::string output;  // stdout and stderr, as they came
};

ToolResult run_tool(const std::vector<std::string>& arguments);

}  // namespace dd::archive::testing
