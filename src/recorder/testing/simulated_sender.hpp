// SPDX-License-Identifier: MIT
// A sender with a clock that is off, behind a network that delays, as mediasoup forwards it: hours pass in milliseconds.
// It makes no payload; what a packet carries is its timestamp and the truth about its capture. For tests.
#pragma once

#include <cstdint>
#include <random>

#include "recorder/sender_clock.hpp"

namespace dd::recorder {

class SimulatedSender {
 public:
  struct Settings {
    std::uint32_t clock_rate = 90000;
    std::uint32_t first_rtp = 0;
    double skew = 0;                   // of its media clock, 100e-6 is 100 ppm fast
    std::int64_t interval_us = 33333;  // of frames
    std::int64_t delay_us = 30000;     // of the network, at least
    double jitter_us = 5000;           // mean of what comes on top, exponential
    double loss = 0;
    double report_noise_us = 0;  // deviation of the capture time the worker reckons with
    bool reports = true;
    unsigned seed = 1;
  };

  explicit SimulatedSender(Settings settings)
      : settings_(settings), random_(settings.seed), clock_(settings.clock_rate), rtp_origin_(settings.first_rtp) {}

  SenderClock& clock() { return clock_; }
  Settings& settings() { return settings_; }
  std::int64_t now_us() const { return now_us_; }

  std::uint32_t rtp_at(std::int64_t us) const {
    const double units = static_cast<double>(us - rtp_zero_us_) * (1 + settings_.skew) * settings_.clock_rate / 1e6;
    return rtp_origin_ + static_cast<std::uint32_t>(static_cast<std::int64_t>(units));
  }

  // Sends until `us`, one report a second, and calls `check(error_us)` with the error of each frame that arrives.
  template <typename Check>
  void run(std::int64_t us, Check check) {
    for (const std::int64_t end = now_us_ + us; now_us_ < end; now_us_ += settings_.interval_us) {
      const std::uint32_t rtp = rtp_at(now_us_);
      std::exponential_distribution<double> jitter(1.0 / settings_.jitter_us);
      std::int64_t arrival = now_us_ + settings_.delay_us + static_cast<std::int64_t>(jitter(random_));
      arrival = std::max(arrival, last_arrival_us_ + 20);
      if (std::uniform_real_distribution<double>(0, 1)(random_) >= settings_.loss) {
        last_arrival_us_ = arrival;
        clock_.on_packet(rtp, at(arrival));
        if (!clock_.undecided(at(arrival))) {
          if (const auto time = clock_.time_of(rtp, at(arrival))) check(us_of(*time) - now_us_);
        }
      }
      if (settings_.reports && arrival >= next_report_us_) {
        next_report_us_ = arrival + 1000000;
        std::normal_distribution<double> noise(0, 1);
        const auto off = static_cast<std::int64_t>(noise(random_) * settings_.report_noise_us);
        const auto queued = static_cast<std::int64_t>(100 + 200 * std::abs(noise(random_)));
        (void)clock_.on_report(arrival + kNtpOffset, rtp_at(arrival - off), at(arrival + queued));
      }
    }
  }

  // Nothing is sent, and the media clock goes on or stands still.
  void be_silent(std::int64_t us, bool clock_stops) {
    if (clock_stops) rtp_zero_us_ += us;
    now_us_ += us;
  }

  // Captured, but never sent nor counted.
  void lose_time(std::int64_t us) { rtp_zero_us_ += us; }

  // The sender begins with other timestamps, as a browser does after replacing its track.
  void restart_timestamps(std::uint32_t first) {
    rtp_origin_ = first;
    rtp_zero_us_ = now_us_;
  }

  static MonotonicTime at(std::int64_t us) { return MonotonicTime{std::chrono::microseconds{us}}; }
  static std::int64_t us_of(MonotonicTime time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  }

 private:
  static constexpr std::int64_t kNtpOffset = 3900000000000000;  // the worker's NTP clock against ours

  Settings settings_;
  std::mt19937 random_;
  SenderClock clock_;
  std::uint32_t rtp_origin_;
  std::int64_t rtp_zero_us_ = 0;
  std::int64_t now_us_ = 1000000;
  std::int64_t last_arrival_us_ = 0;
  std::int64_t next_report_us_ = 0;
};

}  // namespace dd::recorder
