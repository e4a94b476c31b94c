// SPDX-License-Identifier: MIT
#include "recorder/sender_clock.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace dd::recorder {
namespace {

constexpr std::int64_t kMs = 1000;
constexpr std::int64_t kSecond = 1000 * kMs;

constexpr std::int64_t kArrivals = kSecond / 4;
constexpr std::int64_t kArrivalWindow = 20 * kSecond;  // 100 ppm of skew are 2 ms in it
// Reports are held against the arrivals of their own moment: a microphone that drops pieces puts its clock back for good, by 10 ms
// a second on a busy machine (measured in Chromium), and against older arrivals its reports would seem to come from the future.
constexpr std::int64_t kRecentArrivals = kSecond / 2;
constexpr std::size_t kReports = 32;  // the worker sends one a second
constexpr std::int64_t kReportSpacing = 800 * kMs;
constexpr std::size_t kReportsForSlope = 8;
constexpr double kMaxSlope = 300e-6;  // crystals are within 100 ppm; what is a little beyond is noise
constexpr std::size_t kReportsForLosing = 5;
constexpr double kLosing = 4e-3;  // far beyond, it is a clock that loses time all the while
constexpr double kMaxLosing = 0.1;
// The worker begins with arrival times and changes to capture times once it knows the sender's clock (three of its reports):
// three in a row that disagree with the line by more than jitter are believed instead of the line.
constexpr std::int64_t kStep = 10 * kMs;
constexpr std::size_t kStepReports = 3;

constexpr std::int64_t kReportFresh = 10 * kSecond;
constexpr std::int64_t kMaxAhead = 10 * kMs;      // captured after it arrived: impossible but for rounding, and for what is lost just then
constexpr std::int64_t kMaxBehind = 2 * kSecond;  // captured longer than this before it arrived: not believed
constexpr std::int64_t kJump = kSecond;           // timestamps and arrival disagree by more: look closer
constexpr std::int64_t kSurelyRestarted = 15 * kSecond;  // no network holds packets back for so long
constexpr std::int64_t kDoubt = 300 * kMs;
constexpr std::int64_t kDoubtAtMost = 3 * kSecond;
// A sender's first key frame is encoded and paced for 45 ms longer than the frames after it (measured in Chromium, 2 cores).
constexpr std::int64_t kFirstLook = 300 * kMs;

constexpr std::int64_t kNoticed = 3 * kMs;  // a smaller error is not worth a correction
constexpr std::size_t kMostTold = 200;

constexpr std::int64_t kWarmUp = 15 * kSecond;
constexpr double kWarmTime = 0.5e6;  // errors shrink by a factor of e in this many microseconds
constexpr double kCalmTime = 4e6;
constexpr double kMaxSlew = 0.1;  // of the time that passes; a 20 ms packet is never shown shorter than 18 ms

std::int64_t to_us(MonotonicTime time) { return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count(); }
MonotonicTime from_us(std::int64_t us) { return MonotonicTime{std::chrono::microseconds{us}}; }

template <typename T>
T median(std::vector<T>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void SenderClock::restart(std::int64_t rtp, std::int64_t arrival_us) {
  if (started_) ++restarts_;
  started_ = true;
  base_rtp_ = rtp;
  started_us_ = arrival_us;
  arrivals_.clear();
  reports_.clear();
  reported_at_us_.reset();
  doubt_.reset();
  offset_us_.reset();
  told_.clear();
  corrected_ = false;
}

void SenderClock::note_arrival(std::int64_t arrival_us, std::int64_t residual_us) {
  if (arrivals_.empty() || arrival_us - arrivals_.back().since_us >= kArrivals) {
    arrivals_.push_back({arrival_us, residual_us});
  } else {
    arrivals_.back().least_us = std::min(arrivals_.back().least_us, residual_us);
  }
  while (arrivals_.front().since_us + kArrivalWindow < arrival_us) arrivals_.pop_front();
}

std::optional<std::int64_t> SenderClock::floor_us(std::int64_t window_us) const {
  if (arrivals_.empty()) return std::nullopt;
  std::int64_t least = arrivals_.back().least_us;
  const std::int64_t since_us = arrivals_.back().since_us - window_us;
  for (auto bucket = arrivals_.rbegin(); bucket != arrivals_.rend() && bucket->since_us >= since_us; ++bucket) {
    least = std::min(least, bucket->least_us);
  }
  return least;
}

void SenderClock::on_packet(std::uint32_t rtp32, MonotonicTime arrival) {
  const std::int64_t arrival_us = to_us(arrival);
  const std::int64_t rtp = unwrapper_.unwrap(rtp32);
  if (!started_) restart(rtp, arrival_us);
  const std::int64_t media = media_us(rtp);
  const std::int64_t residual = arrival_us - media;
  const auto floor = floor_us(kArrivalWindow);
  if (floor && (residual < *floor - kJump || residual > *floor + kSurelyRestarted)) {
    const auto reported = reported_us(media);
    // Reports that agree with this packet say that only the network changed.
    if (!reported || !plausible(*reported, residual)) return restart(rtp, arrival_us), note_arrival(arrival_us, arrival_us);
    arrivals_.clear();
  } else if (floor && residual > *floor + kJump) {
    if (!doubt_) doubt_ = Doubt{.arrival_us = arrival_us, .media_us = media};
    const std::int64_t waited = arrival_us - doubt_->arrival_us;
    if (!doubt_->settled && waited >= kDoubt) {
      // Packets that were held up come in a rush; a clock that stood still goes on at its own pace.
      const bool rush = 2 * (media - doubt_->media_us) > 3 * waited;
      if (!rush) return restart(rtp, arrival_us), note_arrival(arrival_us, arrival_us);
      doubt_->settled = true;
    }
    if (waited >= kDoubtAtMost) return restart(rtp, arrival_us), note_arrival(arrival_us, arrival_us);
    return;
  }
  doubt_.reset();
  note_arrival(arrival_us, residual);
}

bool SenderClock::undecided(MonotonicTime now) const {
  const std::int64_t now_us = to_us(now);
  if (started_ && now_us < started_us_ + kFirstLook) return true;
  return doubt_ && !doubt_->settled && now_us < doubt_->arrival_us + kDoubt + 50 * kMs;
}

bool SenderClock::plausible(std::int64_t residual_us, std::int64_t floor) const {
  return residual_us <= floor + kMaxAhead && residual_us >= floor - kMaxBehind;
}

bool SenderClock::follows_reports(MonotonicTime now) const { return reported_at_us_ && to_us(now) - *reported_at_us_ < kReportFresh; }

bool SenderClock::is_settled(MonotonicTime now) const {
  // As many as corrections wait for: the first may be from before the worker knew the sender's clock.
  if (reports_.size() < kReportsForSlope || !follows_reports(now) || !offset_us_) return false;
  return std::abs(*offset_us_ - target_us(last_told_.media_us, to_us(now))) < kNoticed;
}

std::optional<MonotonicTime> SenderClock::on_report(std::int64_t ntp_us, std::uint32_t rtp32, MonotonicTime arrival) {
  if (!started_ || ntp_us == 0) return std::nullopt;
  const std::int64_t arrival_us = to_us(arrival);
  report_delays_.push_back(arrival_us - ntp_us);
  if (report_delays_.size() > kReports) report_delays_.pop_front();
  // A worker that was restarted, or a host whose clock was set, moves the constant: forget the other one.
  const auto least = [this] { return *std::min_element(report_delays_.begin(), report_delays_.end()); };
  if (report_delays_.back() - least() > kSecond || report_delays_.back() < report_delays_.front() - kSecond) {
    report_delays_.erase(report_delays_.begin(), report_delays_.end() - 1);
  }
  const std::int64_t media = media_us(unwrapper_.peek(rtp32));
  const std::int64_t residual = ntp_us + least() - media;
  const auto floor = floor_us(kRecentArrivals);
  if (!floor || !plausible(residual, *floor)) return std::nullopt;
  if (reports_.empty() || media - last_report_media_us_ >= kReportSpacing || media < last_report_media_us_) {
    reports_.push_back({media, residual});
    if (reports_.size() > kReports) reports_.pop_front();
    last_report_media_us_ = media;
    fit();
  }
  reported_at_us_ = arrival_us;
  // How far before its arrival a packet was captured, for the time when reports stay out.
  const std::int64_t bias = std::min<std::int64_t>(*reported_us(media) - *floor, 0);
  bias_us_ = bias_us_ ? *bias_us_ + (bias - *bias_us_) / 8 : bias;
  return from_us(media + offset_us_.value_or(residual));
}

// Theil and Sen's line: the median of the slopes, then of the levels, so that three wild reports in ten do not move it.
void SenderClock::fit() {
  const auto off_line = [this](const Report& report) {
    return report.residual_us - level_us_ - static_cast<std::int64_t>(slope_ * static_cast<double>(report.media_us - level_at_us_));
  };
  if (reports_.size() > kStepReports) {
    const bool above =
        std::all_of(reports_.end() - kStepReports, reports_.end(), [&](const Report& report) { return off_line(report) > kStep; });
    const bool below =
        std::all_of(reports_.end() - kStepReports, reports_.end(), [&](const Report& report) { return off_line(report) < -kStep; });
    if (above || below) reports_.erase(reports_.begin(), reports_.end() - kStepReports);
  }
  slope_ = 0;
  if (reports_.size() >= kReportsForLosing) {
    std::vector<double> slopes;
    slopes.reserve(reports_.size() * (reports_.size() - 1) / 2);
    for (auto later = reports_.begin(); later != reports_.end(); ++later) {
      for (auto earlier = reports_.begin(); earlier != later; ++earlier) {
        if (later->media_us == earlier->media_us) continue;
        slopes.push_back(static_cast<double>(later->residual_us - earlier->residual_us) /
                         static_cast<double>(later->media_us - earlier->media_us));
      }
    }
    const double slope = slopes.empty() ? 0 : median(slopes);
    if (slope > kLosing) {
      slope_ = std::min(slope, kMaxLosing);
    } else if (reports_.size() >= kReportsForSlope) {
      slope_ = std::clamp(slope, -kMaxSlope, kMaxSlope);
    }
  }
  level_at_us_ = reports_.back().media_us;
  std::vector<std::int64_t> levels;
  levels.reserve(reports_.size());
  for (const Report& report : reports_) {
    levels.push_back(report.residual_us - static_cast<std::int64_t>(slope_ * static_cast<double>(report.media_us - level_at_us_)));
  }
  level_us_ = median(levels);
}

std::optional<std::int64_t> SenderClock::reported_us(std::int64_t media) const {
  if (reports_.empty()) return std::nullopt;
  return level_us_ + static_cast<std::int64_t>(slope_ * static_cast<double>(media - level_at_us_));
}

std::int64_t SenderClock::target_us(std::int64_t media, std::int64_t now_us) const {
  const bool fresh = reported_at_us_ && now_us - *reported_at_us_ < kReportFresh;
  if (const auto reported = reported_us(media); fresh && reported) {
    const std::int64_t floor = *floor_us(kRecentArrivals);
    return std::clamp(*reported, floor - kMaxBehind, floor + kMaxAhead);
  }
  return *floor_us(kArrivalWindow) + bias_us_.value_or(0);
}

std::vector<SenderClock::Correction> SenderClock::take_corrections(bool at_end) {
  if (corrected_ || told_.empty() || reports_.size() < (at_end ? kStepReports : kReportsForSlope)) return {};
  const auto error_of = [this](const Told& told) { return *reported_us(told.media_us) - told.offset_us; };
  if (!at_end && std::abs(error_of(told_.back())) >= kNoticed) return {};  // still on its way
  corrected_ = true;
  if (last_told_.media_us > told_.back().media_us) told_.push_back(last_told_);  // corrections reach up to what was told last
  const std::vector<Told> all = std::exchange(told_, {});
  if (std::all_of(all.begin(), all.end(), [&](const Told& told) { return std::abs(error_of(told)) < kNoticed; })) return {};
  std::vector<Correction> corrections;
  for (const Told& told : all) {
    const MonotonicTime when = from_us(told.media_us + told.offset_us);
    if (corrections.empty() || when > corrections.back().told) corrections.push_back({when, std::chrono::microseconds{error_of(told)}});
  }
  return corrections;
}

std::optional<MonotonicTime> SenderClock::time_of(std::uint32_t rtp32, MonotonicTime now) {
  if (!started_ || arrivals_.empty()) return std::nullopt;
  const std::int64_t now_us = to_us(now);
  const std::int64_t media = media_us(unwrapper_.peek(rtp32));
  const std::int64_t target = target_us(media, now_us);
  if (!offset_us_) {
    offset_us_ = target;
  } else {
    const auto passed = static_cast<double>(std::max<std::int64_t>(now_us - slewed_at_us_, 0));
    const std::int64_t error = target - *offset_us_;
    const bool warm = now_us < started_us_ + kWarmUp || std::abs(error) > kStep;
    const double wish = static_cast<double>(error) * std::min(1.0, passed / (warm ? kWarmTime : kCalmTime));
    *offset_us_ += static_cast<std::int64_t>(std::clamp(std::round(wish), -kMaxSlew * passed, kMaxSlew * passed));
  }
  slewed_at_us_ = now_us;
  const bool changed = told_.empty() || std::abs(told_.back().offset_us - *offset_us_) >= kNoticed / 4;
  if (!corrected_ && told_.size() < kMostTold && (changed || media - told_.back().media_us >= kSecond))
    told_.push_back({media, *offset_us_});
  last_told_ = {media, *offset_us_};
  return from_us(media + *offset_us_);
}

}  // namespace dd::recorder
