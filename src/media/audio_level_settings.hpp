// SPDX-License-Identifier: MIT
// How loudness is reported: how many producers, from which level, how often. Values only; rtp_observer.hpp applies them.
// Part of EngineSettings, so that whoever configures the engine sees nothing of the worker's messages.
#pragma once

#include <chrono>
#include <cstdint>

namespace dd::media {

struct AudioLevelSettings {
  std::uint16_t max_entries = 16;
  std::int8_t threshold = -70;  // dBov; quieter is silence
  std::chrono::milliseconds interval{800};
};

}  // namespace dd::media
