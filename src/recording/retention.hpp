// SPDX-License-Identifier: MIT
// Which recordings of a tenant have to go: those that are too old, and of the rest the oldest while they are too many bytes.
// What is being worked on, or still has to be uploaded, stays whatever its age and size. It removes nothing itself.
// Pure function.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.hpp"

namespace dd::recording {

struct RetentionRule {
  std::optional<std::chrono::seconds> max_age;  // since it last changed
  std::optional<std::uint64_t> max_bytes;       // of all of the tenant's
};

struct Kept {
  WallTime changed;  // when its manifest last did
  std::uint64_t bytes = 0;
  bool needed = false;  // being recorded, composed, or not yet uploaded
};

// Indices into `kept`, the oldest first.
std::vector<std::size_t> to_remove(const RetentionRule& rule, WallTime now, std::span<const Kept> kept);

}  // namespace dd::recording
