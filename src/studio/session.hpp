// SPDX-License-Identifier: MIT
// One recording while it runs: the recorder process, brought back when it dies, and a tap for each producer it records.
// It knows no meeting beyond its id, writes no file, and never makes a caller wait: a producer is recorded when it can be.
// Lives on the control loop, shared by the studio and its own coroutines.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/completion.hpp"
#include "base/id.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "child/supervisor.hpp"
#include "recording/protocol.hpp"
#include "recording/tap_port.hpp"
#include "studio/recorder_process.hpp"

namespace dd::studio {

struct SessionSettings {
  std::string program;  // doordarshan-recorder
  child::Supervisor::Settings supervision{std::chrono::milliseconds{250}, std::chrono::seconds{5}, std::chrono::minutes{1},
                                          std::chrono::seconds{10}};
  Duration finish_limit = std::chrono::seconds{15};  // for the recorder to write what it still holds
  Duration tap_retry = std::chrono::milliseconds{500};
};

// What of a producer a recording has to know.
struct Source {
  ProducerId producer;
  ParticipantId participant;
  std::string kind;  // "audio", "video" or "screenshare"
  bool paused = false;
  std::string name;  // the participant's, shown under pictures; empty: its id
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  struct Events {
    UniqueFunction<void(unsigned part)> on_part;  // a recorder process has begun to write
    UniqueFunction<void(const recording::Trouble&)> on_trouble;
    UniqueFunction<void()> on_trouble_over;
    UniqueFunction<void(const recording::Progress& since_last)> on_progress;
    UniqueFunction<void(const std::string& how)> on_recorder_died;
    UniqueFunction<void(const ProducerId&, bool recorded)> on_recorded;  // it is to be recorded from now on, or not any more
  };

  Session(Loop& loop, SessionSettings settings, recording::TapPort& taps, recording::OpenRecording orders, std::string layout,
          Events events);
  ~Session();

  void start();
  void add(Source source);  // again is a no-op
  void remove(const ProducerId& producer, const std::string& reason);
  void set_paused(const ProducerId& producer, bool paused);
  void rename(const ParticipantId& participant, const std::string& name);
  void set_all_paused(bool paused);  // of the whole recording, beside each producer's own state
  void note_speaker(const ParticipantId& participant);
  void note_layout(std::string layout);

  // Beside what is recorded of a track, a layer `smaller` steps below the highest, for a programme that is made live; 0 for none.
  void want_preview(const std::string& track, unsigned smaller);
  void want_key_frame(const std::string& track);

  // Answers once the recorder has ended, within the limit; what it could not finish is recovered from its files.
  Task<void> finish(std::string reason);

  const recording::OpenRecording& orders() const { return orders_; }
  bool records(const ProducerId& producer) const { return sources_.contains(producer); }
  bool has_sources() const { return !sources_.empty(); }
  pid_t recorder_pid() const { return recorder_ ? recorder_->pid() : 0; }

 private:
  struct Recorded {
    Source source;
    std::string track;
    bool opening = false;  // a coroutine works on its tap
    bool tapped = false;
    struct Preview {
      unsigned wanted = 0;  // steps below the highest layer
      unsigned given = 0;   // of its tap; 0 when there is none
      bool busy = false;    // a coroutine works on it
    } preview;
  };

  void act(child::Supervisor::Action action);
  void launch();
  void on_message(recording::FromRecorder message);
  void on_opened(const recording::Opened& opened);
  void on_end(const std::string& how);
  void on_tap_closed(const ProducerId& producer);
  void begin_tap(Recorded& recorded);
  static Task<void> tap(std::shared_ptr<Session> self, ProducerId producer);
  Task<Result<void>> try_tap(ProducerId producer);
  void begin_preview(Recorded& recorded);
  static Task<void> follow_preview(std::shared_ptr<Session> self, ProducerId producer);
  Task<Result<void>> open_preview(ProducerId producer, unsigned smaller);
  void close_taps(const ProducerId& producer, Recorded& recorded);
  void introduce(const Recorded& recorded);
  bool paused(const Recorded& recorded) const { return recorded.source.paused || all_paused_; }
  Recorded* find(const ProducerId& producer);
  Recorded* find_track(const std::string& track);
  void send(const recording::ToRecorder& message);

  Loop& loop_;
  SessionSettings settings_;
  recording::TapPort& taps_;
  recording::OpenRecording orders_;
  Events events_;
  child::Supervisor supervisor_;
  std::unique_ptr<RecorderProcess> recorder_;
  std::uint64_t generation_ = 0;       // counts recorder processes, so that a coroutine notices another one
  std::optional<std::uint16_t> port_;  // of a recorder that is ready
  std::map<ProducerId, Recorded> sources_;
  bool all_paused_ = false;
  std::string speaker_;
  std::string layout_;
  recording::Progress last_progress_;
  std::string refusal_;  // what the recorder said before it ended
  bool finishing_ = false;
  Completion<bool> ended_;
  Timer supervision_timer_;
};

}  // namespace dd::studio
