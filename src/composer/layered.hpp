// SPDX-License-Identifier: MIT
// One stream's pictures while its recording runs: of the track itself, or of its preview, a smaller layer that costs less to decode, where
// the tile is small enough for it. It changes on key frames, and shows one until the other is there: no change is a hole.
// It asks nobody for anything; live.cpp passes on what it wishes for.
// Used from the composing thread.
#pragma once

#include <filesystem>
#include <optional>

#include "composer/pictures.hpp"

namespace dd::composer {

// How many times a picture may be halved and still fill the tile.
unsigned halvings(Size picture, Rect tile);
// Whether a picture fills the tile without being enlarged visibly.
bool fills(Size picture, Rect tile);

class Layered {
 public:
  Layered(const std::filesystem::path& folder, const Stream& stream, recording::Fill fill, Time end, Growth growth);

  void update(const Stream& stream);

  // `coming`: the largest tile from `t` on, as far as it is known. The track is then read from its next key frame on, so that it is
  // there when the large tile is.
  void prepare(Time t, std::optional<Rect> coming);

  GstSample* at(Time t, Time slack, Rect tile);

  // A preview is shown though the tile is, or will be, too large for it.
  bool wishes_key_frame() const { return on_preview_ && coming_ && whole_.awaits_key_frame(); }
  // What is wrong with a preview costs nothing that could be seen.
  const std::vector<std::string>& troubles() const { return whole_.troubles(); }

 private:
  const Clip* preview_at(Time t) const;

  Growth growth_;
  Stream stream_;
  Pictures whole_;
  Pictures preview_;
  std::optional<Rect> coming_;
  bool on_preview_ = false;
  Time distrusted_until_{};  // a preview that failed while its track may go on
};

}  // namespace dd::composer
