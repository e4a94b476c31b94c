// SPDX-License-Identifier: MIT
// One producer's stream from packets to files: repaired, assembled, put on the timeline, cut into files where it must be.
// It has no socket, timer or clock; whatever leaves it goes through its outlet. Lives on the recorder's loop.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "recorder/sender_clock.hpp"
#include "recorder/track_file.hpp"
#include "recording/protocol.hpp"
#include "recording/timeline.hpp"
#include "rtp/frame.hpp"
#include "rtp/rtcp.hpp"

namespace dd::recorder {

// What a track needs of its recording; implemented by Session.
class TrackOutlet {
 public:
  virtual ~TrackOutlet() = default;
  virtual recording::Time timeline(MonotonicTime time) const = 0;
  virtual void send(std::uint16_t port, const std::vector<std::uint8_t>& rtcp) = 0;
  virtual void note(recording::Time t, recording::Happening what) = 0;
  // The track's next file, beginning at `begins`, noted in the timeline; null while nothing can be written.
  virtual std::unique_ptr<TrackFile> open_file(const std::string& track, MatroskaTrack format, recording::Time begins,
                                               const char* reason) = 0;
};

class Track {
 public:
  // `settings` were checked by the session. `reason` is that of its first file.
  Track(recording::AddTrack settings, recording::Kind kind, recording::Codec codec, TrackOutlet& outlet, const char* reason,
        MonotonicTime now);

  const recording::AddTrack& settings() const { return settings_; }

  void on_packet(const rtp::PacketView& packet, MonotonicTime arrival);  // of its SSRC or its RTX SSRC
  void on_sender_report(const rtp::SenderReport& report, MonotonicTime arrival);

  // After packets, and every 50 ms or so besides.
  void advance(MonotonicTime now);

  // Hands what has been assembled to the disk.
  void flush() {
    if (file_) file_->flush();
  }

  void pause(MonotonicTime now, recording::Time t);
  void resume(MonotonicTime now, recording::Time t);

  // Ends the file with all that has come; a gap that goes on until `t` is written down.
  void finish(MonotonicTime now, recording::Time t);

  void on_trouble(const DiskTrouble& trouble, recording::Time t);
  void go_on(MonotonicTime now);

  struct Totals {
    std::uint64_t frames = 0;
    std::uint64_t lost_packets = 0;
    std::uint64_t repaired_packets = 0;
  };
  Totals totals() const { return {frames_, jitter_.counters().lost, jitter_.counters().repaired}; }

 private:
  // Who composes live needs the newest minutes of a preview only, and older files are removed.
  static constexpr recording::Time kLongestPreview = std::chrono::minutes{5};
  static constexpr std::size_t kMaxHeld = 512;  // frames, while the clock is in doubt for 0.3 s

  bool sound() const { return kind_ == recording::Kind::kAudio; }
  recording::Time earlier() const;
  void drain(MonotonicTime now, Duration ahead = {});
  void take(rtp::Frame frame, MonotonicTime now);
  void write(rtp::Frame frame, MonotonicTime now);
  bool ready_file(const rtp::Frame& frame, recording::Time t);
  bool must_cut(const rtp::Frame& frame, recording::Time t) const;
  bool is_long(recording::Time t) const { return settings_.preview && file_ && t - file_begins_ >= kLongestPreview; }
  void note_rotation(const rtp::Frame& frame, recording::Time t);
  void request_cut(MonotonicTime now);
  void end_file();
  void note_corrections(recording::Time t, bool at_end);
  void note_gap(recording::Time to);
  void because(recording::GapReason reason);
  void want_key_frame(MonotonicTime now, Duration wait);
  void ask(MonotonicTime now);
  void report_reception(MonotonicTime now);

  recording::AddTrack settings_;
  recording::Kind kind_;
  recording::Codec codec_;
  TrackOutlet& outlet_;
  const char* next_reason_;  // of the next file

  rtp::JitterBuffer jitter_;
  std::unique_ptr<rtp::FrameAssembler> assembler_;
  SenderClock clock_;
  std::uint8_t capture_time_id_;  // of the header extension, or 0
  bool exact_capture_ = false;    // the sender stamps capture times, also of sound
  Duration packet_duration_ = std::chrono::milliseconds{20};

  std::vector<rtp::Frame> assembled_;
  std::deque<rtp::Frame> held_;
  std::unique_ptr<TrackFile> file_;
  recording::Time file_begins_{};
  rtp::Configuration configuration_;  // of file_
  std::uint16_t width_ = 0;
  std::uint16_t height_ = 0;
  std::uint16_t file_rotation_ = 0;
  std::uint16_t rotation_ = 0;  // as it was last written down
  std::uint64_t frames_ = 0;

  std::optional<recording::Time> written_until_;
  std::optional<recording::Time> last_time_;
  std::optional<recording::GapReason> gap_reason_;
  bool paused_ = false;
  bool troubled_ = false;

  // A preview that began by arrival would jump against the sound when the sender's clock becomes known; nobody misses it until then.
  bool awaits_clock_ = false;
  bool waiting_for_key_ = false;
  MonotonicTime next_pli_{};
  Duration pli_wait_{};

  MonotonicTime next_report_{};
  std::uint32_t last_report_ntp_ = 0;  // its middle 32 bits
  MonotonicTime last_report_at_{};
  std::uint64_t reported_received_ = 0;
  std::uint64_t reported_lost_ = 0;
  std::optional<MonotonicTime> next_sync_;
};

}  // namespace dd::recorder
