// SPDX-License-Identifier: MIT
#include "composer/planes.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace dd::composer {
namespace {

int round_up(int value, int multiple) { return (value + multiple - 1) / multiple * multiple; }

std::uint8_t to_byte(double value) { return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L)); }

// What an overlay's sample `over` with `alpha` makes of `under`.
std::uint8_t blend(std::uint8_t under, std::uint8_t over, unsigned alpha) {
  return static_cast<std::uint8_t>(std::min(255U, over + (under * (255 - alpha) + 127) / 255));
}

struct Colour {
  double red = 0;
  double green = 0;
  double blue = 0;
  double alpha = 0;
};

Colour colour_of(std::uint32_t argb) {
  return {static_cast<double>((argb >> 16) & 0xff), static_cast<double>((argb >> 8) & 0xff), static_cast<double>(argb & 0xff),
          static_cast<double>(argb >> 24)};
}

// ITU-R BT.601 with the offsets scaled by alpha, because the colour is premultiplied.
double luma_of(const Colour& c) { return 16 * c.alpha / 255 + (65.481 * c.red + 128.553 * c.green + 24.966 * c.blue) / 255; }
double u_of(const Colour& c) { return 128 * c.alpha / 255 + (-37.797 * c.red - 74.203 * c.green + 112.0 * c.blue) / 255; }
double v_of(const Colour& c) { return 128 * c.alpha / 255 + (112.0 * c.red - 93.786 * c.green - 18.214 * c.blue) / 255; }

void restore(std::uint8_t& sample, std::uint8_t original, double share) { sample = to_byte(original * share + sample * (1 - share)); }

struct Plane {
  const std::uint8_t* from;
  std::uint8_t* to;
  int stride;
};

// One corner's square of `radius` samples; `centre` is where the circle's centre lies.
void round_corner(const Plane& plane, Rect square, double centre_x, double centre_y, double radius) {
  for (int y = square.y; y < square.y + square.height; ++y) {
    for (int x = square.x; x < square.x + square.width; ++x) {
      const double distance = std::hypot(x + 0.5 - centre_x, y + 0.5 - centre_y);
      const double outside = std::clamp(distance - radius + 0.5, 0.0, 1.0);
      if (outside <= 0) continue;
      const auto at = static_cast<std::ptrdiff_t>(y) * plane.stride + x;
      restore(plane.to[at], plane.from[at], outside);
    }
  }
}

void round_plane(const Plane& plane, Rect rect, int radius) {
  const int right = rect.x + rect.width;
  const int bottom = rect.y + rect.height;
  const auto corner = [&](int x, int y, int centre_x, int centre_y) {
    round_corner(plane, {x, y, radius, radius}, centre_x, centre_y, radius);
  };
  corner(rect.x, rect.y, rect.x + radius, rect.y + radius);
  corner(right - radius, rect.y, right - radius, rect.y + radius);
  corner(rect.x, bottom - radius, rect.x + radius, bottom - radius);
  corner(right - radius, bottom - radius, right - radius, bottom - radius);
}

Rect halved(Rect rect) { return {rect.x / 2, rect.y / 2, rect.width / 2, rect.height / 2}; }

Rect clipped(Rect rect, Size size) {
  const int left = std::clamp(rect.x, 0, size.width);
  const int top = std::clamp(rect.y, 0, size.height);
  return {left, top, std::clamp(rect.x + rect.width, left, size.width) - left, std::clamp(rect.y + rect.height, top, size.height) - top};
}

void copy_plane(const std::uint8_t* from, std::uint8_t* to, int stride, Rect rect) {
  for (int y = rect.y; y < rect.y + rect.height; ++y) {
    const auto at = static_cast<std::ptrdiff_t>(y) * stride + rect.x;
    std::memcpy(to + at, from + at, static_cast<std::size_t>(rect.width));
  }
}

void fill_plane(std::uint8_t* to, int stride, Rect rect, int value) {
  for (int y = rect.y; y < rect.y + rect.height; ++y) {
    std::memset(to + static_cast<std::ptrdiff_t>(y) * stride + rect.x, value, static_cast<std::size_t>(rect.width));
  }
}

}  // namespace

Planes::Planes(Size size)
    : size_(size),
      luma_stride_(round_up(size.width, 4)),
      chroma_stride_(round_up(round_up(size.width, 2) / 2, 4)),
      u_offset_(static_cast<std::size_t>(luma_stride_) * static_cast<std::size_t>(round_up(size.height, 2))),
      v_offset_(u_offset_ + static_cast<std::size_t>(chroma_stride_) * static_cast<std::size_t>(round_up(size.height, 2) / 2)),
      bytes_(v_offset_ + (v_offset_ - u_offset_)) {
  fill_black(*this, {0, 0, size.width, size.height});
}

