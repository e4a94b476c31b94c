// SPDX-License-Identifier: MIT
// A picture in 4:2:0 (I420) in our own memory, and what is laid over it: names, cards, rounded corners.
// It scales nothing and knows no font: pictures come from the decoders through stage.hpp, overlays from art.hpp.
// Plain values; the arithmetic is BT.601, limited range, as WebRTC's cameras and screens are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "composer/layout.hpp"

namespace dd::composer {

// Laid out as GStreamer lays out I420 of this size, so that a frame is one copy away.
class Planes {
 public:
  explicit Planes(Size size);

  Size size() const { return size_; }
  int luma_stride() const { return luma_stride_; }
  int chroma_stride() const { return chroma_stride_; }
  std::uint8_t* luma() { return bytes_.data(); }
  std::uint8_t* chroma_u() { return bytes_.data() + u_offset_; }
  std::uint8_t* chroma_v() { return bytes_.data() + v_offset_; }
  const std::uint8_t* luma() const { return bytes_.data(); }
  const std::uint8_t* chroma_u() const { return bytes_.data() + u_offset_; }
  const std::uint8_t* chroma_v() const { return bytes_.data() + v_offset_; }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  Size size_;
  int luma_stride_;
  int chroma_stride_;
  std::size_t u_offset_;
  std::size_t v_offset_;
  std::vector<std::uint8_t> bytes_;
};

// Premultiplied: `luma` and chroma are what is added to what shines through.
struct Overlay {
  Size size;  // both even
  std::vector<std::uint8_t> luma;
  std::vector<std::uint8_t> alpha;  // of luma; 255 hides what is below
  std::vector<std::uint8_t> chroma_u;
  std::vector<std::uint8_t> chroma_v;
  std::vector<std::uint8_t> chroma_alpha;
};

// `pixels` are premultiplied ARGB, one word each, row after row without a stride.
Overlay overlay_from_argb(std::span<const std::uint32_t> pixels, Size size);
Planes planes_from_argb(std::span<const std::uint32_t> pixels, Size size);

// `x` and `y` are even; what would lie outside is left away.
void lay_over(Planes& planes, const Overlay& overlay, int x, int y);
void copy_rect(const Planes& from, Planes& to, Rect rect);
void fill_black(Planes& planes, Rect rect);
// Puts `from`'s pixels back outside of the rounded corners of `rect`.
void round_corners(const Planes& from, Planes& to, Rect rect, int radius);

}  // namespace dd::composer
