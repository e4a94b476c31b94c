// SPDX-License-Identifier: MIT
// Executes `doordarshan tenant ...` and `doordarshan token ...` on the database, while servers run on it or not.
// What it changes, running replicas see within two seconds. It opens no port and starts no child process.
#pragma once

#include "config/admin_command.hpp"

namespace dd::app {

// Opens the configured database, executes, prints, and answers the process's exit code: 0, or 1 with a reason on stderr.
int run_administration(config::Administration administration);

}  // namespace dd::app
