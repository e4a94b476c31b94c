// SPDX-License-Identifier: MIT
#include "bench/load/publisher.hpp"

#include <algorithm>
#include <utility>

#include "bench/load/sender_rtcp.hpp"
#include "bench/load/stamp.hpp"
#include "bench/load/transport_feedback.hpp"

namespace dd::load {
namespace {

using namespace std::chrono_literals;

constexpr Duration kSoundInterval = 20ms;
constexpr Duration kSenderReportInterval = 1s;
constexpr Duration kKeyFrameGuard = 300ms;  // libwebrtc's encoder obeys no two requests closer than this
constexpr Duration kTooLate = 200ms;        // behind by more, frames are left out rather than sent in a heap
constexpr std::uint8_t kOpusToc = 0xF8;     // CELT, full band, one frame of 20 ms, mono (RFC 6716, section 3.1)

}  // namespace

Publisher::Publisher(PublisherSettings settings)
    : settings_(std::move(settings)), timestamp_base_(static_cast<std::uint32_t>(settings_.seed >> 8) & 0x7FFFFFFFU) {
  for (const VideoLayer& layer : settings_.video) {
    cameras_.push_back(
        {.source = Vp8Source(layer.picture, settings_.seed + cameras_.size()), .sender = RtpSender(layer.stream), .last_key = {}});
  }
  for (const RtpStreamSettings& stream : settings_.audio) sound_.emplace_back(stream);
}

void Publisher::start(Transport& transport, MonotonicTime now) {
  transport_ = &transport;
  started_ = now;
  // Cameras of different people do not tick together.
  next_frame_ = now + std::chrono::microseconds(settings_.seed % 33'000);
  next_sound_ = now + std::chrono::microseconds(settings_.seed / 33'000 % 20'000);
  next_report_ = next_frame_ + 50ms;
}

std::uint32_t Publisher::media_time(MonotonicTime at, std::uint32_t clock_rate) const {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(at - started_).count();
  return timestamp_base_ +
         static_cast<std::uint32_t>(static_cast<std::uint64_t>(std::max<std::int64_t>(microseconds, 0)) * clock_rate / 1'000'000);
}

void Publisher::tick(MonotonicTime now) {
  if (transport_ == nullptr || !transport_->usable()) return;
  if (!cameras_.empty()) {
    const Duration interval = 1'000'000'000ns / settings_.video.front().picture.frames_per_second;
    while (next_frame_ <= now) {
      if (now - next_frame_ > kTooLate) {
        ++counters_.skipped_frames;
      } else {
        if (now - next_frame_ > interval) ++counters_.late_frames;
        // The small layers first, as an encoder finishes them.
        for (Camera& camera : cameras_) send_frame(camera, now);
      }
      next_frame_ += interval;
    }
  }
  for (; !sound_.empty() && next_sound_ <= now; next_sound_ += kSoundInterval) {
    if (now - next_sound_ <= kTooLate) send_sound();
  }
  if (next_report_ <= now) {
    send_reports(now);
    next_report_ += kSenderReportInterval;
  }
}

void Publisher::send_frame(Camera& camera, MonotonicTime now) {
  const bool key = camera.wants_key && now - camera.last_key >= kKeyFrameGuard;
  if (key) {
    camera.wants_key = false;
    camera.last_key = now;
    ++counters_.key_frames;
  }
  const Vp8Frame frame = camera.source.next(key);
  const std::uint32_t timestamp = media_time(next_frame_, camera.sender.settings().clock_rate);
  for (std::size_t index = 0; index < frame.packets; ++index) {
    const MutableBytes out = transport_->slot();
    const Nanoseconds stamp = stamp_now();
    const std::size_t header = camera.sender.begin(out, index + 1 == frame.packets, timestamp, ++transport_wide_, stamp);
    const std::size_t size = header + camera.source.write(out.subspan(header), frame, index, kStampSize);
    write_stamp(out.first(size), settings_.mark, stamp);
    camera.sender.finish(out.first(size), header);
    transport_->send_rtp(size);
    ++counters_.packets;
    counters_.bytes += size;
  }
  ++counters_.frames;
}

void Publisher::send_sound() {
  RtpSender& sender = sound_.front();
  const MutableBytes out = transport_->slot();
  const Nanoseconds stamp = stamp_now();
  const std::size_t header = sender.begin(out, false, media_time(next_sound_, sender.settings().clock_rate), ++transport_wide_, stamp);
  const std::size_t payload = std::max<std::size_t>(settings_.audio_bitrate / 8 / 50, 1 + kStampSize);
  out[header] = kOpusToc;
  std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(header) + 1, payload - 1, static_cast<std::uint8_t>(0x5A));
  const std::size_t size = header + payload;
  write_stamp(out.first(size), settings_.mark, stamp);
  sender.finish(out.first(size), header);
  transport_->send_rtp(size);
  ++counters_.packets;
  counters_.bytes += size;
}

void Publisher::send_reports(MonotonicTime now) {
  const Nanoseconds stamp = stamp_now();
  const auto report = [&](const RtpSender& sender) {
    if (sender.packets() == 0) return;
    transport_->send_rtcp(make_sender_report(sender.report(stamp, media_time(now, sender.settings().clock_rate)), settings_.cname));
  };
  for (const Camera& camera : cameras_) report(camera.sender);
  for (const RtpSender& sender : sound_) report(sender);
}

void Publisher::on_rtcp(Bytes compound, Nanoseconds) {
  const Requests requests = parse_requests(compound);
  for (Camera& camera : cameras_) {
    const std::uint32_t ssrc = camera.sender.settings().ssrc;
    const auto asked = std::count(requests.key_frames.begin(), requests.key_frames.end(), ssrc);
    counters_.key_frame_requests += static_cast<std::uint64_t>(asked);
    if (asked > 0) camera.wants_key = true;
    for (const rtp::ReceptionBlock& block : requests.reports) {
      if (block.ssrc == ssrc) camera.sender.known_to_receiver();
    }
    for (const Nack& nack : requests.nacks) {
      if (nack.ssrc != ssrc) continue;
      counters_.nacked += nack.sequences.size();
      for (const std::uint16_t sequence : nack.sequences) {
        const auto size = camera.sender.repeat(transport_->slot(), sequence, static_cast<std::uint16_t>(transport_wide_ + 1), stamp_now());
        if (!size) continue;
        ++transport_wide_;
        transport_->send_rtp(*size);
        ++counters_.repeated;
        ++counters_.packets;
        counters_.bytes += *size;
      }
    }
  }
  for (const Bytes packet : requests.transport_feedback) {
    const auto feedback = parse_transport_feedback(packet);
    if (!feedback) continue;
    ++counters_.feedback_packets;
    for (const auto& arrival : feedback->arrivals) ++(arrival ? counters_.feedback_received : counters_.feedback_lost);
  }
}

}  // namespace dd::load
