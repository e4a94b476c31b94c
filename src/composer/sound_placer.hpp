// SPDX-License-Identifier: MIT
// Puts decoded sound where its time says, to the sample: steady streams run on without a seam, drift is slewed away, gaps stay silent.
// It decodes and mixes nothing. Positions come from the timeline; lengths are never summed up over more than a few packets.
// Plain state, one for each file.
#pragma once

#include <cstdint>
#include <vector>

namespace dd::composer {

inline constexpr int kSampleRate = 48000;
inline constexpr int kChannels = 2;

struct PlacedSound {
  std::int64_t at = 0;        // the position of the first sample, of kSampleRate a second
  std::vector<float> frames;  // interleaved stereo
  std::int64_t end() const { return at + static_cast<std::int64_t>(frames.size()) / kChannels; }
};

class SoundPlacer {
 public:
  // Further off than this is a gap or a jump; Matroska's rounding to a millisecond and a mapping's slewing are well below.
  static constexpr std::int64_t kJump = kSampleRate * 8 / 1000;
  // Samples a packet may be stretched by: 0.4 % of 20 ms, which nobody hears.
  static constexpr std::int64_t kStretch = 4;

  // `position`: where the timeline wants the first sample. What would lie on sound placed before is cut off.
  PlacedSound place(std::int64_t position, std::vector<float> frames);

 private:
  bool running_ = false;
  std::int64_t next_ = 0;
  double behind_ = 0;  // smoothed: how many samples later than it runs the stream should run
};

}  // namespace dd::composer
