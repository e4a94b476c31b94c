// SPDX-License-Identifier: MIT
// Which encoded frames of a file have to be decoded: those that are shown, and what they build on since their key frame.
// A tile that is hidden for ten minutes costs no decoding for ten minutes.
// Pure functions.
#pragma once

#include <vector>

#include "composer/plan.hpp"

namespace dd::composer {

// In the file's own time, sorted, without overlaps. `shown` and `clip` (where the file begins and at the latest ends) are on the timeline;
// `key_frames` are sorted and in the file's time. Empty: nothing of the file is shown.
std::vector<Interval> wanted_frames(const std::vector<Interval>& shown, Interval clip, const std::vector<Time>& key_frames);

// Whether looking for key frames can save anything worth a pass through the file.
bool is_partly_hidden(const std::vector<Interval>& shown, Interval clip);

}  // namespace dd::composer
