// SPDX-License-Identifier: MIT
// On which workers of a server a meeting's routers go, by kendra's rule: 2P for the producers, 2P(P+C) for the consumers, and no worker
// beyond 500. Which server it is, and whether it has room for the people, is decided elsewhere. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/id.hpp"
#include "control/control_store.hpp"
#include "portal/kendra_requests.hpp"

namespace dd::portal {

inline constexpr std::int64_t kConsumersPerWorker = 500;

struct KendraLayout {
  struct Router {
    std::int64_t capacity = 0;
    WorkerId worker;
  };
  std::optional<Router> single;  // for `meeting_capacity`: everybody on one router
  std::optional<Router> producers;
  std::vector<Router> consumers;
};

std::int64_t people(const KendraCapacity& capacity);  // who may be in the meeting at one time

// Nothing when the server's living workers have no such room. The producers get the worker with the least to do; consumers follow on the
// others, the least busy first, and share the producers' worker only when it is the one worker there is.
std::optional<KendraLayout> lay_out(const KendraCapacity& capacity, const control::ServerRecord& server);

}  // namespace dd::portal
