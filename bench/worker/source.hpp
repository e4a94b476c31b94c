// SPDX-License-Identifier: MIT
// Source: one stream that a peer of the worker's bench sends, VP8 in frames as a camera makes them or Opus in small packets, each packet
// with the time of its sending inside. It encrypts and sends nothing itself. Belongs to a peer.
#pragma once

#include <array>
#include <optional>

#include "bench/load/rtp_sender.hpp"
#include "bench/load/vp8_source.hpp"

namespace dd::bench {

struct SourceSettings {
  std::uint32_t ssrc = 0;
  bool video = true;
  std::uint32_t bitrate = 0;  // bits a second of payload
  std::uint32_t frames_per_second = 0;
  load::Nanoseconds phase = 0;  // of its first frame
};

class Source {
 public:
  // What the stamp of every packet is marked with; a packet that does not carry it is damaged.
  static constexpr std::uint32_t kMark = 0x5A5A5A5A;

  explicit Source(const SourceSettings& settings);

  std::uint32_t ssrc() const { return settings_.ssrc; }
  void begin(load::Nanoseconds now) { due_ = now + settings_.phase; }
  load::Nanoseconds due() const { return due_; }
  void want_key_frame() { key_wanted_ = true; }

  // `send(packet, size)` gets each packet of the next frame, with room for SRTP behind it; returns how many they were.
  template <typename Send>
  std::size_t send_frame(Send send);
  rtp::SenderReport report(load::Nanoseconds now) const { return sender_.report(now, timestamp(now)); }

 private:
  std::uint32_t clock_rate() const { return settings_.video ? 90'000 : 48'000; }
  std::uint32_t timestamp(load::Nanoseconds now) const;
  bool takes_key_frame(load::Nanoseconds now);
  std::size_t write_payload(load::MutableBytes out, const load::Vp8Frame& frame, std::size_t index) const;

  SourceSettings settings_;
  load::RtpSender sender_;
  load::Vp8Source camera_;
  load::Nanoseconds due_ = 0;
  load::Nanoseconds last_key_frame_ = 0;
  bool key_wanted_ = true;
};

template <typename Send>
std::size_t Source::send_frame(Send send) {
  const load::Nanoseconds captured = due_;
  due_ += 1'000'000'000 / settings_.frames_per_second;
  load::Vp8Frame frame{.size = settings_.bitrate / 8 / settings_.frames_per_second, .packets = 1};
  if (settings_.video) frame = camera_.next(takes_key_frame(captured));
  for (std::size_t index = 0; index < frame.packets; ++index) {
    std::array<std::uint8_t, 1500> packet;
    const load::MutableBytes bytes(packet);
    const bool marker = settings_.video && index + 1 == frame.packets;
    const std::size_t header = sender_.begin(bytes, marker, timestamp(captured), 0, captured);
    const std::size_t size = header + write_payload(bytes.subspan(header), frame, index);
    sender_.finish(bytes.first(size), header);
    send(bytes, size);
  }
  return frame.packets;
}

}  // namespace dd::bench
