// SPDX-License-Identifier: MIT
// Makes a stream of pictures continuous from one time to another: black (or the last picture, held) where none came.
// It encodes nothing: what black looks like in this stream is the painter's affair.
// Owned by the command that writes the file; pulls from the source it is given.
#pragma once

#include <functional>

#include "archive/frame.hpp"

namespace dd::archive {

// From here on a picture that did not change is one that is missing. A screen that stands still is sent once a second by
// Chromium, so there only a longer silence means that it is gone.
inline constexpr recording::Time kCameraGap{500'000};
inline constexpr recording::Time kScreenGap{2'500'000};

// Black is repeated, so that a player that seeks into it finds a picture soon.
inline constexpr recording::Time kBlackEvery{1'000'000};

// A black key frame as it fits behind the file with this number; nothing when there is no way to make one.
using PaintBlack = std::function<std::optional<std::vector<std::uint8_t>>(std::size_t source)>;

class FilledVideo : public FrameSource {
 public:
  // `source` may be null: then all is black. With kFreeze the last picture is held, and black stands only before the first.
  FilledVideo(FrameSource* source, recording::Time from, recording::Time to, recording::Time gap, recording::Fill fill, PaintBlack paint)
      : source_(source), cursor_(from), to_(to), gap_(gap), fill_(fill), paint_(std::move(paint)) {}

  Result<std::optional<Frame>> next() override;

 private:
  Result<void> look_ahead();
  std::optional<Frame> black_before(recording::Time until);

  FrameSource* source_;
  recording::Time cursor_;  // where the next filling picture would stand
  recording::Time to_;
  recording::Time gap_;
  recording::Fill fill_;
  PaintBlack paint_;
  std::optional<Frame> ahead_;
  std::optional<recording::Time> last_;  // of the real picture before
  recording::Time step_{33'000};         // between the last two
  std::size_t source_number_ = 0;
  bool need_key_ = true;  // nothing stands before, or black does: the references are gone
};

}  // namespace dd::archive
