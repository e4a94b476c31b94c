// SPDX-License-Identifier: MIT
// Router: the routes of the media API by method and path. See path_table.hpp for what a path may have.
// Filled once, then constant; used on the control loop.
#pragma once

#include "api/path_table.hpp"
#include "api/route.hpp"

namespace dd::api {

using Router = PathTable<Route>;

}  // namespace dd::api
