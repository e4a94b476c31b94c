// SPDX-License-Identifier: MIT
#include "archive/fill_audio.hpp"

#include <algorithm>

namespace dd::archive {
namespace {

using recording::Time;

// Packets come every 20 ms give or take what the millisecond of Matroska rounds and what the clock's mapping slews.
constexpr Time kJitter{5'000};

}  // namespace

Result<void> FilledAudio::look_ahead() {
  while (!ahead_ && source_ != nullptr) {
    DD_TRY(ahead_, source_->next());
    if (!ahead_) {
      source_ = nullptr;
    } else if (const auto duration = opus_duration(ahead_->bytes); !duration || ahead_->t + kJitter < cursor_) {
      ahead_.reset();  // no packet of Opus, or one from before the beginning, or one that overlaps
    } else {
      ahead_->duration = *duration;
      concealing_ = ahead_->t - cursor_ <= kAudioGap && !before_.empty();
    }
  }
  if (ahead_ && ahead_->t >= to_) {
    ahead_.reset();
    source_ = nullptr;
  }
  return ok();
}

Frame FilledAudio::fill(Time until) {
  Frame out;
  out.t = cursor_;
  out.key = true;
  if (ahead_ && concealing_) {
    LostOpus lost = opus_lost(before_);
    out.duration = lost.duration;
    out.bytes = std::move(lost.bytes);
  } else {
    out.duration = kOpusSilence;
    out.bytes = opus_silence(before_);
  }
  cursor_ = std::min(until, cursor_ + out.duration);
  return out;
}

Result<std::optional<Frame>> FilledAudio::next() {
  DD_TRY_VOID(look_ahead());
  const Time until = ahead_ ? ahead_->t : to_;
  // The hole must hold a whole packet, or the audio would be pushed out of its place.
  const Time needed = ahead_ && concealing_ ? opus_lost(before_).duration : kOpusSilence;
  if (cursor_ + needed <= until + kJitter && cursor_ < until) return std::optional(fill(until));
  if (!ahead_) return std::optional<Frame>{};
  Frame out = std::move(*ahead_);
  ahead_.reset();
  out.key = true;
  before_ = {out.bytes.front()};
  cursor_ = std::max(cursor_, out.t + out.duration);
  return std::optional(std::move(out));
}

}  // namespace dd::archive
