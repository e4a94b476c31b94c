// SPDX-License-Identifier: MIT
// FailureLimit: how often one address may fail to say who it is before it has to wait. An IPv6 address counts as its /64, which
// one customer has. It knows no credentials. Bounded whatever comes: when too many addresses fail, the newer ones share one count.
// Lives on the control loop; time comes in.
#pragma once

#include <optional>
#include <unordered_map>

#include "api/http.hpp"
#include "base/clock.hpp"

namespace dd::portal {

class FailureLimit {
 public:
  struct Settings {
    double at_once = 20;          // failures in a row
    double per_second = 1.0 / 3;  // and then one in so long
    std::size_t max_addresses = 10'000;
  };

  FailureLimit() = default;
  explicit FailureLimit(Settings settings) : settings_(settings) {}

  // How long this address has to wait; nullopt when it need not.
  std::optional<std::chrono::seconds> wait(const api::PeerAddress& peer, MonotonicTime now) const;
  void failed(const api::PeerAddress& peer, MonotonicTime now);

  std::size_t addresses() const { return counts_.size(); }

 private:
  struct Count {
    double failures = 0;
    MonotonicTime since{};
  };
  static std::uint64_t key_of(const api::PeerAddress& peer);
  double standing(const Count& count, MonotonicTime now) const;

  Settings settings_;
  std::unordered_map<std::uint64_t, Count> counts_;
  Count others_;
};

}  // namespace dd::portal
