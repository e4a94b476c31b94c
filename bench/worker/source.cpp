// SPDX-License-Identifier: MIT
#include "bench/worker/source.hpp"

#include <algorithm>

#include "bench/load/network.hpp"
#include "bench/load/stamp.hpp"

namespace dd::bench {
namespace {

constexpr std::uint8_t kVideoType = 101;
constexpr std::uint8_t kAudioType = 111;
constexpr load::Nanoseconds kKeyFrameGuard = 300'000'000;  // libwebrtc's encoder ignores a request so soon after the last

}  // namespace

Source::Source(const SourceSettings& settings)
    : settings_(settings),
      sender_({.ssrc = settings.ssrc,
               .payload_type = settings.video ? kVideoType : kAudioType,
               .clock_rate = clock_rate(),
               .rtx_ssrc = 0,
               .rtx_payload_type = 0,
               .mid = {},
               .rid = {},
               .extensions = {}}),
      camera_({.bitrate = settings.bitrate, .frames_per_second = settings.frames_per_second}, settings.ssrc) {}

std::uint32_t Source::timestamp(load::Nanoseconds now) const {
  // Modulo 2^32, as RTP has it; in two steps, since nanoseconds times the rate would not fit.
  const auto time = static_cast<std::uint64_t>(now);
  return static_cast<std::uint32_t>(time / 1'000'000'000 * clock_rate() + time % 1'000'000'000 * clock_rate() / 1'000'000'000);
}

bool Source::takes_key_frame(load::Nanoseconds now) {
  if (!key_wanted_ || now < last_key_frame_ + kKeyFrameGuard) return false;
  key_wanted_ = false;
  last_key_frame_ = now;
  return true;
}

std::size_t Source::write_payload(load::MutableBytes out, const load::Vp8Frame& frame, std::size_t index) const {
  std::size_t size = std::max(frame.size, load::kStampSize);
  if (settings_.video) {
    size = camera_.write(out, frame, index, load::kStampSize);
  } else {
    std::fill_n(out.begin(), size, std::uint8_t{0x5A});
  }
  load::write_stamp(out.first(size), kMark, load::stamp_now());
  return size;
}

}  // namespace dd::bench
