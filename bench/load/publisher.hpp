// SPDX-License-Identifier: MIT
// Publisher: what one participant sends - a camera in one or three layers, a microphone - at its times, and its answers to what the
// server asks: key frames, repetitions. It neither negotiates nor connects (peer.hpp does). Lives on the loop.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/counters.hpp"
#include "bench/load/rtp_sender.hpp"
#include "bench/load/transport.hpp"
#include "bench/load/vp8_source.hpp"

namespace dd::load {

struct PublisherCounters {
  std::uint64_t packets = 0;  // of media, repetitions included
  std::uint64_t bytes = 0;    // of RTP
  std::uint64_t frames = 0;
  std::uint64_t key_frames = 0;
  std::uint64_t key_frame_requests = 0;
  std::uint64_t nacked = 0;
  std::uint64_t repeated = 0;
  std::uint64_t feedback_packets = 0;  // transport-wide feedback that came
  std::uint64_t feedback_received = 0;
  std::uint64_t feedback_lost = 0;
  std::uint64_t late_frames = 0;     // sent over a frame's time after their own: this process did not keep up
  std::uint64_t skipped_frames = 0;  // not sent at all, for the same reason

  static constexpr auto members() {
    return std::array{&PublisherCounters::packets,
                      &PublisherCounters::bytes,
                      &PublisherCounters::frames,
                      &PublisherCounters::key_frames,
                      &PublisherCounters::key_frame_requests,
                      &PublisherCounters::nacked,
                      &PublisherCounters::repeated,
                      &PublisherCounters::feedback_packets,
                      &PublisherCounters::feedback_received,
                      &PublisherCounters::feedback_lost,
                      &PublisherCounters::late_frames,
                      &PublisherCounters::skipped_frames};
  }
};

struct VideoLayer {
  RtpStreamSettings stream;
  Vp8Settings picture;
};

struct PublisherSettings {
  std::vector<VideoLayer> video;         // all layers of one camera; none: no video
  std::vector<RtpStreamSettings> audio;  // none or one
  std::uint32_t audio_bitrate = 40'000;
  std::string cname;
  std::uint32_t mark = 0;  // see stamp.hpp
  std::uint64_t seed = 0;
};

class Publisher final : public TransportUser {
 public:
  explicit Publisher(PublisherSettings settings);

  // The transport must be connected, and outlive the publisher's last tick.
  void start(Transport& transport, MonotonicTime now);
  void tick(MonotonicTime now);

  const PublisherCounters& counters() const { return counters_; }
  const PublisherSettings& settings() const { return settings_; }

  void on_rtp(Bytes, Nanoseconds) override {}
  void on_rtcp(Bytes compound, Nanoseconds arrival) override;

 private:
  struct Camera {
    Vp8Source source;
    RtpSender sender;
    bool wants_key = true;
    MonotonicTime last_key;
  };

  void send_frame(Camera& camera, MonotonicTime now);
  void send_sound();
  void send_reports(MonotonicTime now);
  // How far the time has come since the start, in units of a media clock.
  std::uint32_t media_time(MonotonicTime at, std::uint32_t clock_rate) const;

  PublisherSettings settings_;
  Transport* transport_ = nullptr;
  std::vector<Camera> cameras_;
  std::vector<RtpSender> sound_;
  PublisherCounters counters_;
  std::uint16_t transport_wide_ = 0;
  std::uint32_t timestamp_base_ = 0;
  MonotonicTime started_;
  MonotonicTime next_frame_;
  MonotonicTime next_sound_;
  MonotonicTime next_report_;
};

}  // namespace dd::load
