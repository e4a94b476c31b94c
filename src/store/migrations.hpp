// SPDX-License-Identifier: MIT
// Brings a database to the schema this program needs: an empty one, one of an older version, or one that the reference
// media server made. Forward only; each step may run again after an interruption. Several servers may start at once.
#pragma once

#include "base/result.hpp"
#include "store/connection.hpp"

namespace dd::store {

// The version that migrate() reaches.
int schema_version();

// Blocking, seconds at worst. A database of a newer version is left alone and accepted: additions never break us.
Result<void> migrate(Connection& connection);

}  // namespace dd::store
