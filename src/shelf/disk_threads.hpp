// SPDX-License-Identifier: MIT
// DiskThreads: runs work that blocks on the disk and brings each answer home to the control loop as a Task.
// It knows nothing of recordings. Bounded: when too much waits, work is refused with kTooManyRequests.
// run() belongs to the control loop; the work runs on one of the threads.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/completion.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace dd::shelf {

class DiskThreads {
 public:
  DiskThreads(Loop& loop, unsigned threads, std::size_t max_waiting);
  ~DiskThreads();  // finishes what waits
  DiskThreads(const DiskThreads&) = delete;
  DiskThreads& operator=(const DiskThreads&) = delete;

  // `work` answers a Result and touches nothing that belongs to the loop.
  template <typename Work>
  Task<std::invoke_result_t<Work&>> run(Work work) {
    using Answer = std::invoke_result_t<Work&>;
    Completion<Answer> done(loop_);
    Loop& home = loop_;
    const bool taken = enqueue([&home, done, work = std::move(work)]() mutable {
      Answer answer = work();
      // The completion belongs to the loop, so its last owner must be there.
      home.post([done = std::move(done), answer = std::move(answer)]() mutable { done.resolve(std::move(answer)); });
    });
    if (!taken) co_return make_error(Errc::kTooManyRequests, "too many calls wait for the disk");
    co_return co_await done;
  }

 private:
  using Job = UniqueFunction<void()>;
  bool enqueue(Job job);
  void work();

  Loop& loop_;
  const std::size_t max_waiting_;
  // Guards the queue between the loop, which appends, and the threads, which take.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> waiting_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace dd::shelf
