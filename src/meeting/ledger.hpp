// SPDX-License-Identifier: MIT
// Ledger: keeps rows and memory from being compared half-way. A row change and the memory change that follows it are one
// entry; an audit (reconcile) sees no entry in progress and holds new ones back until it is done.
// It protects no meeting and no media call: an entry spans one database write, which ends by itself. Lives on the control loop.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "base/completion.hpp"
#include "base/task.hpp"

namespace dd::meeting {

class Ledger {
  struct State {
    explicit State(Loop& home) : loop(home) {}
    Loop& loop;
    std::size_t entries = 0;
    bool auditing = false;
    std::optional<Completion<bool>> waiting_audit;
    std::deque<Completion<bool>> waiting_entries;  // bounded by the operations in progress: each waits for one at a time
  };

 public:
  class [[nodiscard]] Entry {
   public:
    explicit Entry(std::shared_ptr<State> state) : state_(std::move(state)) {}
    Entry(Entry&&) noexcept = default;
    Entry& operator=(Entry&&) = delete;
    ~Entry();

   private:
    std::shared_ptr<State> state_;
  };

  class [[nodiscard]] Audit {
   public:
    explicit Audit(std::shared_ptr<State> state) : state_(std::move(state)) {}
    Audit(Audit&&) noexcept = default;
    Audit& operator=(Audit&&) = delete;
    ~Audit();

   private:
    std::shared_ptr<State> state_;
  };

  explicit Ledger(Loop& loop) : state_(std::make_shared<State>(loop)) {}

  // Never while holding an entry: an audit in between would wait for the first and hold back the second.
  Task<Entry> enter() { return enter_into(state_); }
  Task<Audit> audit() { return audit_of(state_); }

 private:
  static Task<Entry> enter_into(std::shared_ptr<State> state);
  static Task<Audit> audit_of(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace dd::meeting
