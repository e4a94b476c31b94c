// SPDX-License-Identifier: MIT
#include "recorder/testing/stage.hpp"

#include <fmt/core.h>
#include <fstream>
#include <sstream>
#include <utility>

#include "recording/paths.hpp"
#include "rtp/header_extension.hpp"
#include "rtp/rtcp.hpp"

namespace dd::recorder::testing {
namespace {

constexpr std::int64_t kNtpZero = 3900000000000000;  // the worker's NTP clock at the stage's beginning
constexpr std::int64_t kStepUs = 10000;

}  // namespace

void StageLoop::post(Callback callback) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(callback));
  posted_.notify_one();
}

void StageLoop::run_posted() {
  while (true) {
    Callback callback;
    {
      const std::lock_guard lock(mutex_);
      if (queue_.empty()) return;
      callback = std::move(queue_.front());
      queue_.pop_front();
    }
    callback();
  }
}

void StageLoop::run_until(const std::function<bool()>& done) {
  run_posted();
  while (!done()) {
    {
      std::unique_lock lock(mutex_);
      if (!posted_.wait_for(lock, std::chrono::seconds{20}, [this] { return !queue_.empty(); })) return;
    }
    run_posted();
  }
}

Stage::Stage(std::string name, std::uint64_t stop_below_free_bytes)
    : folder_(scratch_folder() / "tenant" / "meeting" / name), stop_below_(stop_below_free_bytes) {
  open();
}

Stage::~Stage() = default;

void Stage::open() {
  ended_ = false;
  session_ =
      std::make_unique<Session>(loop_, Session::Ports{.port = 9,
                                                      .send = [this](std::uint16_t port, const Datagram& rtcp) { on_rtcp(port, rtcp); },
                                                      .say = [this](const recording::FromRecorder& message) { said.push_back(message); },
                                                      .ended = [this] { ended_ = true; }});
  session_->handle(recording::OpenRecording{
      .folder = folder_.string(), .recording = "r-1", .tenant = "tenant", .meeting = "meeting", .stop_below_free_bytes = stop_below_});
}

Sender& Stage::add(recording::Codec codec, const std::string& participant, bool paused) {
  Sender& sender = make(codec, participant, paused);
  session_->handle(sender.track);
  return sender;
}

Sender& Stage::add_preview(const Sender& whole, recording::Codec codec) {
  Sender& sender = make(codec, whole.track.participant, whole.track.paused);
  sender.track.track = whole.track.track;
  sender.track.producer = whole.track.producer;
  sender.track.preview = true;
  sender.frames = &coded_pictures(codec, 160, 90);
  session_->handle(sender.track);
  return sender;
}

Sender& Stage::make(recording::Codec codec, const std::string& participant, bool paused) {
  Sender& sender = senders_.emplace_back();
  const auto number = static_cast<std::uint32_t>(senders_.size());
  const bool sound = codec == recording::Codec::kOpus;
  sender.stream = {.codec = codec, .payload_type = static_cast<std::uint8_t>(sound ? 111 : 96), .ssrc = 1000 * number};
  sender.track.participant = participant;
  sender.track.kind = sound ? "audio" : "video";
  sender.track.producer = fmt::format("producer{}", number);
  sender.track.track = recording::track_id(participant, sound ? recording::Kind::kAudio : recording::Kind::kVideo, sender.track.producer);
  sender.track.codec = recording::to_string(codec);
  sender.track.clock_rate = sound ? 48000 : 90000;
  sender.track.channels = sound ? 2 : 1;
  sender.track.payload_type = sender.stream.payload_type;
  sender.track.ssrc = sender.stream.ssrc;
  sender.track.nack = !sound;
  sender.track.paused = paused;
  sender.track.source_port = static_cast<std::uint16_t>(20000 + number);
  if (!sound) {
    sender.track.rtx_payload_type = 97;
    sender.track.rtx_ssrc = sender.stream.ssrc + 1;
    sender.track.extensions[std::string(rtp::kVideoOrientationUri)] = kOrientationId;
  }
  sender.frames = sound ? &coded_sound() : &coded_pictures(codec);
  sender.interval_us = sound ? 20000 : 33333;
  sender.late_us = sound ? 10000 : 0;
  sender.next_us = us_;
  sender.silent = paused;
  return sender;
}

std::int64_t Stage::now_us() const { return us_; }

void Stage::later(std::int64_t at_us, std::uint16_t port, Datagram datagram) {
  network_.emplace(at_us, std::pair(port, std::move(datagram)));
}

