// SPDX-License-Identifier: MIT
#include "composer/layered.hpp"

#include <algorithm>
#include <cmath>

namespace dd::composer {
namespace {

// Enlarged by as much, nobody sees it: tiles have margins, and 360 lines serve 380.
constexpr double kEnlarged = 1.1;
// Going back to a track without a key frame costs a pass through its file, so a preview that stalls now and then is left alone.
constexpr Time kDistrust = std::chrono::seconds{10};

double shrinking(Size picture, Rect tile) {
  const Rect shown = fit(picture, tile);
  return shown.width > 0 ? static_cast<double>(picture.width) / shown.width : 0;
}

// Previews are pictures like others, but one that stalled must not stand for ever: the track may have newer ones.
Stream preview_of(const Stream& stream) {
  Stream preview = stream;
  preview.clips = stream.previews;
  // Its own times are right: the recorder begins one when the sender's clock is known.
  for (Clip& clip : preview.clips) clip.retimed = true;
  return preview;
}

}  // namespace

unsigned halvings(Size picture, Rect tile) {
  const double times = shrinking(picture, tile) * kEnlarged;
  return times >= 2 ? static_cast<unsigned>(std::floor(std::log2(times))) : 0;
}

bool fills(Size picture, Rect tile) { return shrinking(picture, tile) * kEnlarged >= 1; }

Layered::Layered(const std::filesystem::path& folder, const Stream& stream, recording::Fill fill, Time end, Growth growth)
    : growth_(growth),
      stream_(stream),
      whole_(folder, stream, fill, end, growth),
      preview_(folder, preview_of(stream), recording::Fill::kBlack, end, growth) {}

void Layered::update(const Stream& stream) {
  stream_ = stream;
  whole_.update(stream);
  preview_.update(preview_of(stream));
}

// The one that is being written at `t`.
const Clip* Layered::preview_at(Time t) const {
  if (growth_ == Growth::kComplete) return nullptr;
  const auto later = std::find_if(stream_.previews.rbegin(), stream_.previews.rend(), [&](const Clip& clip) { return clip.start <= t; });
  if (later == stream_.previews.rend() || (later->duration && later->start + *later->duration + kPictureHold < t)) return nullptr;
  return &*later;
}

void Layered::prepare(Time t, std::optional<Rect> coming) {
  coming_ = coming;
  if (!on_preview_ || !coming_) return;
  if (const Clip* preview = preview_at(t); preview != nullptr && !fills(preview->size, *coming_)) whole_.wake(t);
}

GstSample* Layered::at(Time t, Time slack, Rect tile) {
  const Clip* const preview = preview_at(t + slack);
  const bool fits = preview != nullptr && fills(preview->size, tile);
  if (preview == nullptr || (!fits && !on_preview_) || (fits && !on_preview_ && t < distrusted_until_)) {
    on_preview_ = false;
    return whole_.at(t, slack);
  }
  GstSample* const small = preview_.at(t, slack);
  if (small == nullptr) {
    if (std::exchange(on_preview_, false)) distrusted_until_ = t + kDistrust;
    return whole_.at(t, slack);
  }
  if (fits) {
    on_preview_ = true;
    if (!coming_ || fills(preview->size, *coming_)) whole_.rest(t);
    return small;
  }
  whole_.wake(t);
  GstSample* const large = whole_.at(t, slack);
  if (large == nullptr) return small;
  on_preview_ = false;
  return large;
}

}  // namespace dd::composer
