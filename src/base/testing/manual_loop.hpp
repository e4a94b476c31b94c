// SPDX-License-Identifier: MIT
// ManualLoop: a Loop that a test steps by hand, with simulated time; no test sleeps.
// It has no file-descriptor watches and accepts posts from its own thread only. Owned by one test.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "base/check.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"

namespace dd::testing {

class ManualLoop final : public Loop {
 public:
  void post(Callback callback) override { ready_.push_back(std::move(callback)); }
  MonotonicTime now() const override { return MonotonicTime{} + elapsed_; }
  WallTime wall_now() const override { return WallTime{} + std::chrono::hours{24 * 365 * 50} + elapsed_; }
  void assert_current() const override {}

  void run_ready() {
    while (!ready_.empty()) {
      auto callback = std::move(ready_.front());
      ready_.pop_front();
      callback();
    }
  }

  // Runs everything that is due within `duration`, in the order of time.
  void advance(Duration duration) {
    const Duration end = elapsed_ + duration;
    run_ready();
    while (!timers_.empty() && timers_.begin()->first.first <= end) {
      auto first = timers_.begin();
      elapsed_ = std::max(elapsed_, first->first.first);
      auto callback = std::move(first->second);
      timers_.erase(first);
      callback();
      run_ready();
    }
    elapsed_ = end;
  }

  // Runs `task` to its end, letting simulated time pass up to `limit` when nothing else is ready.
  template <typename T>
  T run(Task<T> task, Duration limit = std::chrono::seconds{60}) {
    std::optional<T> answer;
    spawn(store_answer(std::move(task), answer));
    const Duration end = elapsed_ + limit;
    run_ready();
    while (!answer && !timers_.empty() && timers_.begin()->first.first <= end) {
      advance(std::max(Duration{0}, timers_.begin()->first.first - elapsed_));
    }
    DD_CHECK(answer.has_value(), "the task did not finish in the simulated time");
    return std::move(*answer);
  }

 private:
  template <typename T>
  static Task<void> store_answer(Task<T> task, std::optional<T>& answer) {
    answer.emplace(co_await std::move(task));
  }

  std::uint64_t start_timer(Duration delay, Callback callback) override {
    const auto id = next_id_++;
    timers_.emplace(std::pair{elapsed_ + delay, id}, std::move(callback));
    return id;
  }
  void stop_timer(std::uint64_t id) override {
    for (auto timer = timers_.begin(); timer != timers_.end(); ++timer) {
      if (timer->first.second == id) {
        timers_.erase(timer);
        return;
      }
    }
  }
  std::uint64_t start_watch(int, FdReady, Callback) override {
    check_failed("watch", "a manual loop has no file descriptors", __FILE__, __LINE__);
  }
  void stop_watch(std::uint64_t) override {}

  std::deque<Callback> ready_;
  std::map<std::pair<Duration, std::uint64_t>, Callback> timers_;
  Duration elapsed_{0};
  std::uint64_t next_id_ = 1;
};

}  // namespace dd::testing
