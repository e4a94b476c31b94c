// SPDX-License-Identifier: MIT
#include "composer/sound_placer.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace dd::composer {
namespace {

constexpr double kSmoothing = 1.0 / 32;  // about half a second of packets: rounding averages out, drift does not
constexpr double kGain = 1.0 / 16;
constexpr std::int64_t kFade = kSampleRate * 2 / 1000;  // sound that begins out of silence does not click

std::int64_t count_of(const std::vector<float>& frames) { return static_cast<std::int64_t>(frames.size()) / kChannels; }

std::vector<float> stretched(const std::vector<float>& frames, std::int64_t count) {
  const std::int64_t have = count_of(frames);
  std::vector<float> out(static_cast<std::size_t>(count * kChannels));
  for (std::int64_t index = 0; index < count; ++index) {
    const double from = static_cast<double>(index) * static_cast<double>(have) / static_cast<double>(count);
    const auto left = static_cast<std::int64_t>(from);
    const std::int64_t right = std::min(left + 1, have - 1);
    const auto share = static_cast<float>(from - static_cast<double>(left));
    for (int channel = 0; channel < kChannels; ++channel) {
      const float a = frames[static_cast<std::size_t>(left * kChannels + channel)];
      const float b = frames[static_cast<std::size_t>(right * kChannels + channel)];
      out[static_cast<std::size_t>(index * kChannels + channel)] = a + (b - a) * share;
    }
  }
  return out;
}

void fade_in(std::vector<float>& frames) {
  const std::int64_t length = std::min(kFade, count_of(frames));
  for (std::int64_t index = 0; index < length * kChannels; ++index) {
    frames[static_cast<std::size_t>(index)] *= static_cast<float>(index / kChannels) / static_cast<float>(kFade);
  }
}

}  // namespace

PlacedSound SoundPlacer::place(std::int64_t position, std::vector<float> frames) {
  if (frames.empty()) return {position, {}};
  if (!running_ || std::abs(position - next_) > kJump) {
    if (running_ && position < next_) {
      const std::int64_t overlap = std::min(next_ - position, count_of(frames));
      frames.erase(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(overlap * kChannels));
      position += overlap;
    }
    if (frames.empty()) return {position, {}};
    fade_in(frames);
    running_ = true;
    behind_ = 0;
    next_ = position + count_of(frames);
    return {position, std::move(frames)};
  }
  behind_ += (static_cast<double>(position - next_) - behind_) * kSmoothing;
  const std::int64_t stretch = std::clamp<std::int64_t>(std::lround(behind_ * kGain), -kStretch, kStretch);
  if (stretch != 0 && count_of(frames) > 8 * kStretch) {
    frames = stretched(frames, count_of(frames) + stretch);
    behind_ -= static_cast<double>(stretch);
  }
  PlacedSound placed{next_, std::move(frames)};
  next_ = placed.end();
  return placed;
}

}  // namespace dd::composer
