// SPDX-License-Identifier: MIT
// ControlRole: what a process is that lets people into meetings - tenants, placement, signaling, and the HTTP of port 8000 before them.
// It decides nothing itself; it makes the parts in the order in which they need each other.
// Lives on the control loop; owned by Server, which also owns the store and the fleet it is given.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "app/development_link.hpp"
#include "base/asio_loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "config/settings.hpp"
#include "control/fleet.hpp"
#include "observe/metrics.hpp"
#include "store/database.hpp"

namespace dd::app {

class ControlRole final {
 public:
  // Everything given outlives it.
  ControlRole(AsioLoop& loop, observe::Metrics& metrics, const config::Settings& settings, store::Database& database,
              control::Fleet& fleet);
  ~ControlRole();

  Task<Result<void>> start();

  std::uint16_t port() const;
  // In development, where to click. Absent otherwise, and while the database is away.
  const std::optional<DevelopmentLinks>& links() const;

  // No new sockets; those there are told to come back elsewhere; what is metered is written.
  Task<void> stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace dd::app
