// SPDX-License-Identifier: MIT
#include "bench/load/vp8_source.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace dd::load {
namespace {

constexpr std::size_t kDescriptor = 4;  // X, then I, then a picture id of 15 bits, as browsers send it
constexpr std::size_t kFrameTag = 3;
constexpr std::size_t kKeyHeader = 10;
constexpr double kKeyFrameFactor = 4;  // how much larger a key frame is
constexpr double kSpread = 0.2;        // frames differ by so much either way
constexpr double kPayBack = 0.1;       // of the debt, by each frame; rate control of real encoders takes about a third of a second
constexpr double kSmallest = 0.5;

// Bytes that do not compress and are never made twice.
const std::array<std::uint8_t, 4096>& noise() {
  static const auto kNoise = [] {
    std::array<std::uint8_t, 4096> bytes{};
    std::uint32_t state = 0x9E3779B9;
    for (auto& byte : bytes) {
      state ^= state << 13;
      state ^= state >> 17;
      state ^= state << 5;
      byte = static_cast<std::uint8_t>(state >> 11);
    }
    return bytes;
  }();
  return kNoise;
}

}  // namespace

Vp8Source::Vp8Source(Vp8Settings settings, std::uint64_t seed)
    : settings_(settings), random_(seed | 1U), picture_(static_cast<std::uint16_t>(seed & 0x7FFFU)) {}

Vp8Frame Vp8Source::next(bool key) {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  const double mean = static_cast<double>(settings_.bitrate) / 8 / settings_.frames_per_second;
  const double spread = 1 + kSpread * (static_cast<double>(random_ >> 11) / static_cast<double>(std::uint64_t{1} << 52) - 1);
  const double wanted = key ? mean * kKeyFrameFactor * spread : std::max(mean * spread - debt_ * kPayBack, mean * kSmallest);
  debt_ += wanted - mean;
  picture_ = (picture_ + 1) & 0x7FFFU;
  Vp8Frame frame{.key = key, .picture = picture_, .size = 0, .packets = 0};
  frame.size = std::max<std::size_t>(static_cast<std::size_t>(wanted), 64);
  frame.packets = (frame.size + kMaxPayload - kDescriptor - 1) / (kMaxPayload - kDescriptor);
  return frame;
}

std::size_t Vp8Source::write(MutableBytes out, const Vp8Frame& frame, std::size_t index, std::size_t extra) const {
  // Packets of a frame are equally long but for one byte, as libwebrtc makes them.
  const std::size_t share = frame.size / frame.packets + (index >= frame.packets - frame.size % frame.packets ? 1 : 0);
  out[0] = static_cast<std::uint8_t>(0x80U | (index == 0 ? 0x10U : 0U));
  out[1] = 0x80;
  write_u16(out, 2, 0x8000U | frame.picture);
  const MutableBytes body = out.subspan(kDescriptor, share);
  const std::size_t from = (frame.picture * 131U + index * 17U) % (noise().size() - kMaxPayload);
  std::copy_n(noise().begin() + static_cast<std::ptrdiff_t>(from), share, body.begin());
  if (index == 0) {
    // RFC 6386, section 9.1: key frame bit (inverted), version 0, show_frame, size of the first partition.
    const auto partition = static_cast<std::uint32_t>(std::min<std::size_t>(frame.size - kKeyHeader, 0x7FFFF));
    const std::uint32_t tag = (frame.key ? 0U : 1U) | (1U << 4) | (partition << 5);
    for (std::size_t at = 0; at < kFrameTag; ++at) body[at] = static_cast<std::uint8_t>(tag >> (8 * at));
    if (frame.key) {
      constexpr std::array<std::uint8_t, 3> kStartCode{0x9D, 0x01, 0x2A};
      std::copy(kStartCode.begin(), kStartCode.end(), body.begin() + kFrameTag);
      body[6] = static_cast<std::uint8_t>(settings_.width);
      body[7] = static_cast<std::uint8_t>(settings_.width >> 8);
      body[8] = static_cast<std::uint8_t>(settings_.height);
      body[9] = static_cast<std::uint8_t>(settings_.height >> 8);
    }
  }
  // Small payloads grow by what the caller adds rather than lose their header to it.
  const std::size_t header = kDescriptor + (index == 0 ? kKeyHeader : 0);
  return std::max(kDescriptor + share, header + extra);
}

}  // namespace dd::load
