// SPDX-License-Identifier: MIT
#include "recorder/track.hpp"

#include <algorithm>
#include <utility>

#include "rtp/header_extension.hpp"

namespace dd::recorder {
namespace {

using recording::GapReason;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint32_t kOurSsrc = 1;  // of reports and requests; the worker looks at the media's only

// What listeners notice, and what is filled when it is played (docs/recording-format.md).
constexpr recording::Time kSoundGap = milliseconds{200};
constexpr recording::Time kPictureGap = milliseconds{500};

constexpr recording::Time kLongestInterval = milliseconds{100};  // a picture's stay is not taken to be longer

constexpr Duration kFirstPli = milliseconds{200};  // the worker asks for itself when a consumer begins
constexpr Duration kPliAgain = milliseconds{500};  // Chromium ignores requests within 300 ms
constexpr Duration kPliAtMost = seconds{4};
constexpr Duration kReportEvery = seconds{1};
constexpr Duration kSyncEvery = seconds{10};

// An encoder for voice looks 6.5 ms ahead: what it decodes to comes that much after the packet's time (RFC 7845 calls it
// pre-skip; libopus: 312 samples).
constexpr recording::Time kOpusLookAhead{6500};

rtp::FrameFormat format_of(recording::Codec codec) {
  switch (codec) {
    case recording::Codec::kOpus: return rtp::FrameFormat::kOpus;
    case recording::Codec::kVp8: return rtp::FrameFormat::kVp8;
    case recording::Codec::kVp9: return rtp::FrameFormat::kVp9;
    case recording::Codec::kH264: return rtp::FrameFormat::kH264;
    case recording::Codec::kAv1: return rtp::FrameFormat::kAv1;
  }
  return rtp::FrameFormat::kVp8;
}

// Of two reasons for one gap the weightier is written down.
int weight(GapReason reason) {
  switch (reason) {
    case GapReason::kStall: return 0;
    case GapReason::kKeyFrame: return 1;
    case GapReason::kLoss: return 2;
    case GapReason::kPaused: return 3;
    case GapReason::kTrouble: return 4;
    case GapReason::kCrash: return 5;
  }
  return 0;
}

std::uint8_t extension_id(const recording::AddTrack& settings, std::string_view uri) {
  const auto found = settings.extensions.find(std::string(uri));
  return found == settings.extensions.end() ? std::uint8_t{0} : found->second;
}

bool same(const rtp::Configuration& left, const rtp::Configuration& right) {
  return left == right || (left != nullptr && right != nullptr && *left == *right);
}

}  // namespace

Track::Track(recording::AddTrack settings, recording::Kind kind, recording::Codec codec, TrackOutlet& outlet, const char* reason,
             MonotonicTime now)
    : settings_(std::move(settings)),
      kind_(kind),
      codec_(codec),
      outlet_(outlet),
      next_reason_(reason),
      jitter_({.nack = settings_.nack, .orientation_id = extension_id(settings_, rtp::kVideoOrientationUri)}),
      assembler_(rtp::make_frame_assembler(format_of(codec))),
      clock_(settings_.clock_rate),
      capture_time_id_(extension_id(settings_, rtp::kAbsCaptureTimeUri)),
      paused_(settings_.paused),
      awaits_clock_(settings_.preview),
      next_report_(now + kReportEvery) {
  if (paused_) {
    because(GapReason::kPaused);
  } else {
    want_key_frame(now, kFirstPli);
  }
}

// What a sender's reports pair with the first sample of a packet of sound is when that sample was captured, or when its packet was sent,
// a packet's duration later, or something in between: half a packet is off by 10 ms at most. ADR 12 has the sources and the sums.
recording::Time Track::earlier() const {
  if (!sound()) return {};
  return kOpusLookAhead + (exact_capture_ ? recording::Time{} : std::chrono::duration_cast<recording::Time>(packet_duration_ / 2));
}

void Track::on_packet(const rtp::PacketView& packet, MonotonicTime arrival) {
  if (paused_) return;
  if (settings_.rtx_ssrc && packet.ssrc == *settings_.rtx_ssrc) {
    if (packet.payload_type != settings_.rtx_payload_type) return;
    if (const auto original = rtp::unwrap_rtx(packet, settings_.payload_type, settings_.ssrc)) jitter_.insert(*original, arrival);
    return;
  }
  if (packet.payload_type != settings_.payload_type) return;
  // Negotiated by us does not mean sent by them; what is sent, the worker reckons its reports with.
  if (!exact_capture_ && capture_time_id_ != 0) exact_capture_ = packet.extension(capture_time_id_).has_value();
  clock_.on_packet(packet.timestamp, arrival);
  jitter_.insert(packet, arrival);
}

void Track::on_sender_report(const rtp::SenderReport& report, MonotonicTime arrival) {
  last_report_ntp_ = static_cast<std::uint32_t>(report.ntp >> 16);
  last_report_at_ = arrival;
  const std::int64_t ntp_us = rtp::ntp_to_us(report.ntp);
  const auto mapped = clock_.on_report(ntp_us, report.rtp, arrival);
  note_corrections(outlet_.timeline(arrival), false);
  if (!mapped || (next_sync_ && arrival < *next_sync_)) return;
  next_sync_ = arrival + kSyncEvery;
  outlet_.note(
      outlet_.timeline(arrival),
      recording::SyncNoted{.track = settings_.track, .rtp = report.rtp, .ntp_us = ntp_us, .mapped = outlet_.timeline(*mapped) - earlier()});
}

void Track::advance(MonotonicTime now) {
  if (!paused_) drain(now);
  ask(now);
}

// `ahead`: holes that would be given up until then are given up now.
void Track::drain(MonotonicTime now, Duration ahead) {
  while (auto packet = jitter_.pop(now + ahead)) {
    if (packet->after_loss) {
      because(GapReason::kLoss);
      if (!sound()) want_key_frame(now, Duration{});
    }
    assembled_.clear();
    assembler_->push(*packet, assembled_);
    for (rtp::Frame& frame : assembled_) take(std::move(frame), now);
  }
  if (!held_.empty() && !clock_.undecided(now + ahead)) {
    auto held = std::exchange(held_, {});
    for (rtp::Frame& frame : held) write(std::move(frame), now);
  }
}

void Track::take(rtp::Frame frame, MonotonicTime now) {
  if (sound()) packet_duration_ = frame.duration;
  if ((!held_.empty() || clock_.undecided(now)) && held_.size() < kMaxHeld) {
    held_.push_back(std::move(frame));
  } else {
    write(std::move(frame), now);
  }
}

void Track::write(rtp::Frame frame, MonotonicTime now) {
  if (troubled_) return;
  if (waiting_for_key_ && !frame.key && !awaits_clock_) return;
  const auto captured = clock_.time_of(frame.timestamp, now);
  if (!captured) return;
  if (awaits_clock_) {
    if (!clock_.is_settled(now)) return;
    awaits_clock_ = false;
    if (!frame.key) return;
  }
  recording::Time t = std::max(outlet_.timeline(*captured) - earlier(), recording::Time{});
  if (last_time_) t = std::max(t, *last_time_ + milliseconds{1});
  note_gap(t);
  if (!ready_file(frame, t)) return;
  note_rotation(frame, t);
  waiting_for_key_ = false;
  gap_reason_.reset();
  recording::Time lasts = std::chrono::duration_cast<recording::Time>(frame.duration);
  if (!sound()) lasts = last_time_ ? std::min(t - *last_time_, kLongestInterval) : recording::Time{};
  file_->add(t, lasts, frame.key, frame.bytes);
  last_time_ = t;
  written_until_ = t + lasts;
  ++frames_;
  if (is_long(t) || frame.rotation != file_rotation_) request_cut(now);
}

// The file should end, and the next one has to begin with a key frame.
void Track::request_cut(MonotonicTime now) {
  if (now < next_pli_) return;
  outlet_.send(settings_.source_port, rtp::make_pli(kOurSsrc, settings_.ssrc));
  next_pli_ = now + kPliAtMost;
}

void Track::note_rotation(const rtp::Frame& frame, recording::Time t) {
  if (frame.rotation == rotation_) return;
  rotation_ = frame.rotation;
  outlet_.note(t, recording::PictureTurned{.track = settings_.track, .degrees = rotation_});
}

bool Track::must_cut(const rtp::Frame& frame, recording::Time t) const {
  if (!frame.key || !file_) return false;
  if (!same(frame.configuration, configuration_) || frame.rotation != file_rotation_) return true;
  // So that each file of a preview has one size.
  return settings_.preview && (is_long(t) || (frame.width != 0 && (frame.width != width_ || frame.height != height_)));
}

// A file that can carry this frame; opens one where the container cannot go on.
bool Track::ready_file(const rtp::Frame& frame, recording::Time t) {
  if (must_cut(frame, t)) {
    const bool sized = frame.width != width_ || frame.height != height_;
    next_reason_ = !same(frame.configuration, configuration_) ? (sized ? "size" : "codec")
                   : frame.rotation != file_rotation_         ? "rotation"
                                                              : "size";
    end_file();
  }
  if (!file_) {
    MatroskaTrack format{.codec = codec_,
                         .width = frame.width,
                         .height = frame.height,
                         .rotation = frame.rotation,
                         .sampling_rate = settings_.clock_rate,
                         .channels = settings_.channels,
                         .uid = std::uint64_t{settings_.ssrc} + 1,
                         .configuration = frame.configuration ? *frame.configuration : ByteString{}};
    file_ = outlet_.open_file(settings_.track, std::move(format), t, next_reason_);
    if (!file_) return false;
    file_begins_ = t;
    file_rotation_ = frame.rotation;
    configuration_ = frame.configuration;
    next_reason_ = "source";
  } else if (frame.key && frame.width != 0 && (frame.width != width_ || frame.height != height_)) {
    outlet_.note(t, recording::SizeChanged{.track = settings_.track, .width = frame.width, .height = frame.height});
  }
  if (frame.key && frame.width != 0) {
    width_ = frame.width;
    height_ = frame.height;
  }
  return true;
}

void Track::end_file() {
  if (!file_) return;
  const auto ended = file_->finish();
  outlet_.note(ended.until,
               recording::FileEnded{.file = file_->name(), .duration = ended.duration, .frames = ended.frames, .bytes = ended.bytes});
  file_.reset();
}

// What was written while the sender's clock was not known stays; whoever plays it is told where it belongs.
void Track::note_corrections(recording::Time t, bool at_end) {
  const auto corrections = clock_.take_corrections(at_end);
  if (corrections.empty()) return;
  recording::TrackRetimed retimed{.track = settings_.track, .points = {}};
  for (const auto& [told, by] : corrections) {
    const recording::Time at = outlet_.timeline(told) - earlier();
    if (retimed.points.empty() || at > retimed.points.back().t)
      retimed.points.push_back({at, std::chrono::duration_cast<recording::Time>(by)});
  }
  outlet_.note(t, std::move(retimed));
}

void Track::note_gap(recording::Time to) {
  if (!written_until_ || to - *written_until_ <= (sound() ? kSoundGap : kPictureGap)) return;
  outlet_.note(to, recording::GapNoted{.track = settings_.track,
                                       .from = *written_until_,
                                       .to = to,
                                       .reason = gap_reason_.value_or(waiting_for_key_ ? GapReason::kKeyFrame : GapReason::kStall)});
}

void Track::because(GapReason reason) {
  if (!gap_reason_ || weight(*gap_reason_) < weight(reason)) gap_reason_ = reason;
}

void Track::want_key_frame(MonotonicTime now, Duration wait) {
  if (sound() || waiting_for_key_) return;
  waiting_for_key_ = true;
  next_pli_ = now + wait;
  pli_wait_ = kPliAgain;
}

void Track::ask(MonotonicTime now) {
  if (paused_) return;
  if (const auto missing = jitter_.to_ask(now); !missing.empty())
    outlet_.send(settings_.source_port, rtp::make_nack(kOurSsrc, settings_.ssrc, missing));
  if (waiting_for_key_ && !awaits_clock_ && !troubled_ && now >= next_pli_) {
    outlet_.send(settings_.source_port, rtp::make_pli(kOurSsrc, settings_.ssrc));
    next_pli_ = now + pli_wait_;
    pli_wait_ = std::min(2 * pli_wait_, kPliAtMost);
  }
  if (now >= next_report_) report_reception(now);
}

// The worker takes its round trip from this, and the round trip decides how soon it repeats a packet once more.
void Track::report_reception(MonotonicTime now) {
  next_report_ = now + kReportEvery;
  const auto& counters = jitter_.counters();
  if (counters.received == 0) return;
  const std::uint64_t lost = counters.lost - std::exchange(reported_lost_, counters.lost);
  const std::uint64_t expected = lost + counters.received - std::exchange(reported_received_, counters.received);
  rtp::ReceptionBlock block{
      .ssrc = settings_.ssrc,
      .fraction_lost = static_cast<std::uint8_t>(expected == 0 ? 0 : std::min<std::uint64_t>(255, 256 * lost / expected)),
      .total_lost = static_cast<std::int32_t>(std::min<std::uint64_t>(counters.lost, 0x7FFFFF)),
      .highest_sequence = jitter_.highest_sequence()};
  if (last_report_ntp_ != 0) {
    const auto since = std::chrono::duration_cast<std::chrono::microseconds>(now - last_report_at_).count();
    block.last_report = last_report_ntp_;
    block.since_last_report = static_cast<std::uint32_t>(std::clamp<std::int64_t>(since * 65536 / 1000000, 0, UINT32_MAX));
  }
  outlet_.send(settings_.source_port, rtp::make_receiver_report(kOurSsrc, std::span(&block, 1)));
}

void Track::pause(MonotonicTime now, recording::Time t) {
  if (paused_) return;
  drain(now);
  paused_ = true;
  because(GapReason::kPaused);
  if (file_) file_->flush();
  outlet_.note(t, recording::TrackPaused{settings_.track});
}

void Track::resume(MonotonicTime now, recording::Time t) {
  if (!paused_) return;
  paused_ = false;
  jitter_.reset();
  assembler_->reset();
  held_.clear();
  waiting_for_key_ = false;
  want_key_frame(now, kFirstPli);
  outlet_.note(t, recording::TrackResumed{settings_.track});
}

void Track::finish(MonotonicTime now, recording::Time t) {
  // What waits behind a hole is released: nobody will fill it any more.
  if (!paused_) drain(now, std::chrono::hours{1});
  end_file();
  note_corrections(t, true);
  note_gap(t);
  written_until_.reset();
}

void Track::on_trouble(const DiskTrouble& trouble, recording::Time t) {
  troubled_ = true;
  because(GapReason::kTrouble);
  held_.clear();
  next_reason_ = "restart";
  if (!file_) return;
  const auto found = trouble.whole.find(file_->id());
  const auto ended = file_->abandon(found == trouble.whole.end() ? 0 : found->second);
  written_until_ = std::min(ended.until, t);
  if (ended.frames > 0) {
    outlet_.note(t, recording::FileEnded{.file = file_->name(), .duration = ended.duration, .frames = ended.frames, .bytes = ended.bytes});
  }
  file_.reset();
}

void Track::go_on(MonotonicTime now) {
  troubled_ = false;
  waiting_for_key_ = false;
  want_key_frame(now, Duration{});
}

}  // namespace dd::recorder
