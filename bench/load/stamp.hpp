// SPDX-License-Identifier: MIT
// Stamp: when a packet was sent, in the last bytes of its payload, where a server that forwards leaves it alone. The mark before it is
// new for each run, so that what other people send into the same meeting is not measured. Pure functions.
#pragma once

#include <optional>

#include "bench/load/wire.hpp"

namespace dd::load {

inline constexpr std::size_t kStampSize = 12;

inline void write_stamp(MutableBytes payload, std::uint32_t mark, Nanoseconds sent) {
  const MutableBytes end = payload.last(kStampSize);
  write_u32(end, 0, mark);
  write_u64(end, 4, static_cast<std::uint64_t>(sent));
}

inline std::optional<Nanoseconds> read_stamp(Bytes payload, std::uint32_t mark) {
  if (payload.size() < kStampSize) return std::nullopt;
  const Bytes end = payload.last(kStampSize);
  if (rtp::read_u32(end, 0) != mark) return std::nullopt;
  return static_cast<Nanoseconds>(read_u64(end, 4));
}

}  // namespace dd::load
