// SPDX-License-Identifier: MIT
// Database: the pool of connections that the stores of this process share, and who wants to know when it becomes available.
// It knows no table. One for each process, so that SQLite's single writer is one thread and an outage is noticed once.
// Lives on the control loop and outlives the stores that use it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "base/completion.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "base/unique_function.hpp"
#include "observe/metrics.hpp"
#include "store/pool.hpp"
#include "store/settings.hpp"

namespace dd::store {

class Database {
 public:
  // `loop` and `metrics` outlive it. Looks for the database at once and migrates it.
  Database(Loop& loop, Settings settings, observe::Metrics& metrics);

  Loop& loop() { return loop_; }
  Pool& pool() { return pool_; }
  observe::Metrics& metrics() { return metrics_; }

  bool available() const { return pool_.available(); }
  Task<Result<void>> wait_until_available(std::chrono::milliseconds limit);

  // Called each time the database has become available, or when rows of this server had vanished; until the Listener goes.
  class Listener;
  [[nodiscard]] Listener on_available(UniqueFunction<void()> callback);

 private:
  Loop& loop_;
  observe::Metrics& metrics_;
  std::vector<Completion<Result<void>>> waiting_;
  std::map<std::uint64_t, UniqueFunction<void()>> listeners_;
  std::uint64_t next_listener_ = 0;
  Pool pool_;
};

class [[nodiscard]] Database::Listener {
 public:
  Listener(Database& database, std::uint64_t id) : database_(&database), id_(id) {}
  Listener(Listener&& other) noexcept : database_(std::exchange(other.database_, nullptr)), id_(other.id_) {}
  Listener& operator=(Listener&&) = delete;
  ~Listener() {
    if (database_ != nullptr) database_->listeners_.erase(id_);
  }

 private:
  Database* database_;
  std::uint64_t id_;
};

}  // namespace dd::store
