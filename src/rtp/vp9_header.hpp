// SPDX-License-Identifier: MIT
// The uncompressed header of VP9 frames (specification, section 6.2), read to its end, so that a frame can be told not to be shown.
// It decodes nothing. Why anybody hides a frame: an encoder with spatial layers marks each of them as shown and leaves it to the
// receiver to show the highest only; a superframe in a file has one shown frame (annex B), and players show all that are marked.
// Plain values; Vp9Headers belongs to one track and sees its frames in decoding order.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "rtp/packet.hpp"

namespace dd::rtp {

// All positions in bits from the frame's beginning.
struct Vp9Header {
  bool key = false;
  bool shown = true;
  std::size_t show_at = 0;    // where show_frame is
  std::size_t flags_end = 0;  // behind error_resilient_mode; a frame that is not shown has one bit more here
  std::size_t end = 0;        // of the header, before its padding
};

class Vp9Headers {
 public:
  // Nothing for what is no frame, shows an existing one, or takes its size from a reference that nobody saw.
  std::optional<Vp9Header> next(Bytes frame);

 private:
  std::array<std::uint32_t, 8> widths_{};  // of the reference slots; 0 is unknown
};

// The same frame, decoded to the same picture, but not shown. `header` is the frame's own.
std::vector<std::uint8_t> hide_vp9_frame(Bytes frame, const Vp9Header& header);

}  // namespace dd::rtp
