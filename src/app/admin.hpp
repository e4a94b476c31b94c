// SPDX-License-Identifier: MIT
// Executes `doordarshan tenant ...` and `doordarshan token ...` on the database, while servers run on it or not.
// What it changes, running replicas see within two seconds. It opens no port and starts no child process.
#pragma once

#include <string>

#include "base/result.hpp"
#include "base/task.hpp"
#include "config/admin_command.hpp"
#include "control/tenant_store.hpp"

namespace dd::app {

// What to print. Errors name the argument at fault in `field`.
Task<Result<std::string>> administrate(control::TenantStore& tenants, config::AdminCommand command, std::string public_url, WallTime now);

// Opens the configured database, executes, prints, and answers the process's exit code: 0, or 1 with a reason on stderr.
int run_administration(config::Administration administration);

}  // namespace dd::app
