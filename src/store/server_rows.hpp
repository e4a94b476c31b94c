// SPDX-License-Identifier: MIT
// The rows by which kendra finds this server (container_heartbeat and worker_container), its load for our own control plane
// (media_server), and their life.
// Each function is the content of one transaction, opened by the caller. Blocking; used by the store's threads.
#pragma once

#include <chrono>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "meeting/store_port.hpp"
#include "store/connection.hpp"
#include "store/server_load.hpp"

namespace dd::store {

using meeting::ServerRow;

// Inserts what is missing of the server and its workers; answers how many rows that were. Kendra fails every
// createMeeting when it meets a server without workers, so both come in one transaction.
Result<std::size_t> put_server(Connection& connection, const ServerRow& server, WallTime now);

// False when the server's row, or one of its workers', has vanished.
Result<bool> beat(Connection& connection, const ServerRow& server, WallTime now);

// The server's row of media_server, unless the server has none of container_heartbeat.
Result<void> put_load(Connection& connection, const ServerRow& server, const ServerLoad& load, WallTime now);

// True when the rows are gone; false when meetings still refer to them: kendra must see those to move them elsewhere.
Result<bool> remove_server(Connection& connection, const ContainerId& container);

// Earlier starts of the same host and tenant whose heartbeat is older than `before` and that no meeting refers to, by its
// routers or by its place.
Result<std::vector<ContainerId>> sweep_servers(Connection& connection, const ServerRow& server, WallTime before);

}  // namespace dd::store
