// SPDX-License-Identifier: MIT
// Makes a stream of pictures continuous from one time to another: a still (black or an image; or the last picture, held) where none came.
// It encodes nothing: what the still looks like in this stream is the painter's affair.
// Owned by the command that writes the file; pulls from the source it is given.
#pragma once

#include <functional>

#include "archive/frame.hpp"

namespace dd::archive {

// From here on a picture that did not change is one that is missing. A screen that stands still is sent once a second by
// Chromium, so there only a longer silence means that it is gone.
inline constexpr recording::Time kCameraGap{500'000};
inline constexpr recording::Time kScreenGap{2'500'000};

// The still is repeated, so that a player that seeks into it finds a picture soon.
inline constexpr recording::Time kStillEvery{1'000'000};

// The still as a key frame, as it fits behind the file with this number; nothing when there is no way to make one.
using PaintStill = std::function<std::optional<std::vector<std::uint8_t>>(std::size_t source)>;

class FilledVideo : public FrameSource {
 public:
  // `source` may be null: then all is the still. With kFreeze the last picture is held, and the still stands only before the first.
  FilledVideo(FrameSource* source, recording::Time from, recording::Time to, recording::Time gap, recording::Fill fill, PaintStill paint)
      : source_(source), cursor_(from), to_(to), gap_(gap), fill_(fill), paint_(std::move(paint)) {}

  Result<std::optional<Frame>> next() override;

 private:
  Result<void> look_ahead();
  std::optional<Frame> still_before(recording::Time until);

  FrameSource* source_;
  recording::Time cursor_;  // where the next filling picture would stand
  recording::Time to_;
  recording::Time gap_;
  recording::Fill fill_;
  PaintStill paint_;
  std::optional<Frame> ahead_;
  std::optional<recording::Time> last_;  // of the real picture before
  recording::Time step_{33'000};         // between the last two
  std::size_t source_number_ = 0;
  bool need_key_ = true;  // nothing stands before, or a still does: the references are gone
};

}  // namespace dd::archive
