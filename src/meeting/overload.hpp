// SPDX-License-Identifier: MIT
// Overload: what a worker with too much to do is spared, decided from readings of how busy it is. First layers are lowered, then no
// further pictures are added, then no sound either; it recovers step by step in the opposite order.
// It knows no consumer and changes nothing (shedding.cpp does). One for each worker, owned by Host::State, on the control loop.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace dd::meeting {

struct OverloadSettings {  // percent of a worker's core; 0: never
  std::uint32_t lower_above = 80;
  std::uint32_t refuse_above = 90;
};

// Each includes those before it.
enum class OverloadStep { kNone, kLowering, kRefusingVideo, kRefusingAll };
std::string_view to_string(OverloadStep step);  // "none", "lowering", "refusing_video", "refusing_all"

class Overload {
 public:
  enum class Change { kKeep, kLower, kRaise };

  explicit Overload(OverloadSettings settings) : settings_(settings) {}

  // A reading, about one a second. `lowered`: some layers are down by us. `lowerable`: some could still be lowered.
  Change on_reading(MonotonicTime now, std::uint32_t busy_percent, bool lowered, bool lowerable);

  OverloadStep step() const { return step_; }
  // The mean of the last seconds, by which it decides.
  std::uint32_t busy_percent() const { return static_cast<std::uint32_t>(mean_ + 0.5); }

 private:
  bool may_refuse(MonotonicTime now, bool lowerable) const;
  void decide_step(MonotonicTime now, bool lowered, bool lowerable);

  OverloadSettings settings_;
  OverloadStep step_ = OverloadStep::kNone;
  bool read_ = false;
  double mean_ = 0;
  std::optional<MonotonicTime> lowered_first_;   // of this episode
  std::optional<MonotonicTime> layers_changed_;  // by us, last
  std::optional<MonotonicTime> refusing_since_;
  std::optional<MonotonicTime> calm_since_;         // below what would let it leave its step
  std::optional<MonotonicTime> layers_calm_since_;  // below what would let layers rise
};

}  // namespace dd::meeting
