// SPDX-License-Identifier: MIT
// Who has the floor: the speaker changes of the timeline, calmed down so that the large picture does not flicker.
// It looks a little ahead (a cough is not a speech), which even a live programme can, being two seconds behind.
// Pure functions.
#pragma once

#include <string>
#include <vector>

#include "recording/terms.hpp"

namespace dd::composer {

struct Floor {
  recording::Time from{};
  std::string participant;
  friend bool operator==(const Floor&, const Floor&) = default;
};

// A speech shorter than this changes nothing.
inline constexpr recording::Time kShortestSpeech = std::chrono::milliseconds{700};
// Whoever has got the floor keeps it this long.
inline constexpr recording::Time kFloorHold = std::chrono::seconds{2};

// `changes` in order of time, an empty participant being nobody, who takes the floor from no one; `end` is where they stop being known.
std::vector<Floor> settle_floor(const std::vector<Floor>& changes, recording::Time end);

}  // namespace dd::composer
