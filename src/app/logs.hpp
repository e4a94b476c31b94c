// SPDX-License-Identifier: MIT
// Sets up the logs as configured and says what the configuration warned about. Called once, before anything else runs.
#pragma once

#include "config/load.hpp"

namespace dd::app {

void start_logs(const config::Loaded& loaded);

}  // namespace dd::app
