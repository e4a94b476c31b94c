// SPDX-License-Identifier: MIT
#include "store/pool.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/completion.hpp"
#include "observe/log.hpp"
#include "store/migrations.hpp"

namespace dd::store {
namespace {

using observe::Metric;
using std::chrono::milliseconds;

// Deadlocks between short transactions resolve at the first or second repetition; five bound the time to 155 ms.
constexpr int kMaxRepetitions = 5;
constexpr milliseconds kFirstPause{5};

enum class Phase { kQueued, kRunning, kCommitting, kDone, kAbandoned };

Error away() { return unavailable("the database is away"); }

}  // namespace

struct Pool::Job {
  Job(Loop& loop, Operation what, Work<void> todo) : operation(what), work(std::move(todo)), answer(loop) {}

  bool advance(Phase from, Phase to) { return phase.compare_exchange_strong(from, to); }

  const Operation operation;
  Work<void> work;
  std::atomic<Phase> phase{Phase::kQueued};
  const Completion<Result<void>> answer;  // resolved on the loop only
};

struct Pool::State : std::enable_shared_from_this<State> {
  State(Loop& home, Settings chosen, observe::Metrics& counted) : loop(home), settings(std::move(chosen)), metrics(counted) {}

  void work_until_stopped();
  std::shared_ptr<Job> next_job(Connection& connection);
  void probe(Connection& connection);
  void execute(const std::shared_ptr<Job>& job, Connection& connection);
  Result<void> attempt(Job& job, Connection& connection);
  bool pause(milliseconds time);
  void answer(const std::shared_ptr<Job>& job, Result<void> result);
  void declare_away(std::string_view reason);
  void declare_available();
  void notify_available();
  void start_threads();

  Loop& loop;
  const Settings settings;
  observe::Metrics& metrics;
  UniqueFunction<void()> available_callback;  // the loop's

  std::atomic<bool> available{false};
  std::mutex mutex;
  std::condition_variable changed;
  // Under the mutex:
  bool stopping = false;
  bool probing = false;
  bool exclusive_running = false;
  std::size_t running = 0;
  std::deque<std::shared_ptr<Job>> queue;
  MonotonicTime next_probe{};
  std::string last_reason;

  std::vector<std::thread> threads;
};

Pool::Pool(Loop& loop, Settings settings, observe::Metrics& metrics) : state_(std::make_shared<State>(loop, std::move(settings), metrics)) {
  metrics.set(Metric::kStoreAvailable, 0);
  state_->start_threads();
}

Pool::~Pool() {
  std::deque<std::shared_ptr<Job>> unanswered;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    unanswered.swap(state_->queue);
  }
  state_->changed.notify_all();
  for (auto& thread : state_->threads) thread.join();
  for (auto& job : unanswered) state_->answer(job, away());
  state_->available_callback = {};
}

bool Pool::available() const { return state_->available; }
const Settings& Pool::settings() const { return state_->settings; }

void Pool::on_available(UniqueFunction<void()> callback) {
  state_->loop.assert_current();
  state_->available_callback = std::move(callback);
}

void Pool::report_away(std::string_view reason) { state_->declare_away(reason); }
void Pool::report_rows_lost() { state_->notify_available(); }

Task<Result<void>> Pool::submit(std::shared_ptr<State> state, Operation operation, Work<void> work) {
  state->loop.assert_current();
  const auto started = state->loop.now();
  const auto count = [state, operation, started](std::string_view outcome) {
    state->metrics.add(Metric::kStoreOperations, {operation.name, outcome});
    const std::chrono::duration<double> took = state->loop.now() - started;
    state->metrics.observe(Metric::kStoreOperationSeconds, took.count(), {operation.name});
  };

  auto job = std::make_shared<Job>(state->loop, operation, std::move(work));
  {
    const std::lock_guard lock(state->mutex);
    std::optional<Error> refusal;
    if (!state->available || state->stopping) refusal = away();
    if (!refusal && state->queue.size() >= state->settings.max_queued) refusal = unavailable("too many operations wait for the database");
    if (refusal) {
      count("unavailable");
      co_return std::move(*refusal);
    }
    state->queue.push_back(job);
  }
  state->changed.notify_one();

  Timer grace;
  const Timer deadline = state->loop.after(operation.deadline.value_or(state->settings.deadline), [state, job, &grace] {
    if (job->advance(Phase::kQueued, Phase::kAbandoned) || job->advance(Phase::kRunning, Phase::kAbandoned)) {
      job->answer.resolve(unavailable("the database did not answer in time"));
      return;
    }
    // It commits (or has, and the answer is on its way).
    grace = state->loop.after(state->settings.commit_grace, [job] {
      job->answer.resolve(make_error(Errc::kDeadlineExceeded, "the database did not confirm in time; the outcome is unknown"));
    });
  });

  auto result = co_await job->answer;
  if (result) {
    count("ok");
  } else if (job->phase == Phase::kAbandoned) {
    count("abandoned");
  } else if (result.error().code == Errc::kUnavailable) {
    count("unavailable");
  } else {
    count("failed");
  }
  co_return result;
}