Overlay overlay_from_argb(std::span<const std::uint32_t> pixels, Size size) {
  Overlay overlay;
  overlay.size = size;
  overlay.luma.reserve(pixels.size());
  overlay.alpha.reserve(pixels.size());
  for (const std::uint32_t pixel : pixels) {
    const Colour colour = colour_of(pixel);
    overlay.luma.push_back(to_byte(luma_of(colour)));
    overlay.alpha.push_back(static_cast<std::uint8_t>(pixel >> 24));
  }
  for (int y = 0; y < size.height; y += 2) {
    for (int x = 0; x < size.width; x += 2) {
      Colour sum;
      for (const auto at : {y * size.width + x, y * size.width + x + 1, (y + 1) * size.width + x, (y + 1) * size.width + x + 1}) {
        const Colour colour = colour_of(pixels[static_cast<std::size_t>(at)]);
        sum = {sum.red + colour.red / 4, sum.green + colour.green / 4, sum.blue + colour.blue / 4, sum.alpha + colour.alpha / 4};
      }
      overlay.chroma_u.push_back(to_byte(u_of(sum)));
      overlay.chroma_v.push_back(to_byte(v_of(sum)));
      overlay.chroma_alpha.push_back(to_byte(sum.alpha));
    }
  }
  return overlay;
}

Planes planes_from_argb(std::span<const std::uint32_t> pixels, Size size) {
  Planes planes(size);
  lay_over(planes, overlay_from_argb(pixels, size), 0, 0);
  return planes;
}

void lay_over(Planes& planes, const Overlay& overlay, int x, int y) {
  const Rect seen = clipped({x, y, overlay.size.width, overlay.size.height}, planes.size());
  for (int row = seen.y; row < seen.y + seen.height; ++row) {
    std::uint8_t* const luma = planes.luma() + static_cast<std::ptrdiff_t>(row) * planes.luma_stride();
    const auto from = static_cast<std::ptrdiff_t>(row - y) * overlay.size.width - x;
    for (int column = seen.x; column < seen.x + seen.width; ++column) {
      const auto at = static_cast<std::size_t>(from + column);
      if (overlay.alpha[at] != 0) luma[column] = blend(luma[column], overlay.luma[at], overlay.alpha[at]);
    }
  }
  const Rect half = halved(seen);
  for (int row = half.y; row < half.y + half.height; ++row) {
    std::uint8_t* const u = planes.chroma_u() + static_cast<std::ptrdiff_t>(row) * planes.chroma_stride();
    std::uint8_t* const v = planes.chroma_v() + static_cast<std::ptrdiff_t>(row) * planes.chroma_stride();
    const auto from = static_cast<std::ptrdiff_t>(row - y / 2) * (overlay.size.width / 2) - x / 2;
    for (int column = half.x; column < half.x + half.width; ++column) {
      const auto at = static_cast<std::size_t>(from + column);
      if (overlay.chroma_alpha[at] == 0) continue;
      u[column] = blend(u[column], overlay.chroma_u[at], overlay.chroma_alpha[at]);
      v[column] = blend(v[column], overlay.chroma_v[at], overlay.chroma_alpha[at]);
    }
  }
}

void copy_rect(const Planes& from, Planes& to, Rect rect) {
  const Rect seen = clipped(rect, to.size());
  copy_plane(from.luma(), to.luma(), to.luma_stride(), seen);
  copy_plane(from.chroma_u(), to.chroma_u(), to.chroma_stride(), halved(seen));
  copy_plane(from.chroma_v(), to.chroma_v(), to.chroma_stride(), halved(seen));
}

void fill_black(Planes& planes, Rect rect) {
  const Rect seen = clipped(rect, planes.size());
  fill_plane(planes.luma(), planes.luma_stride(), seen, 16);
  fill_plane(planes.chroma_u(), planes.chroma_stride(), halved(seen), 128);
  fill_plane(planes.chroma_v(), planes.chroma_stride(), halved(seen), 128);
}

void round_corners(const Planes& from, Planes& to, Rect rect, int radius) {
  if (radius <= 0 || rect.width < 2 * radius || rect.height < 2 * radius) return;
  round_plane({from.luma(), to.luma(), to.luma_stride()}, rect, radius);
  round_plane({from.chroma_u(), to.chroma_u(), to.chroma_stride()}, halved(rect), radius / 2);
  round_plane({from.chroma_v(), to.chroma_v(), to.chroma_stride()}, halved(rect), radius / 2);
}

}  // namespace dd::composer
