// SPDX-License-Identifier: MIT
// AsyncMutex: operations on one thing take turns, first come first served, without blocking the loop.
// It protects against interleaving at co_await, not against threads; the waiting line is bounded and a full one refuses.
// Lives on one loop, together with what it serialises.
#pragma once

#include <deque>
#include <memory>
#include <utility>

#include "base/completion.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace dd {

class AsyncMutex {
  struct State {
    explicit State(Loop& home, std::size_t bound) : loop(home), max_waiting(bound) {}
    Loop& loop;
    std::size_t max_waiting;
    bool held = false;
    std::deque<Completion<bool>> waiting;

    void release() {
      if (waiting.empty()) {
        held = false;
        return;
      }
      auto next = waiting.front();
      waiting.pop_front();
      next.resolve(true);  // the mutex passes on without being free in between
    }
  };

 public:
  // Held while it lives; releasing resumes the next in line.
  class [[nodiscard]] Guard {
   public:
    explicit Guard(std::shared_ptr<State> state) : state_(std::move(state)) {}
    Guard(Guard&&) noexcept = default;
    Guard& operator=(Guard&&) = delete;
    ~Guard() {
      if (state_) state_->release();
    }

   private:
    std::shared_ptr<State> state_;
  };

  explicit AsyncMutex(Loop& loop, std::size_t max_waiting = 256) : state_(std::make_shared<State>(loop, max_waiting)) {}

  bool idle() const { return !state_->held; }

  Task<Result<Guard>> acquire() { return acquire_from(state_); }

 private:
  static Task<Result<Guard>> acquire_from(std::shared_ptr<State> state) {
    if (!state->held) {
      state->held = true;
      co_return Guard(std::move(state));
    }
    if (state->waiting.size() >= state->max_waiting) {
      Error busy = make_error(Errc::kTooManyRequests, "too many operations wait for the same meeting");
      busy.retry_after = std::chrono::seconds{1};
      co_return busy;
    }
    Completion<bool> turn(state->loop);
    state->waiting.push_back(turn);
    co_await turn;
    co_return Guard(std::move(state));
  }

  std::shared_ptr<State> state_;
};

}  // namespace dd
