// SPDX-License-Identifier: MIT
// One coded picture or piece of sound, whole and in the form a Matroska block wants, and how packets become one.
// Nothing is decoded: only the headers that say key frame, size and codec configuration are read.
// An assembler belongs to one track and sees its packets in order.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "rtp/jitter_buffer.hpp"

namespace dd::rtp {

using Configuration = std::shared_ptr<const std::vector<std::uint8_t>>;

struct Frame {
  std::uint32_t timestamp = 0;
  MonotonicTime arrival{};  // of its first packet
  bool key = false;
  std::uint16_t width = 0;  // of a key frame; 0 when it does not say
  std::uint16_t height = 0;
  std::uint16_t rotation = 0;  // degrees that a picture has to be turned clockwise to be upright: 0, 90, 180 or 270
  Duration duration{};         // of sound
  std::vector<std::uint8_t> bytes;
  Configuration configuration;  // what a decoder must know before: avcC, av1C; null where a codec needs none
};

class FrameAssembler {
 public:
  virtual ~FrameAssembler() = default;

  // Appends the frames this packet completes to `out`: none, one, or two when the frame before ended without a marker.
  // A frame with a packet missing is dropped in silence; the packet's `after_loss` has told the track already.
  virtual void push(const OrderedPacket& packet, std::vector<Frame>& out) = 0;

  virtual void reset() = 0;
};

enum class FrameFormat { kOpus, kVp8, kVp9, kH264, kAv1 };

std::unique_ptr<FrameAssembler> make_frame_assembler(FrameFormat format);

}  // namespace dd::rtp