void Pool::State::start_threads() {
  const std::size_t count = settings.kind == DatabaseKind::kSqlite ? 1 : std::clamp<std::size_t>(settings.threads, 1, 16);
  for (std::size_t i = 0; i < count; ++i) {
    // The pool joins its threads before the state can go.
    threads.emplace_back([this] { work_until_stopped(); });
  }
}

void Pool::State::work_until_stopped() {
  Connection connection(settings);
  while (auto job = next_job(connection)) {
    execute(job, connection);
    {
      const std::lock_guard lock(mutex);
      --running;
      if (job->operation.exclusive) exclusive_running = false;
    }
    changed.notify_all();
  }
}

// Blocks until there is something to do; probes in the meantime when the database is away. Null: stop.
std::shared_ptr<Pool::Job> Pool::State::next_job(Connection& connection) {
  std::unique_lock lock(mutex);
  while (true) {
    if (stopping) return nullptr;
    if (!available) {
      if (probing) {
        changed.wait(lock);
      } else if (system_clock().now() < next_probe) {
        changed.wait_until(lock, next_probe);
      } else {
        probing = true;
        lock.unlock();
        probe(connection);
        lock.lock();
        probing = false;
      }
      continue;
    }
    const bool may_start = !queue.empty() && !exclusive_running && (!queue.front()->operation.exclusive || running == 0);
    if (!may_start) {
      changed.wait(lock);
      continue;
    }
    auto job = std::move(queue.front());
    queue.pop_front();
    ++running;
    exclusive_running = job->operation.exclusive;
    return job;
  }
}

void Pool::State::probe(Connection& connection) {
  auto result = connection.open();
  if (result) result = migrate(connection);
  if (result) {
    declare_available();
    return;
  }
  connection.close();
  const std::lock_guard lock(mutex);
  next_probe = system_clock().now() + settings.probe_interval;
  if (last_reason != result.error().message) {
    last_reason = result.error().message;
    observe::log_warn("store_unreachable", {{"reason", last_reason}});
  }
}

void Pool::State::execute(const std::shared_ptr<Job>& job, Connection& connection) {
  if (!job->advance(Phase::kQueued, Phase::kRunning)) return;  // abandoned while it waited, and answered
  auto result = attempt(*job, connection);
  job->advance(Phase::kRunning, Phase::kDone);
  job->advance(Phase::kCommitting, Phase::kDone);
  answer(job, std::move(result));
}

// One transaction, repeated while the database only asks for patience.
Result<void> Pool::State::attempt(Job& job, Connection& connection) {
  bool reconnected = false;
  for (int repetition = 0;;) {
    if (!connection.is_open()) {
      auto opened = connection.open();
      if (!opened) {
        declare_away(opened.error().message);
        return away();
      }
      reconnected = true;
    }

    auto result = connection.begin(job.operation.isolation);
    if (result) result = job.work(connection);
    if (result) {
      if (!job.advance(Phase::kRunning, Phase::kCommitting)) {
        connection.rollback();
        return away();
      }
      result = connection.commit();
      if (result) return result;
      if (connection.fault() == Fault::kLost) {
        connection.close();
        return make_error(Errc::kDeadlineExceeded, "the connection was lost while committing; the outcome is unknown");
      }
      job.advance(Phase::kCommitting, Phase::kRunning);  // a refused commit has written nothing
    }

    switch (connection.fault()) {
      case Fault::kLost:
        connection.close();
        // A server that was restarted leaves us a dead connection: worth one new one, but not when we waited for it in vain.
        if (!reconnected && job.phase == Phase::kRunning) continue;
        declare_away(result.error().message);
        return away();
      case Fault::kMissingTable:
        connection.close();
        declare_away(result.error().message);
        return away();
      case Fault::kContention:
        connection.rollback();
        if (repetition == kMaxRepetitions || job.phase != Phase::kRunning) return result;
        if (!pause(kFirstPause * (1 << repetition++))) return away();
        continue;
      default: connection.rollback(); return result;
    }
  }
}

// False when the pool stops meanwhile.
bool Pool::State::pause(milliseconds time) {
  std::unique_lock lock(mutex);
  return !changed.wait_for(lock, time, [this] { return stopping; });
}

void Pool::State::answer(const std::shared_ptr<Job>& job, Result<void> result) {
  loop.post([job, result = std::move(result)]() mutable { job->answer.resolve(std::move(result)); });
}

void Pool::State::declare_away(std::string_view reason) {
  std::deque<std::shared_ptr<Job>> refused;
  {
    const std::lock_guard lock(mutex);
    if (!available) return;
    available = false;
    next_probe = system_clock().now() + settings.probe_interval;
    last_reason = std::string(reason);
    refused.swap(queue);
  }
  metrics.set(Metric::kStoreAvailable, 0);
  observe::log_warn("store_away", {{"reason", reason}});
  for (const auto& job : refused) answer(job, away());
  changed.notify_all();
}

void Pool::State::declare_available() {
  {
    const std::lock_guard lock(mutex);
    available = true;
    last_reason.clear();
  }
  metrics.set(Metric::kStoreAvailable, 1);
  observe::log_info("store_available");
  changed.notify_all();
  notify_available();
}

void Pool::State::notify_available() {
  loop.post([weak = weak_from_this()] {
    const auto state = weak.lock();
    if (state && state->available_callback) state->available_callback();
  });
}

}  // namespace dd::store
