// SPDX-License-Identifier: MIT
// The sound of one stream along the timeline, added into a mix; and what keeps a mix of many from clipping.
// Where nothing was sent it adds nothing, which is silence. A broken file is noted and its rest is silent.
// Used from the composing thread.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "composer/decoder.hpp"
#include "composer/plan.hpp"
#include "composer/sound_placer.hpp"

namespace dd::composer {

class Sound {
 public:
  // Nothing before `from` will be asked for.
  Sound(std::filesystem::path folder, Stream stream, Time from, Growth growth = Growth::kComplete);

  // The same stream, of which more is known.
  void update(const Stream& stream);

  // Adds to `mix` (interleaved stereo) what is heard from the sample at `position` of the timeline; positions go forward.
  void add_to(std::span<float> mix, std::int64_t position);
  const std::vector<std::string>& troubles() const { return troubles_; }

 private:
  void open(std::size_t clip);
  bool read_more();

  std::filesystem::path folder_;
  Stream stream_;
  Time from_;
  Growth growth_;
  std::optional<std::size_t> clip_;
  std::unique_ptr<Decoder> decoder_;
  SoundPlacer placer_;
  std::deque<PlacedSound> placed_;  // not yet given away; about one packet
  std::vector<std::string> troubles_;
};

std::int64_t sample_at(Time t);

// Loud sums bend towards full scale instead of breaking off there; what is quiet stays as it is.
void soften(std::span<float> mix);

}  // namespace dd::composer