void Stage::send_frame(Sender& sender) {
  const std::int64_t captured = sender.next_us;
  const std::size_t frame = sender.next_frame++;
  sender.next_us += sender.interval_us;
  if (sender.silent) return;
  const double ticks = static_cast<double>(captured) * (1 + sender.skew) * sender.track.clock_rate / 1e6;
  const std::uint32_t rtp = sender.first_rtp + static_cast<std::uint32_t>(static_cast<std::int64_t>(ticks));
  const Coded& coded = (*sender.frames)[frame % sender.frames->size()];
  sender.captured_us.push_back(captured);
  std::exponential_distribution<double> jitter(1.0 / std::max(sender.jitter_us, 1.0));
  const std::int64_t arrival = std::max(captured + sender.delay_us + static_cast<std::int64_t>(jitter(random_)), sender.arrived_us);
  sender.arrived_us = arrival;
  const bool dropped = sender.drops && sender.drops(frame);
  for (Datagram& packet : packetize(sender.stream, coded.bytes, coded.key, rtp)) {
    sender.sent[rtp::read_u16(packet, 2)] = packet;
    if (!dropped && std::uniform_real_distribution<double>(0, 1)(random_) >= sender.loss)
      later(arrival, sender.track.source_port, std::move(packet));
  }
  if (arrival >= sender.next_report_us) {
    sender.next_report_us = arrival + 1000000;
    // As the worker makes it: now, and the timestamp that is captured now by what it knows.
    const bool known = arrival - sender.captured_us.front() >= sender.known_after_us;
    const double now_ticks =
        static_cast<double>(known ? arrival - sender.late_us : captured) * (1 + sender.skew) * sender.track.clock_rate / 1e6;
    const auto now_rtp = sender.first_rtp + static_cast<std::uint32_t>(static_cast<std::int64_t>(now_ticks));
    later(arrival, sender.track.source_port, make_sender_report(sender.stream.ssrc, rtp::us_to_ntp(kNtpZero + arrival), now_rtp));
  }
}

void Stage::on_rtcp(std::uint16_t port, const Datagram& rtcp) {
  for (Sender& sender : senders_) {
    if (sender.track.source_port != port) continue;
    if (is_pli(rtcp)) ++sender.plis;
    if (!sender.answers_nack || !sender.track.rtx_ssrc) continue;
    for (const std::uint16_t sequence : nacked(rtcp)) {
      const auto found = sender.sent.find(sequence);
      if (found == sender.sent.end()) continue;
      if (std::uniform_real_distribution<double>(0, 1)(random_) < sender.loss) continue;
      later(us_ + 2 * sender.delay_us, port, make_rtx(found->second, 97, *sender.track.rtx_ssrc, sender.rtx_sequence++));
    }
  }
}

void Stage::run(Duration duration) {
  const std::int64_t end = us_ + std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  for (; us_ < end; us_ += kStepUs) {
    loop_.set(std::chrono::seconds{1000} + std::chrono::microseconds{us_});
    for (Sender& sender : senders_) {
      while (sender.next_us <= us_) send_frame(sender);
    }
    while (!network_.empty() && network_.begin()->first <= us_) {
      auto node = network_.extract(network_.begin());
      session_->on_datagram(node.mapped().second, node.mapped().first,
                            MonotonicTime{} + std::chrono::seconds{1000} + std::chrono::microseconds{node.key()});
    }
    session_->advance(loop_.now());
    loop_.run_posted();
  }
  loop_.set(std::chrono::seconds{1000} + std::chrono::microseconds{us_});
}

void Stage::sync() {
  bool done = false;
  session_->disk_for_test().after_all([&done] { done = true; });
  loop_.run_until([&done] { return done; });
}

void Stage::settle(Duration duration) {
  std::vector<bool> silent;
  for (Sender& sender : senders_) silent.push_back(std::exchange(sender.silent, true));
  run(duration);
  for (std::size_t i = 0; i < senders_.size(); ++i) senders_[i].silent = silent[i];
}

void Stage::finish() {
  session_->handle(recording::FinishRecording{"test"});
  loop_.run_until([this] { return ended_; });
}

void Stage::abandon() {
  session_->abandon();
  loop_.run_until([this] { return ended_; });
}

void Stage::reopen() {
  session_.reset();
  loop_.run_posted();
  network_.clear();
  open();
}

recording::Timeline Stage::timeline() const {
  std::ifstream file(folder_ / recording::kTimelineFile, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return recording::read_timeline(text.str());
}

std::vector<double> Stage::recorded(const std::string& track) const {
  std::vector<double> times;
  for (const recording::Event& event : events<recording::FileBegan>()) {
    const auto& began = std::get<recording::FileBegan>(event.what);
    if (began.track != track) continue;
    for (const Probed& packet : probe_packets(folder_ / began.file))
      times.push_back(static_cast<double>(event.t.count()) / 1e6 + packet.seconds);
  }
  return times;
}

}  // namespace dd::recorder::testing
