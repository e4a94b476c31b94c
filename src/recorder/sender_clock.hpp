// SPDX-License-Identifier: MIT
// Where on our own clock the media of an RTP timestamp was captured: sender reports where there are any, arrival otherwise.
// It slews instead of stepping, follows skewed clocks, and starts afresh when a sender's timestamps do. It owns no clock.
// Sans-IO; one for each track, stepped on the recorder's loop.
//
// mediasoup (since 3.25) sends reports on its own host's clock: an instant now, and the RTP timestamp that would be captured at
// that instant, reckoned from the capture time of the newest packet (RtpStreamSend::GetRtcpSenderReport, Producer::PostProcessRtpPacket;
// docs/adr/0012-one-clock-for-what-was-captured-together.md has the whole chain). So a report needs no network delay taken off, only the constant
// between the worker's NTP and our monotonic clock, which the fastest of the last reports tells to a fraction of a millisecond.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "rtp/packet.hpp"

namespace dd::recorder {

class SenderClock {
 public:
  explicit SenderClock(std::uint32_t clock_rate) : rate_(clock_rate == 0 ? 1 : clock_rate) {}

  // Each packet as it arrives, but no repetition of one: those come late by nature.
  void on_packet(std::uint32_t rtp, MonotonicTime arrival);

  // A sender report, with its NTP time in microseconds. Answers where the clock puts its RTP timestamp, when it can tell.
  std::optional<MonotonicTime> on_report(std::int64_t ntp_us, std::uint32_t rtp, MonotonicTime arrival);

  // When the media was captured. Called with growing `now`, it slews towards what is known; nothing before the first packet.
  std::optional<MonotonicTime> time_of(std::uint32_t rtp, MonotonicTime now);

  // True for up to 0.3 s: after the beginning, until packets have come that were faster than a first key frame; and after a silence
  // when it cannot be told yet whether packets were held up or the sender's clock stood still meanwhile. What time_of() says then may
  // turn out wrong by the length of the delay or the silence: better wait.
  bool undecided(MonotonicTime now) const;

  // What time_of() has said since the clock began and what it would say now, once reports are settled (`at_end`: as far as they
  // are); told once for each beginning, and nothing when the difference is too small to be noticed.
  struct Correction {
    MonotonicTime told{};
    std::chrono::microseconds by{};
  };
  std::vector<Correction> take_corrections(bool at_end);

  bool follows_reports(MonotonicTime now) const;
  // Enough reports agree, and what time_of() says is where they put it.
  bool is_settled(MonotonicTime now) const;
  std::uint64_t restarts() const { return restarts_; }

 private:
  struct Report {
    std::int64_t media_us = 0;
    std::int64_t residual_us = 0;
  };
  struct Told {
    std::int64_t media_us = 0;
    std::int64_t offset_us = 0;
  };
  struct Bucket {
    std::int64_t since_us = 0;
    std::int64_t least_us = 0;
  };
  struct Doubt {  // a silence that ended with timestamps which went on as if there had been none
    std::int64_t arrival_us = 0;
    std::int64_t media_us = 0;
    bool settled = false;  // they are merely late
  };

  std::int64_t media_us(std::int64_t rtp) const { return (rtp - base_rtp_) * 1000000 / static_cast<std::int64_t>(rate_); }
  void restart(std::int64_t rtp, std::int64_t arrival_us);
  void note_arrival(std::int64_t arrival_us, std::int64_t residual_us);
  std::optional<std::int64_t> floor_us(std::int64_t window_us) const;  // over the last time in which packets came
  std::optional<std::int64_t> reported_us(std::int64_t media) const;
  bool plausible(std::int64_t residual_us, std::int64_t floor) const;
  std::int64_t target_us(std::int64_t media, std::int64_t now_us) const;
  void fit();

  std::uint32_t rate_;
  rtp::Unwrapper<std::uint32_t> unwrapper_;
  bool started_ = false;
  std::int64_t base_rtp_ = 0;
  std::int64_t started_us_ = 0;
  std::uint64_t restarts_ = 0;

  std::deque<Bucket> arrivals_;  // the least of arrival minus media time in each quarter of the last seconds
  std::optional<Doubt> doubt_;

  std::deque<std::int64_t> report_delays_;  // arrival minus NTP of the last reports
  std::deque<Report> reports_;
  std::optional<std::int64_t> reported_at_us_;  // arrival of the last report that was used
  std::int64_t last_report_media_us_ = 0;
  double slope_ = 0;  // of the residual over media time
  std::int64_t level_us_ = 0;
  std::int64_t level_at_us_ = 0;
  std::optional<std::int64_t> bias_us_;  // what reports said, relative to arrival; kept for when they fall silent

  std::optional<std::int64_t> offset_us_;  // in force: time = media time + offset
  std::int64_t slewed_at_us_ = 0;

  std::vector<Told> told_;  // how the offset went since the clock began
  Told last_told_{};
  bool corrected_ = false;
};

}  // namespace dd::recorder
