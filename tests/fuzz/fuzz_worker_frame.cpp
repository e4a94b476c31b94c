// SPDX-License-Identifier: MIT
// Any bytes from a worker's pipe, in pieces of any size: the decoder hands out whole frames or says the stream is broken,
// and never holds more than its bound.
// links: dd_child
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/check.hpp"
#include "child/frame.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMaxFrame = 4096;
  dd::child::FrameDecoder decoder(kMaxFrame);
  std::size_t at = 0;
  while (at < size) {
    const std::size_t piece = std::min<std::size_t>(size - at, 1 + data[at] % 64);
    const auto room = decoder.prepare(piece);
    DD_CHECK(room.size() >= piece, "less room than was asked for");
    std::memcpy(room.data(), data + at, piece);
    decoder.committed(piece);
    at += piece;
    for (;;) {
      const auto frame = decoder.next();
      if (!frame) return 0;
      if (!frame->has_value()) break;
      DD_CHECK((*frame)->size() >= dd::child::kFramePrefix && (*frame)->size() <= kMaxFrame, "a frame out of bounds");
    }
  }
  return 0;
}
