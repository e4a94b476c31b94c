// SPDX-License-Identifier: MIT
// The recorder's program: what can be done with a recording's folder, and the process in which the media server records.
#include "archive/command_line.hpp"
#include "recorder/serve.hpp"

int main(int argc, char** argv) {
  return dd::archive::run_command_line(argc, argv, [] { return dd::recorder::serve(); });
}
