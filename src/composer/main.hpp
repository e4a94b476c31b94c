// SPDX-License-Identifier: MIT
// The composer's program without its main(): arguments in, lines out, an exit code.
// It installs handlers for SIGTERM and SIGINT, which end the work and leave nothing behind.
// Called once.
#pragma once

namespace dd::composer {

int run(int argc, char** argv);

}  // namespace dd::composer
