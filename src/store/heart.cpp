// SPDX-License-Identifier: MIT
#include "store/heart.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/completion.hpp"
#include "observe/log.hpp"

namespace dd::store {

using observe::Metric;
using std::chrono::milliseconds;

struct Heart::State {
  State(Loop& home, Settings chosen, observe::Metrics& counted, Pool& others)
      : loop(home), settings(std::move(chosen)), metrics(counted), pool(others), connection(settings) {}

  void beat_until_stopped();
  Result<void> beat_once(const ServerRow& row);
  bool write_load(const ServerRow& row, const ServerLoad& what);
  Result<void> restore(const ServerRow& row);
  void sweep(const ServerRow& row);
  void checkpoint();

  Loop& loop;
  const Settings settings;
  observe::Metrics& metrics;
  Pool& pool;
  std::atomic<std::int64_t> last_success{0};  // monotonic nanoseconds; 0 before the first

  std::mutex mutex;
  std::condition_variable changed;
  // Under the mutex:
  bool stopping = false;
  bool paused = false;
  std::optional<ServerRow> server;
  std::optional<ServerLoad> load;
  bool load_urgent = false;
  std::vector<Completion<bool>> waiting_for_pause;

  // The thread's:
  Connection connection;
  MonotonicTime next_sweep{};
  bool failing = false;
  bool load_failing = false;
  std::thread thread;
};

Heart::Heart(Loop& loop, Settings settings, observe::Metrics& metrics, Pool& pool)
    : state_(std::make_shared<State>(loop, std::move(settings), metrics, pool)) {
  state_->thread = std::thread([state = state_.get()] { state->beat_until_stopped(); });
}

Heart::~Heart() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  state_->thread.join();
}

void Heart::start(ServerRow server) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->server = std::move(server);
    state_->paused = false;
  }
  state_->changed.notify_all();
}

void Heart::set_load(ServerLoad load) {
  {
    const std::lock_guard lock(state_->mutex);
    // A server whose load is not known gets no meetings, and one that drains must get no more.
    if (!state_->load || load.draining != state_->load->draining) state_->load_urgent = true;
    state_->load = std::move(load);
  }
  state_->changed.notify_all();
}

void Heart::resume() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->paused = false;
  }
  state_->changed.notify_all();
}

Task<void> Heart::pause() {
  Completion<bool> still(state_->loop);
  {
    const std::lock_guard lock(state_->mutex);
    state_->paused = true;
    state_->waiting_for_pause.push_back(still);
  }
  state_->changed.notify_all();
  co_await still;
}

std::optional<Duration> Heart::age() const {
  const auto last = state_->last_success.load();
  if (last == 0) return std::nullopt;
  return system_clock().now().time_since_epoch() - Duration(last);
}

void Heart::State::beat_until_stopped() {
  MonotonicTime next{};
  std::unique_lock lock(mutex);
  while (true) {
    if (load_urgent && server && !stopping) {
      load_urgent = false;
      const auto row = *server;
      const auto what = *load;
      lock.unlock();
      const bool written = write_load(row, what);
      lock.lock();
      // What could not be written goes with the next beat.
      if (!written) next = {};
      continue;
    }
    if (stopping || paused) {
      for (auto& still : std::exchange(waiting_for_pause, {})) loop.post([still] { still.resolve(true); });
    }
    if (stopping) return;
    if (paused || !server) {
      next = {};
      changed.wait(lock);
      continue;
    }
    if (system_clock().now() < next) {
      changed.wait_until(lock, next);
      continue;
    }
    const ServerRow row = *server;
    const auto what = load;
    lock.unlock();
    const auto began = system_clock().now();
    const auto result = beat_once(row);
    // After the beat and of less weight: whatever becomes of it, this server lives.
    if (result && what) write_load(row, *what);
    // A failed beat is repeated several times within the interval; kendra's patience lasts five intervals.
    next =
        result ? began + settings.heartbeat_interval : system_clock().now() + std::min(settings.heartbeat_interval / 8, milliseconds{250});
    lock.lock();
  }
}

Result<void> Heart::State::beat_once(const ServerRow& row) {
  auto result = connection.is_open() ? ok() : connection.open();
  if (!result) pool.report_away(result.error().message);
  if (result) {
    auto complete = beat(connection, row, system_clock().wall_now());
    if (complete && !*complete) {
      result = restore(row);
    } else if (!complete) {
      result = std::move(complete.error());
    }
  }
  metrics.add(Metric::kStoreHeartbeats, {result ? "ok" : "failed"});
  if (!result) {
    if (connection.fault() == Fault::kLost) connection.close();
    // The pool, which makes tables, may be idle and not know.
    if (connection.fault() == Fault::kMissingTable) pool.report_away(result.error().message);
    if (!failing) observe::log_warn("heartbeat_failed", {{"reason", result.error().message}});
    failing = true;
    return result;
  }
  if (failing) observe::log_info("heartbeat_resumed");
  failing = false;
  last_success = system_clock().now().time_since_epoch().count();
  checkpoint();
  if (system_clock().now() >= next_sweep) {
    sweep(row);
    next_sweep = system_clock().now() + settings.sweep_interval;
  }
  return ok();
}

bool Heart::State::write_load(const ServerRow& row, const ServerLoad& what) {
  auto result = connection.is_open() ? ok() : connection.open();
  if (result) result = put_load(connection, row, what, system_clock().wall_now());
  if (!result) {
    if (connection.fault() == Fault::kLost) connection.close();
    if (connection.fault() == Fault::kMissingTable) pool.report_away(result.error().message);
    if (!load_failing) observe::log_warn("server_load_not_written", {{"reason", result.error().message}});
  }
  load_failing = !result;
  return result.has_value();
}

Result<void> Heart::State::restore(const ServerRow& row) {
  DD_TRY_VOID(connection.begin());
  auto inserted = put_server(connection, row, system_clock().wall_now());
  auto result = inserted ? connection.commit() : Result<void>(inserted.error());
  if (!result) {
    connection.rollback();
    return result;
  }
  observe::log_warn("server_rows_restored", {{"rows", *inserted}});
  // Whoever removed them has probably removed the meetings' too.
  pool.report_rows_lost();
  return ok();
}

void Heart::State::sweep(const ServerRow& row) {
  if (!connection.begin()) return;
  auto swept = sweep_servers(connection, row, system_clock().wall_now() - settings.stale_after);
  const auto result = swept ? connection.commit() : Result<void>(swept.error());
  if (!result) {
    connection.rollback();
    observe::log_warn("server_sweep_failed", {{"reason", result.error().message}});
    return;
  }
  for (const auto& container : *swept) observe::log_info("server_rows_swept", {{"container", container}});
}

// A checkpoint syncs two files. Here it runs beside SQLite's writer (a passive one takes none of its locks), not inside a transaction.
void Heart::State::checkpoint() {
  if (settings.kind != DatabaseKind::kSqlite) return;
  const auto moved = connection.query("PRAGMA wal_checkpoint(PASSIVE)", {}, 3);
  if (!moved) observe::log_warn("store_checkpoint_failed", {{"reason", moved.error().message}});
}

}  // namespace dd::store
