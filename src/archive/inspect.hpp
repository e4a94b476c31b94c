// SPDX-License-Identifier: MIT
// A recording as a table for people: its parts, tracks, files, gaps, sync and what was made of it.
// It reads no folder and changes nothing; timeline_svg.hpp draws the same as a picture.
// Pure function.
#pragma once

#include <span>
#include <string>

#include "recording/manifest.hpp"
#include "recording/timeline.hpp"

namespace dd::archive {

std::string inspection(const recording::Manifest& manifest, const recording::Timeline& timeline);

// 1:02:03.456; the hours only when there are any.
std::string clock_text(recording::Time time);

}  // namespace dd::archive
