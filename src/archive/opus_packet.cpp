// SPDX-License-Identifier: MIT
#include "archive/opus_packet.hpp"

#include <array>

namespace dd::archive {
namespace {

using recording::Time;

constexpr std::uint8_t kStereo = 0x04;
constexpr std::uint8_t kFullBand20Ms = 31U << 3;  // CELT only, configuration 31

Time frame_duration(std::uint8_t toc) {
  constexpr std::array<int, 4> kSilk = {10'000, 20'000, 40'000, 60'000};
  constexpr std::array<int, 2> kHybrid = {10'000, 20'000};
  constexpr std::array<int, 4> kCelt = {2'500, 5'000, 10'000, 20'000};
  const unsigned config = toc >> 3;
  if (config < 12) return Time(kSilk.at(config % 4));
  if (config < 16) return Time(kHybrid.at(config % 2));
  return Time(kCelt.at(config % 4));
}

}  // namespace

std::optional<Time> opus_duration(std::span<const std::uint8_t> packet) {
  if (packet.empty()) return std::nullopt;
  unsigned frames = 1;
  switch (packet[0] & 3) {
    case 0: break;
    case 1:
    case 2: frames = 2; break;
    default:
      if (packet.size() < 2) return std::nullopt;
      frames = packet[1] & 0x3F;
  }
  const Time duration = frame_duration(packet[0]) * frames;
  if (frames == 0 || duration > Time(120'000)) return std::nullopt;
  return duration;
}

std::vector<std::uint8_t> opus_silence(std::span<const std::uint8_t> before) {
  const bool stereo = before.empty() || (before[0] & kStereo) != 0;
  // Measured: -91 dB, which is digital silence, in ffmpeg's decoder and in libopus.
  return {static_cast<std::uint8_t>(kFullBand20Ms | (stereo ? kStereo : 0)), 0xFF, 0xFE};
}

LostOpus opus_lost(std::span<const std::uint8_t> before) {
  const std::uint8_t toc = before.empty() ? kFullBand20Ms | kStereo : static_cast<std::uint8_t>(before[0] & ~3U);
  return {{toc}, frame_duration(toc)};
}

std::vector<std::uint8_t> opus_head(std::uint8_t channels) {
  std::vector<std::uint8_t> out = {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, channels, 0, 0};
  out.insert(out.end(), {0x80, 0xBB, 0x00, 0x00});  // 48000, little-endian
  out.insert(out.end(), {0, 0, 0});                 // no gain, mapping family 0
  return out;
}

}  // namespace dd::archive
