// SPDX-License-Identifier: MIT
// One encoded frame at its place on the timeline, and where frames come from.
// It is never decoded here. What is inside `bytes` only the codec's own file knows.
// Plain values, owned by whoever pulled them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "recording/terms.hpp"

namespace dd::archive {

struct Frame {
  recording::Time t{};
  recording::Time duration{};  // zero when it is not known
  bool key = false;
  std::vector<std::uint8_t> bytes;
  std::size_t source = 0;  // which file of the stream it came from, counted from 0
};

class FrameSource {
 public:
  virtual ~FrameSource() = default;
  // In the order of their times; nothing at the end, and ever after.
  virtual Result<std::optional<Frame>> next() = 0;
};

}  // namespace dd::archive
