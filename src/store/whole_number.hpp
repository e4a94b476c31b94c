// SPDX-License-Identifier: MIT
// Numbers and times as rows hold them. A column that is NULL, or is none, reads as 0.
// Pure functions, safe from any thread.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "base/clock.hpp"

namespace dd::store {

inline std::int64_t number_of(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

inline std::uint32_t count_of(std::string_view text) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(number_of(text), 0, UINT32_MAX));
}

inline WallTime wall_time_of(std::string_view text) { return WallTime(Duration(number_of(text))); }
inline std::int64_t nanoseconds_of(WallTime time) { return Duration(time.time_since_epoch()).count(); }

}  // namespace dd::store
