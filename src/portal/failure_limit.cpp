// SPDX-License-Identifier: MIT
#include "portal/failure_limit.hpp"

#include <algorithm>
#include <cmath>

namespace dd::portal {
namespace {

constexpr double kForgotten = 0.5;

}  // namespace

// IPv4 in its mapped form differs in the last four bytes, IPv6 customers in the first eight.
std::uint64_t FailureLimit::key_of(const api::PeerAddress& peer) {
  const bool mapped = std::all_of(peer.begin(), peer.begin() + 10, [](std::uint8_t byte) { return byte == 0; }) && peer[10] == 0xff;
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < 8; ++i) key = (key << 8U) | peer[mapped ? i + 8 : i];
  return key;
}

double FailureLimit::standing(const Count& count, MonotonicTime now) const {
  const double passed = std::chrono::duration<double>(now - count.since).count();
  return std::max(0.0, count.failures - passed * settings_.per_second);
}

std::optional<std::chrono::seconds> FailureLimit::wait(const api::PeerAddress& peer, MonotonicTime now) const {
  const auto found = counts_.find(key_of(peer));
  const bool known = found != counts_.end();
  if (!known && counts_.size() < settings_.max_addresses) return std::nullopt;
  const double failures = standing(known ? found->second : others_, now);
  if (failures < settings_.at_once) return std::nullopt;
  const double wait = (failures - settings_.at_once + 1) / settings_.per_second;
  return std::chrono::seconds{static_cast<std::int64_t>(std::ceil(wait))};
}

void FailureLimit::failed(const api::PeerAddress& peer, MonotonicTime now) {
  const std::uint64_t key = key_of(peer);
  auto found = counts_.find(key);
  if (found == counts_.end() && counts_.size() >= settings_.max_addresses) {
    std::erase_if(counts_, [&](const auto& entry) { return standing(entry.second, now) < kForgotten; });
  }
  const bool room = found != counts_.end() || counts_.size() < settings_.max_addresses;
  Count& count = room ? counts_[key] : others_;
  // The bound keeps an address that fails a thousand times from being shut out for an hour.
  count.failures = std::min(standing(count, now) + 1, settings_.at_once + 10);
  count.since = now;
}

}  // namespace dd::portal
