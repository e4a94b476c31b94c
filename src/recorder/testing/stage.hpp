// SPDX-License-Identifier: MIT
// A recording session on a stage: simulated time, a simulated network with loss and repair, real files in a scratch folder.
// Senders have clocks of their own, and the truth about each frame's capture is kept. Tests only.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <random>

#include "recorder/session.hpp"
#include "recorder/testing/media.hpp"
#include "recorder/testing/packetizer.hpp"

namespace dd::recorder::testing {

// Simulated time for the loop's thread; the disk's thread posts as it does to a real loop.
class StageLoop final : public Loop {
 public:
  void post(Callback callback) override;
  MonotonicTime now() const override { return MonotonicTime{} + elapsed_; }
  WallTime wall_now() const override { return WallTime{} + std::chrono::hours{24 * 365 * 50} + elapsed_; }
  void assert_current() const override {}

  void set(Duration elapsed) { elapsed_ = elapsed; }
  void run_posted();
  // Waits until `done` holds, running what is posted.
  void run_until(const std::function<bool()>& done);

 private:
  std::uint64_t start_timer(Duration, Callback) override { return 0; }
  void stop_timer(std::uint64_t) override {}
  std::uint64_t start_watch(int, FdReady, Callback) override { return 0; }
  void stop_watch(std::uint64_t) override {}

  Duration elapsed_ = std::chrono::seconds{1000};
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<Callback> queue_;
};

struct Sender {
  recording::AddTrack track;
  Stream stream;
  const std::vector<Coded>* frames = nullptr;
  std::int64_t interval_us = 33333;
  double skew = 0;  // 100e-6 is 100 ppm fast
  std::int64_t delay_us = 30000;
  double jitter_us = 3000;
  double loss = 0;
  bool answers_nack = true;
  std::int64_t late_us = 0;         // of sound: how much later than its capture reports put it; in Chromium up to a packet
  std::int64_t known_after_us = 0;  // until then the worker knows nothing of the sender's clock and reports arrival
  std::uint32_t first_rtp = 0xFFFFF000U;
  bool silent = false;
  std::function<bool(std::size_t frame)> drops;  // whole frames that never arrive

  // Kept by the stage.
  std::size_t next_frame = 0;
  std::int64_t next_us = 0;
  std::int64_t arrived_us = 0;
  std::int64_t next_report_us = 0;
  std::vector<std::int64_t> captured_us;  // of each frame sent, on the recording's timeline
  std::map<std::uint16_t, Datagram> sent;
  std::uint16_t rtx_sequence = 0;
  std::size_t plis = 0;
};

class Stage {
 public:
  explicit Stage(std::string name, std::uint64_t stop_below_free_bytes = 0);
  ~Stage();

  Sender& add(recording::Codec codec, const std::string& participant, bool paused = false);
  // A smaller layer of what `whole` sends.
  Sender& add_preview(const Sender& whole, recording::Codec codec);
  void add_track(Sender& sender) { session_->handle(sender.track); }

  void run(Duration duration);
  void settle(Duration duration = std::chrono::milliseconds{150});  // lets what was sent arrive, and its repairs
  void sync();                                                      // waits until the disk has done what it was asked
  void finish();                                                    // FinishRecording, and waits for the disk
  void abandon();                                                   // the server is gone
  void reopen();                                                    // another process goes on in the same folder

  Session& session() { return *session_; }
  StageLoop& loop() { return loop_; }
  const std::filesystem::path& folder() const { return folder_; }
  std::int64_t now_us() const;  // on the timeline, of part 1
  recording::Timeline timeline() const;
  std::vector<recording::FromRecorder> said;

  // The times of the frames that ffprobe finds in all files of a track, on the recording's timeline, in seconds.
  std::vector<double> recorded(const std::string& track) const;

  template <typename What>
  std::vector<recording::Event> events() const {
    std::vector<recording::Event> found;
    for (const auto& event : timeline().events) {
      if (std::holds_alternative<What>(event.what)) found.push_back(event);
    }
    return found;
  }

 private:
  void open();
  Sender& make(recording::Codec codec, const std::string& participant, bool paused);
  void send_frame(Sender& sender);
  void on_rtcp(std::uint16_t port, const Datagram& rtcp);
  void later(std::int64_t at_us, std::uint16_t port, Datagram datagram);

  StageLoop loop_;
  std::filesystem::path folder_;
  std::uint64_t stop_below_;
  std::unique_ptr<Session> session_;
  std::deque<Sender> senders_;
  std::multimap<std::int64_t, std::pair<std::uint16_t, Datagram>> network_;
  std::mt19937 random_{7};
  std::int64_t us_ = 0;
  bool ended_ = false;
};

}  // namespace dd::recorder::testing
