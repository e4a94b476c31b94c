// SPDX-License-Identifier: MIT
// BackgroundThread: one thread for what may block (files), and the way back: `co_await thread.run(work)` on the loop.
// Work runs in the order it was given; the line is bounded and a full one refuses. It is no pool: one disk, one thread.
// Made, used and destroyed on its loop; destroying it finishes what is running and drops what waits.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>

#include "base/completion.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace dd {

class BackgroundThread {
 public:
  explicit BackgroundThread(Loop& loop, std::size_t max_waiting = 1024);
  ~BackgroundThread();
  BackgroundThread(const BackgroundThread&) = delete;
  BackgroundThread& operator=(const BackgroundThread&) = delete;

  // `work` returns a Result and owns all it touches; kUnavailable when too much waits already.
  template <typename Work>
  Task<std::invoke_result_t<Work>> run(Work work) {
    using Answer = std::invoke_result_t<Work>;
    Completion<Answer> answer(loop_);
    auto shared = std::make_shared<Work>(std::move(work));
    const bool taken = push([this, shared, answer]() mutable {
      auto result = std::make_shared<Answer>((*shared)());
      loop_.post([result, answer = std::move(answer)] { answer.resolve(std::move(*result)); });
    });
    if (!taken) co_return Answer(unavailable("too much waits for the disk"));
    co_return co_await answer;
  }

 private:
  bool push(UniqueFunction<void()> work);
  void work_until_stopped();

  Loop& loop_;
  const std::size_t max_waiting_;
  std::mutex mutex_;  // guards the two below
  std::deque<UniqueFunction<void()>> waiting_;
  bool stopping_ = false;
  std::condition_variable changed_;
  std::thread thread_;
};

}  // namespace dd
