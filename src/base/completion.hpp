// SPDX-License-Identifier: MIT
// Completion<T>: the one answer a coroutine waits for, given later by a callback, another thread's post or a timer.
// The first answer wins and later ones are ignored, so a deadline is just another answer. It is not a channel or a stream.
// Lives on one loop: resolve() and awaiting both happen there; copies share the same answer.
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

#include "base/check.hpp"
#include "base/loop.hpp"

namespace dd {

template <typename T>
class Completion {
 public:
  explicit Completion(Loop& loop) : state_(std::make_shared<State>(loop)) {}

  bool resolved() const { return state_->value.has_value(); }

  // Answers with `value` unless there is an answer already; the waiter resumes in a turn of its own. False if too late.
  bool resolve(T value) const {
    if (state_->value) return false;
    state_->value.emplace(std::move(value));
    state_->deadline.cancel();
    if (state_->waiter) {
      state_->loop.post([state = state_] { std::exchange(state->waiter, nullptr).resume(); });
    }
    return true;
  }

  // Answers with `value` after `delay` if nothing answered before: the deadline of the operation.
  void resolve_after(Duration delay, T value) const {
    if (state_->value) return;
    std::weak_ptr<State> weak = state_;
    state_->deadline = state_->loop.after(delay, [weak, value = std::move(value)]() mutable {
      if (auto state = weak.lock()) Completion(std::move(state)).resolve(std::move(value));
    });
  }

  auto operator co_await() const noexcept {
    struct Awaiter {
      std::shared_ptr<State> state;
      bool await_ready() const noexcept { return state->value.has_value(); }
      void await_suspend(std::coroutine_handle<> waiter) const {
        DD_CHECK(!state->waiter, "a completion has one waiter");
        state->waiter = waiter;
      }
      T await_resume() const { return std::move(*state->value); }
    };
    return Awaiter{state_};
  }

 private:
  struct State {
    explicit State(Loop& home) : loop(home) {}
    Loop& loop;
    std::optional<T> value;
    std::coroutine_handle<> waiter;
    Timer deadline;
  };

  explicit Completion(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

// Suspends a task for `delay`; the only way to wait for time in a coroutine.
inline Completion<bool> sleep_for(Loop& loop, Duration delay) {
  Completion<bool> woken(loop);
  woken.resolve_after(delay, true);
  return woken;
}

}  // namespace dd
