// SPDX-License-Identifier: MIT
#include "control/tenant_copies.hpp"

#include <utility>

namespace dd::control {
namespace {

// Of tenants that are not there, or not yet read. What does not fit is read again.
constexpr std::size_t kMaxUnknown = 1024;
// A read takes a second at worst; who comes when so many wait for it is told to come again.
constexpr std::size_t kMaxWaiting = 4096;

Task<void> read_keys(TenantStore& store, TenantId tenant, Completion<Result<std::vector<trust::Key>>> answer) {
  auto keys = store.keys_of(std::move(tenant));
  answer.resolve(co_await std::move(keys));
}

}  // namespace

bool exists_always(const TenantId& tenant) { return implied_tenant(tenant).has_value(); }

Task<Result<std::shared_ptr<TenantCopy>>> TenantCopies::fetch_from(std::shared_ptr<TenantCopies> self, TenantId tenant) {
  auto copy = self->copy_of(tenant);
  if (self->is_fresh(*copy)) co_return copy;
  if (copy->reading) {
    if (copy->waiting.size() >= kMaxWaiting) co_return unavailable("too many calls wait for the same tenant");
    Completion<bool> done(self->loop_);
    copy->waiting.push_back(done);
    co_await done;
  } else {
    co_await read(self, std::move(tenant), copy);
  }
  if (!copy->loaded) co_return copy->failure.value_or(unavailable("the tenant could not be read"));
  co_return copy;
}

std::shared_ptr<TenantCopy> TenantCopies::peek(const TenantId& tenant) {
  const auto slot = slots_.find(tenant);
  if (slot == slots_.end() || !slot->second.copy->loaded) return nullptr;
  auto copy = slot->second.copy;
  if (!is_fresh(*copy) && !copy->reading) spawn(read(shared_from_this(), tenant, copy));
  return copy;
}

void TenantCopies::forget(const TenantId& tenant) { erase(tenant); }

Task<void> TenantCopies::read(std::shared_ptr<TenantCopies> self, TenantId tenant, std::shared_ptr<TenantCopy> copy) {
  copy->reading = true;
  // Both at once: they are two transactions, but one wait.
  const Completion<Result<std::vector<trust::Key>>> keys_read(self->loop_);
  spawn(read_keys(self->store_, tenant, keys_read));
  auto found_read = self->store_.find_tenant(tenant);
  auto found = co_await std::move(found_read);
  auto keys = co_await keys_read;

  copy->failure.reset();
  if (found && keys) {
    copy->tenant = std::move(*found);
    copy->keys = std::move(*keys);
    if (!copy->tenant && exists_always(tenant)) {
      copy->tenant.emplace();
      copy->tenant->id = tenant;
      copy->tenant->name = tenant.str();
    }
    copy->loaded = true;
    if (copy->tenant) self->promote(tenant, copy);
  } else {
    copy->failure = found ? std::move(keys.error()) : std::move(found.error());
  }
  // Also after a failure: whoever has an old copy is not kept waiting for a database that hangs more often than for one that works.
  copy->read = self->loop_.now();
  copy->reading = false;
  for (const auto& waiter : std::exchange(copy->waiting, {})) waiter.resolve(true);
}

// The tenant's slot, made if it is missing, as the one used last.
std::shared_ptr<TenantCopy> TenantCopies::copy_of(const TenantId& tenant) {
  if (const auto slot = slots_.find(tenant); slot != slots_.end()) {
    auto& order = slot->second.known ? known_ : unknown_;
    order.splice(order.begin(), order, slot->second.place);
    return slot->second.copy;
  }
  if (unknown_.size() >= kMaxUnknown) erase(TenantId(unknown_.back()));
  unknown_.push_front(tenant);
  auto copy = std::make_shared<TenantCopy>();
  slots_.emplace(tenant, Slot{copy, unknown_.begin(), false});
  return copy;
}

void TenantCopies::promote(const TenantId& tenant, const std::shared_ptr<TenantCopy>& copy) {
  const auto slot = slots_.find(tenant);
  if (slot == slots_.end() || slot->second.copy != copy || slot->second.known) return;  // forgotten meanwhile
  known_.splice(known_.begin(), unknown_, slot->second.place);
  slot->second.known = true;
  if (known_.size() > max_known_) erase(TenantId(known_.back()));
}

void TenantCopies::erase(const TenantId& tenant) {
  const auto slot = slots_.find(tenant);
  if (slot == slots_.end()) return;
  (slot->second.known ? known_ : unknown_).erase(slot->second.place);
  slots_.erase(slot);
}

}  // namespace dd::control
