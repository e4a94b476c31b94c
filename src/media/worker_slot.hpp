// SPDX-License-Identifier: MIT
// The place of one worker: whatever process fills it, the id and the ports stay. It starts the process, has its routers
// restored, notices when it dies or hangs, and starts the next. It knows no router or transport.
// Lives on the control loop; owned by the engine.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/completion.hpp"
#include "base/id.hpp"
#include "child/supervisor.hpp"
#include "media/worker.hpp"
#include "observe/process.hpp"

namespace dd::media {

class WorkerSlot : public std::enable_shared_from_this<WorkerSlot> {
 public:
  struct Settings {
    WorkerId id;
    WorkerSettings worker;
    child::Supervisor::Settings supervision;
    Duration ping_interval = std::chrono::seconds{2};
    // A worker that says nothing for this long while it is asked is killed: it forwards nothing either.
    Duration hang_limit = std::chrono::seconds{10};
  };
  struct Events {
    UniqueFunction<Task<Result<void>>(std::shared_ptr<Worker>)> restore;  // bring the routers back; a failure costs the process
    UniqueFunction<void()> on_up;                                         // usable, with its routers
    UniqueFunction<void()> on_down;                                       // was usable, and is not any more
    UniqueFunction<void(std::uint32_t)> on_load;                          // how busy it was in the last second, in percent of a core
  };

  WorkerSlot(Loop& loop, observe::Metrics& metrics, Settings settings, Events events);
  ~WorkerSlot();

  void start();
  // True once the worker is usable, or why the first attempt failed.
  Completion<Result<void>> first_start() const { return first_start_; }
  // True once the process has ended; nothing is started afterwards.
  Completion<bool> stop(Duration patience);

  const WorkerId& id() const { return settings_.id; }
  bool up() const { return up_; }
  const std::shared_ptr<Worker>& worker() const { return worker_; }  // null between two processes
  std::uint64_t restarts() const { return supervisor_.restarts(); }

  // Kept here for workers(): what the engine has on this worker.
  std::size_t routers = 0;
  std::size_t transports = 0;
  std::size_t consumers = 0;
  std::uint32_t busy_percent() const { return busy_percent_; }

 private:
  using Action = child::Supervisor::Action;

  void act(Action action);
  void launch();
  void on_ended(const std::string& how);
  static Task<void> bring_up(std::shared_ptr<WorkerSlot> self, std::shared_ptr<Worker> worker);
  void ping();
  static Task<void> ping_once(std::shared_ptr<WorkerSlot> self, std::shared_ptr<Worker> worker);
  void schedule_ping();
  void look_at_load();

  Loop& loop_;
  observe::Metrics& metrics_;
  Settings settings_;
  Events events_;
  child::Supervisor supervisor_;
  std::shared_ptr<Worker> worker_;
  bool up_ = false;
  std::optional<MonotonicTime> pinged_;  // since when an answer is due
  Timer supervision_timer_;
  Timer ping_timer_;
  Timer load_timer_;
  observe::BusySampler sampler_;
  std::uint32_t busy_percent_ = 0;
  Completion<Result<void>> first_start_;
  std::optional<Completion<bool>> stopped_;
};

}  // namespace dd::media
