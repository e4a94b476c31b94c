// SPDX-License-Identifier: MIT
// The command line of doordarshan-recorder: what can be asked of a recording's folder, and how the answers are printed.
// What is asked is done elsewhere; nothing here knows a format.
// Called by main().
#pragma once

#include <functional>

namespace dd::archive {

// The exit code: 0 done, 1 it cannot be done, 2 it was not understood. `serve` is the server's own way in.
int run_command_line(int argc, const char* const* argv, const std::function<int()>& serve);

}  // namespace dd::archive
