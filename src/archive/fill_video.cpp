// SPDX-License-Identifier: MIT
#include "archive/fill_video.hpp"

#include <algorithm>

namespace dd::archive {
namespace {

using recording::Time;

constexpr Time kLongestStep{100'000};  // how long the last picture before a gap is shown at most

}  // namespace

Result<void> FilledVideo::look_ahead() {
  while (!ahead_ && source_ != nullptr) {
    DD_TRY(ahead_, source_->next());
    if (!ahead_) {
      source_ = nullptr;
      break;
    }
    const bool in_order = last_ ? ahead_->t > *last_ : ahead_->t >= cursor_;
    if (!in_order || (need_key_ && !ahead_->key)) {
      ahead_.reset();
      continue;
    }
    // A still between two pictures takes the references from the second.
    if (last_ && ahead_->t - *last_ > gap_ && fill_ != recording::Fill::kFreeze && !ahead_->key) {
      need_key_ = true;
      ahead_.reset();
    }
  }
  if (ahead_ && ahead_->t >= to_) {
    ahead_.reset();
    source_ = nullptr;
  }
  return ok();
}

std::optional<Frame> FilledVideo::still_before(Time until) {
  const bool held = last_ && fill_ == recording::Fill::kFreeze;
  if (held || !paint_ || cursor_ >= until) return std::nullopt;
  auto bytes = paint_(!last_ && ahead_ ? ahead_->source : source_number_);
  if (!bytes) return std::nullopt;
  Frame out;
  out.t = cursor_;
  out.duration = std::min(kStillEvery, until - cursor_);
  out.key = true;
  out.bytes = std::move(*bytes);
  cursor_ += kStillEvery;
  return out;
}

Result<std::optional<Frame>> FilledVideo::next() {
  DD_TRY_VOID(look_ahead());
  const Time until = ahead_ ? ahead_->t : to_;
  if (!last_ || until - *last_ > gap_) {
    if (auto still = still_before(until)) return std::optional(std::move(still));
  }
  if (!ahead_) return std::optional<Frame>{};
  Frame out = std::move(*ahead_);
  ahead_.reset();
  if (last_) step_ = std::min(out.t - *last_, kLongestStep);
  last_ = out.t;
  source_number_ = out.source;
  need_key_ = false;
  cursor_ = out.t + step_;
  DD_TRY_VOID(look_ahead());
  const Time shown = (ahead_ ? ahead_->t : to_) - out.t;
  const bool still_follows = shown > gap_ && fill_ != recording::Fill::kFreeze;
  out.duration = still_follows ? std::min(step_, shown) : shown;
  return std::optional(std::move(out));
}

}  // namespace dd::archive
