// SPDX-License-Identifier: MIT
#include "meeting/ledger.hpp"

namespace dd::meeting {

Ledger::Entry::~Entry() {
  if (!state_) return;
  if (--state_->entries > 0 || !state_->waiting_audit) return;
  auto audit = *std::exchange(state_->waiting_audit, std::nullopt);
  audit.resolve(true);  // auditing is set already, so nobody enters before the audit resumes
}

Ledger::Audit::~Audit() {
  if (!state_) return;
  state_->auditing = false;
  while (!state_->waiting_entries.empty()) {
    auto next = state_->waiting_entries.front();
    state_->waiting_entries.pop_front();
    ++state_->entries;  // counted here, so that an audit that starts before it resumes waits for it
    next.resolve(true);
  }
}

Task<Ledger::Entry> Ledger::enter_into(std::shared_ptr<State> state) {
  if (!state->auditing) {
    ++state->entries;
    co_return Entry(std::move(state));
  }
  Completion<bool> turn(state->loop);
  state->waiting_entries.push_back(turn);
  co_await turn;
  co_return Entry(std::move(state));
}

Task<Ledger::Audit> Ledger::audit_of(std::shared_ptr<State> state) {
  DD_CHECK(!state->auditing, "one audit at a time");
  state->auditing = true;
  if (state->entries > 0) {
    Completion<bool> turn(state->loop);
    state->waiting_audit = turn;
    co_await turn;
  }
  co_return Audit(std::move(state));
}

}  // namespace dd::meeting
