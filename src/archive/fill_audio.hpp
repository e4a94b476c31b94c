// SPDX-License-Identifier: MIT
// Makes a stream of Opus packets continuous from one time to another: silence where nothing is.
// Up to 200 ms a decoder conceals a loss better than we can, so a short hole becomes packets that say "lost".
// Owned by the command that writes the file; pulls from the source it is given.
#pragma once

#include "archive/frame.hpp"
#include "archive/opus_packet.hpp"

namespace dd::archive {

inline constexpr recording::Time kAudioGap{200'000};

class FilledAudio : public FrameSource {
 public:
  // `source` may be null: then all is silence. Frames before `from` and from `to` on are left out.
  FilledAudio(FrameSource* source, recording::Time from, recording::Time to) : source_(source), cursor_(from), to_(to) {}

  Result<std::optional<Frame>> next() override;

 private:
  Result<void> look_ahead();
  Frame fill(recording::Time until);

  FrameSource* source_;
  recording::Time cursor_;  // up to here all is said
  recording::Time to_;
  std::optional<Frame> ahead_;
  std::vector<std::uint8_t> before_;  // the last real packet's first byte
  bool concealing_ = false;           // in a short hole
};

}  // namespace dd::archive
