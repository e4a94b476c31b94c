// SPDX-License-Identifier: MIT
// Makes the rows of this server say what its memory says, after an outage or an answer of unknown outcome.
// Memory wins over rows of ours; another server's rows win over memory, for they mean that kendra moved the meeting.
// The content of one transaction; blocking, used by the pool's threads.
#pragma once

#include <string>
#include <unordered_set>

#include "base/result.hpp"
#include "meeting/store_port.hpp"
#include "store/connection.hpp"
#include "store/server_rows.hpp"

namespace dd::store {

// Ids of meetings and objects that an operation of unknown state is changing: neither inserted nor deleted.
using UntouchedIds = std::unordered_set<std::string>;

Result<meeting::ReconcileReport> reconcile(Connection& connection, const ServerRow& server, const meeting::Snapshot& snapshot,
                                           const UntouchedIds& untouched, WallTime now);

}  // namespace dd::store
