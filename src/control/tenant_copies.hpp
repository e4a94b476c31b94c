// SPDX-License-Identifier: MIT
// TenantCopies: what was read of tenants and their keys, kept for a moment, so that a call waits for the database once at most.
// It judges no token. With the database away, what was read before goes on to be good. Bounded: the least used copy goes first, and
// tenants that are not there, of whom anybody may ask, never displace one that is. Lives on the control loop.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/completion.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "control/tenant_store.hpp"

namespace dd::control {

// Tenants that exist without a row: the default one, and the operator's, whose keys are rows all the same.
bool exists_always(const TenantId& tenant);

struct TenantCopy {
  std::optional<Tenant> tenant;  // empty: there is no such tenant
  std::vector<trust::Key> keys;

  // Requests that may still be spent, as of `refilled`; Tenants::spend_request() counts here.
  double allowance = 0;
  std::optional<MonotonicTime> refilled;

 private:
  friend class TenantCopies;
  bool loaded = false;
  bool reading = false;
  MonotonicTime read{};
  std::vector<Completion<bool>> waiting;  // for the read that is under way
  std::optional<Error> failure;           // of the last read
};

class TenantCopies : public std::enable_shared_from_this<TenantCopies> {
 public:
  // All outlive it.
  TenantCopies(Loop& loop, TenantStore& store, Duration fresh, std::size_t max_copies)
      : loop_(loop), store_(store), fresh_(fresh), max_known_(max_copies) {}

  // A copy that is fresh, or an older one when the database does not answer; an error when there is neither.
  Task<Result<std::shared_ptr<TenantCopy>>> fetch(TenantId tenant) { return fetch_from(shared_from_this(), std::move(tenant)); }
  // What is at hand, however old; null for none. A copy that is too old is read anew behind the caller's back.
  std::shared_ptr<TenantCopy> peek(const TenantId& tenant);
  void forget(const TenantId& tenant);

 private:
  using Order = std::list<TenantId>;  // the least used last
  struct Slot {
    std::shared_ptr<TenantCopy> copy;
    Order::iterator place;
    bool known = false;  // in known_, else in unknown_
  };

  static Task<Result<std::shared_ptr<TenantCopy>>> fetch_from(std::shared_ptr<TenantCopies> self, TenantId tenant);
  static Task<void> read(std::shared_ptr<TenantCopies> self, TenantId tenant, std::shared_ptr<TenantCopy> copy);
  bool is_fresh(const TenantCopy& copy) const { return copy.loaded && loop_.now() - copy.read < fresh_; }
  std::shared_ptr<TenantCopy> copy_of(const TenantId& tenant);
  void promote(const TenantId& tenant, const std::shared_ptr<TenantCopy>& copy);
  void erase(const TenantId& tenant);

  Loop& loop_;
  TenantStore& store_;
  const Duration fresh_;
  const std::size_t max_known_;
  std::unordered_map<TenantId, Slot> slots_;
  Order known_;
  Order unknown_;
};

}  // namespace dd::control
