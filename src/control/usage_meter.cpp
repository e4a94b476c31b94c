// SPDX-License-Identifier: MIT
#include "control/usage_meter.hpp"

#include <utility>

#include "control/usage.hpp"
#include "observe/log.hpp"

namespace dd::control {
namespace {

using namespace std::chrono_literals;
using observe::Metric;

constexpr Duration kWriteInterval = 5s;  // what a crash may lose
constexpr std::size_t kBatch = 500;      // rows in one transaction, a few milliseconds

}  // namespace

void UsageMeter::add(const TenantId& tenant, std::string_view meter, std::uint64_t amount) {
  loop_.assert_current();
  if (amount == 0 || tenant.empty()) return;
  if (!keep(tenant, day_of(loop_.wall_now()), meter, amount)) return;
  write_later();
}

bool UsageMeter::keep(const TenantId& tenant, std::int32_t day, std::string_view meter, std::uint64_t amount) {
  const std::tuple key(tenant, day, std::string(meter));
  const auto found = sums_.find(key);
  if (found == sums_.end() && sums_.size() >= max_rows_) {
    metrics_.add(Metric::kUsageRows, {"dropped"});
    return false;
  }
  auto& sum = found == sums_.end() ? sums_[key] : found->second;
  sum = amount > UINT64_MAX - sum ? UINT64_MAX : sum + amount;
  return true;
}

void UsageMeter::write_later() {
  if (timer_runs_) return;
  timer_runs_ = true;
  timer_ = loop_.after(kWriteInterval, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->timer_runs_ = false;
    spawn(write(self));
  });
}

std::vector<UsageRow> UsageMeter::take_batch() {
  std::vector<UsageRow> batch;
  while (!sums_.empty() && batch.size() < kBatch) {
    const auto first = sums_.begin();
    const auto& [tenant, day, meter] = first->first;
    batch.push_back({tenant, day, meter, first->second});
    sums_.erase(first);
  }
  return batch;
}

Task<void> UsageMeter::write(std::shared_ptr<UsageMeter> self) {
  auto turn_taken = self->turns_.acquire();
  auto turn = co_await std::move(turn_taken);
  if (!turn) co_return;  // many wait to do the same
  while (!self->sums_.empty()) {
    const auto batch = self->take_batch();
    auto writing = self->store_.add_usage(batch);
    const auto written = co_await std::move(writing);
    const auto count = [&](std::string_view outcome) {
      self->metrics_.add(Metric::kUsageRows, {outcome}, static_cast<double>(batch.size()));
    };
    if (written) {
      count("written");
      continue;
    }
    if (written.error().code == Errc::kDeadlineExceeded) {
      count("uncertain");
      observe::log_warn("usage_uncertain", {{"rows", batch.size()}});
      continue;
    }
    for (const auto& row : batch) self->keep(row.tenant, row.day, row.meter, row.value);
    self->write_later();
    co_return;
  }
}

}  // namespace dd::control
