// SPDX-License-Identifier: MIT
// One run from its arguments to its result: brings the crowd, measures it once or in the steps of a ramp, tells how it goes, and
// sends everybody home. It ends by itself: every step has its bound. Returns the program's exit code.
#pragma once

#include <span>
#include <string_view>

namespace dd::load {

// Without the program's name.
int run(std::span<const std::string_view> words);

}  // namespace dd::load
