// SPDX-License-Identifier: MIT
#include "meeting/overload.hpp"

#include <algorithm>

namespace dd::meeting {
namespace {

using namespace std::chrono_literals;

// A lower layer is sent from its next key frame on, which is asked for and comes within a second; only then has the load fallen.
constexpr Duration kBetweenLowerings = 2s;
// Rising is tried seldom: each time it is wrong, somebody's picture changes twice.
constexpr Duration kBeforeRaising = 5s;
constexpr Duration kBeforeLeaving = 3s;
// Sound is a hundredth of a picture's bytes and what people came for: it is refused when refusing pictures has not helped.
constexpr Duration kVideoFirst = 4s;

// How far below its limit the load must be for a step to be left; a limit of a few percent has room for half of it only.
double below(std::uint32_t limit, double margin) { return limit - std::min(margin, limit / 2.0); }
constexpr double kLeaveMargin = 10;
constexpr double kRaiseMargin = 15;

double sound_limit(std::uint32_t refuse_above) { return (refuse_above + 100.0) / 2; }

bool lasted(const std::optional<MonotonicTime>& since, MonotonicTime now, Duration time) { return since && now - *since >= time; }

void note(std::optional<MonotonicTime>& since, MonotonicTime now, bool holds) {
  if (!holds) since.reset();
  if (holds && !since) since = now;
}

}  // namespace

std::string_view to_string(OverloadStep step) {
  switch (step) {
    case OverloadStep::kNone: return "none";
    case OverloadStep::kLowering: return "lowering";
    case OverloadStep::kRefusingVideo: return "refusing_video";
    case OverloadStep::kRefusingAll: return "refusing_all";
  }
  return "none";
}

Overload::Change Overload::on_reading(MonotonicTime now, std::uint32_t busy_percent, bool lowered, bool lowerable) {
  // Half of it the last second's: a crowd is noticed in two or three, a burst of key frames is not.
  mean_ = read_ ? (mean_ + busy_percent) / 2 : busy_percent;
  read_ = true;

  Change layers = Change::kKeep;
  const bool high = settings_.lower_above != 0 && mean_ >= settings_.lower_above;
  const bool low = settings_.lower_above == 0 || mean_ < below(settings_.lower_above, kRaiseMargin);
  note(layers_calm_since_, now, low && step_ <= OverloadStep::kLowering);
  if (high && lowerable && (!layers_changed_ || now - *layers_changed_ >= kBetweenLowerings)) layers = Change::kLower;
  if (!high && lowered && lasted(layers_calm_since_, now, kBeforeRaising)) layers = Change::kRaise;
  if (layers != Change::kKeep) {
    layers_changed_ = now;
    if (layers == Change::kRaise) layers_calm_since_ = now;
    if (layers == Change::kLower && !lowered_first_) lowered_first_ = now;
  }
  decide_step(now, lowered || layers == Change::kLower, lowerable);
  if (step_ == OverloadStep::kNone) lowered_first_.reset();
  return layers;
}

// Lowering comes first, and is given the time to show.
bool Overload::may_refuse(MonotonicTime now, bool lowerable) const {
  if (settings_.refuse_above == 0 || mean_ < settings_.refuse_above) return false;
  return settings_.lower_above == 0 || !lowerable || lasted(lowered_first_, now, kBetweenLowerings);
}

void Overload::decide_step(MonotonicTime now, bool lowered, bool lowerable) {
  const bool high = settings_.lower_above != 0 && mean_ >= settings_.lower_above;
  if (step_ <= OverloadStep::kLowering) {
    step_ = lowered || high ? OverloadStep::kLowering : OverloadStep::kNone;
    if (may_refuse(now, lowerable)) {
      step_ = OverloadStep::kRefusingVideo;
      refusing_since_ = now;
    }
    calm_since_.reset();
    return;
  }
  const double limit = step_ == OverloadStep::kRefusingAll ? sound_limit(settings_.refuse_above) : settings_.refuse_above;
  note(calm_since_, now, mean_ < below(static_cast<std::uint32_t>(limit), kLeaveMargin));
  if (step_ == OverloadStep::kRefusingVideo && mean_ >= sound_limit(settings_.refuse_above) && lasted(refusing_since_, now, kVideoFirst)) {
    step_ = OverloadStep::kRefusingAll;
    calm_since_.reset();
  } else if (lasted(calm_since_, now, kBeforeLeaving)) {
    if (step_ == OverloadStep::kRefusingAll) {
      step_ = OverloadStep::kRefusingVideo;
      refusing_since_ = now;
    } else {
      step_ = lowered || high ? OverloadStep::kLowering : OverloadStep::kNone;
    }
    calm_since_.reset();
  }
}

}  // namespace dd::meeting
