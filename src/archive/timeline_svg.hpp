// SPDX-License-Identifier: MIT
// A recording drawn over time: a lane for each track with its files, gaps and pauses, who spoke, parts, what is missing.
// It draws what the timeline says, and no frame. Legible on light and on dark, as the viewer prefers.
// Pure function; the number of shapes is bounded by the picture's width.
#pragma once

#include <string>

#include "recording/manifest.hpp"
#include "recording/timeline.hpp"

namespace dd::archive {

std::string timeline_svg(const recording::Manifest& manifest, const recording::Timeline& timeline);

}  // namespace dd::archive
