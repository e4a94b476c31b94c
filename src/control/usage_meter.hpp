// SPDX-License-Identifier: MIT
// UsageMeter: increments of usage, added up here and written every few seconds.
// What the database refused is kept and written again. What it may or may not have taken is not: nobody is billed twice.
// Bounded by tenants, meters and days; what does not fit is dropped and counted. Lives on the control loop.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/async_mutex.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "control/tenant_store.hpp"
#include "observe/metrics.hpp"

namespace dd::control {

class UsageMeter : public std::enable_shared_from_this<UsageMeter> {
 public:
  // All outlive it.
  UsageMeter(Loop& loop, TenantStore& store, observe::Metrics& metrics, std::size_t max_rows)
      : loop_(loop), store_(store), metrics_(metrics), max_rows_(max_rows), turns_(loop) {}

  void add(const TenantId& tenant, std::string_view meter, std::uint64_t amount);
  // Ends when everything that was added before is written, or the database has refused.
  Task<void> flush() { return write(shared_from_this()); }

 private:
  using Sums = std::map<std::tuple<TenantId, std::int32_t, std::string>, std::uint64_t, std::less<>>;

  static Task<void> write(std::shared_ptr<UsageMeter> self);
  std::vector<UsageRow> take_batch();
  bool keep(const TenantId& tenant, std::int32_t day, std::string_view meter, std::uint64_t amount);
  void write_later();

  Loop& loop_;
  TenantStore& store_;
  observe::Metrics& metrics_;
  const std::size_t max_rows_;
  AsyncMutex turns_;
  Sums sums_;
  Timer timer_;
  bool timer_runs_ = false;
};

}  // namespace dd::control
