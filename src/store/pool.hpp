// SPDX-License-Identifier: MIT
// Pool: runs transactions on a few threads, each with its own connection, and answers on the control loop in time.
// It knows no table. It refuses at once while the database is away, probes for its return, and never leaves the outcome
// of an operation open without saying so. run() and the callbacks belong to the control loop; the rest is its own.
//
// An operation is queued, runs, commits and is done. The loop may abandon it until it commits, by changing its phase from
// the phases before; the thread may commit only by changing it from running. So an answer "unavailable" is a promise that
// nothing was or will be written.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "base/unique_function.hpp"
#include "observe/metrics.hpp"
#include "store/connection.hpp"
#include "store/settings.hpp"

namespace dd::store {

struct Operation {
  std::string_view name;  // a label of the metrics; a literal
  Isolation isolation = Isolation::kDefault;
  bool exclusive = false;                               // runs when everything before it has ended, and before everything after it
  std::optional<std::chrono::milliseconds> deadline{};  // the settings' when absent
};

class Pool {
 public:
  // May run again after a deadlock, so it changes nothing but the database and its own answer.
  template <typename T>
  using Work = UniqueFunction<Result<T>(Connection&)>;

  // `metrics` and `loop` outlive the pool. The threads start at once and look for the database.
  Pool(Loop& loop, Settings settings, observe::Metrics& metrics);
  ~Pool();  // interrupts what waits, and joins the threads: at worst one statement's timeout

  bool available() const;
  const Settings& settings() const;

  // Called on the loop each time the database has become available, the first time included.
  void on_available(UniqueFunction<void()> callback);

  // From any thread: another connection has found that the database is away.
  void report_away(std::string_view reason);
  // From any thread: rows that were ours have vanished; calls on_available as after an outage.
  void report_rows_lost();

  template <typename T>
  Task<Result<T>> run(Operation operation, Work<T> work) {
    return run_for_value<T>(state_, std::move(operation), std::move(work));
  }
  Task<Result<void>> run(Operation operation, Work<void> work) { return submit(state_, std::move(operation), std::move(work)); }

 private:
  struct Job;
  struct State;

  static Task<Result<void>> submit(std::shared_ptr<State> state, Operation operation, Work<void> work);

  template <typename T>
  static Task<Result<T>> run_for_value(std::shared_ptr<State> state, Operation operation, Work<T> work) {
    auto answer = std::make_shared<std::optional<T>>();
    Work<void> filling = [answer, work = std::move(work)](Connection& connection) mutable -> Result<void> {
      auto result = work(connection);
      if (!result) return std::move(result.error());
      answer->emplace(std::move(*result));
      return ok();
    };
    auto submitted = submit(std::move(state), std::move(operation), std::move(filling));
    auto done = co_await std::move(submitted);
    if (!done) co_return std::move(done.error());
    co_return std::move(**answer);
  }

  std::shared_ptr<State> state_;
};

}  // namespace dd::store
