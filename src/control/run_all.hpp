// SPDX-License-Identifier: MIT
// Runs tasks side by side, a bounded number at a time, in the order given. It collects nothing: a task keeps what it found.
// On one loop.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/completion.hpp"
#include "base/task.hpp"

namespace dd::control {

struct SideBySide {
  SideBySide(Loop& loop, std::vector<Task<void>> all) : tasks(std::move(all)), done(loop) {}
  std::vector<Task<void>> tasks;
  std::size_t next = 0;
  std::size_t lanes = 0;
  Completion<bool> done;
};

inline Task<void> run_lane(std::shared_ptr<SideBySide> work) {
  while (work->next < work->tasks.size()) {
    auto task = std::move(work->tasks[work->next++]);
    co_await std::move(task);
  }
  if (--work->lanes == 0) work->done.resolve(true);
}

inline Task<void> run_all(Loop& loop, std::vector<Task<void>> tasks, std::size_t at_once) {
  if (tasks.empty()) co_return;
  const std::size_t lanes = std::min(at_once, tasks.size());
  const auto work = std::make_shared<SideBySide>(loop, std::move(tasks));
  work->lanes = lanes;
  for (std::size_t i = 0; i < lanes; ++i) spawn(run_lane(work));
  co_await work->done;
}

}  // namespace dd::control
