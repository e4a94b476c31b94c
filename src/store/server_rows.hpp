// SPDX-License-Identifier: MIT
// The rows by which kendra finds this server (container_heartbeat and worker_container) and their life.
// Each function is the content of one transaction, opened by the caller. Blocking; used by the store's threads.
#pragma once

#include <chrono>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "meeting/store_port.hpp"
#include "store/connection.hpp"

namespace dd::store {

using meeting::ServerRow;

// Inserts what is missing of the server and its workers; answers how many rows that were. Kendra fails every
// createMeeting when it meets a server without workers, so both come in one transaction.
Result<std::size_t> put_server(Connection& connection, const ServerRow& server, WallTime now);

// False when the server's row, or one of its workers', has vanished.
Result<bool> beat(Connection& connection, const ServerRow& server, WallTime now);

// True when the rows are gone; false when meetings still refer to them: kendra must see those to move them elsewhere.
Result<bool> remove_server(Connection& connection, const ContainerId& container);

// Earlier starts of the same host and tenant whose heartbeat is older than `before` and that no meeting refers to.
Result<std::vector<ContainerId>> sweep_servers(Connection& connection, const ServerRow& server, WallTime before);

}  // namespace dd::store
