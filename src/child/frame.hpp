// SPDX-License-Identifier: MIT
// Length-prefixed messages in a stream of bytes: a little-endian u32 length, then as many bytes.
// The decoder does no I/O and does not look inside a message; it keeps at most one message that is not complete yet.
// Owned by the connection that reads; lives on its loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace dd::child {

inline constexpr std::size_t kFramePrefix = 4;

class FrameDecoder {
 public:
  // `max_frame` bounds a message with its prefix; a longer one is a broken stream, which next() reports for good.
  explicit FrameDecoder(std::size_t max_frame) : max_frame_(max_frame) {}

  // Where to read the next bytes into, at least `at_least` of them; committed() says how many came.
  std::span<std::uint8_t> prepare(std::size_t at_least);
  void committed(std::size_t length);

  // The next complete message with its prefix, aligned to 8 bytes; valid until the next call of any member.
  Result<std::optional<std::span<const std::uint8_t>>> next();

 private:
  std::size_t max_frame_;
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0;  // of what is not handed out yet
  std::size_t end_ = 0;    // of what was read
  std::vector<std::uint64_t> aligned_;
};

}  // namespace dd::child
