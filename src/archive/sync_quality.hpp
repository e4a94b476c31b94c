// SPDX-License-Identifier: MIT
// How well a sender's clock was followed, judged by the `sync` events of a track.
// It judges what the recorder wrote down, not the media: what is heard and seen is for the tests that decode.
// Pure function.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "recording/terms.hpp"
#include "recording/timeline.hpp"

namespace dd::archive {

struct SyncQuality {
  double drift_ppm = 0;    // positive: the sender's media clock runs fast
  double residual_ms = 0;  // the farthest that a report lies from a steady clock
  std::size_t reports = 0;
};

// Nothing with fewer than two reports in any one part: there a clock has no speed yet.
std::optional<SyncQuality> judge_sync(std::span<const recording::Event> events, std::string_view track, recording::Codec codec);

}  // namespace dd::archive
