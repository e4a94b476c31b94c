// SPDX-License-Identifier: MIT
// The studio: which meetings are recorded now, and what happens to a recording until everything asked for has been made.
// It hears of meetings through their events only, and nothing it does delays or fails a call. Files are the tools' affair.
// Lives on the control loop; made before the first meeting, closed before the engine.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/background_thread.hpp"
#include "base/id.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "meeting/event.hpp"
#include "observe/metrics.hpp"
#include "recording/command.hpp"
#include "recording/holds.hpp"
#include "recording/library.hpp"
#include "recording/tap_port.hpp"
#include "studio/live_programme.hpp"
#include "studio/order_book.hpp"
#include "studio/session.hpp"
#include "studio/workshop.hpp"

namespace dd::studio {

struct StudioSettings {
  std::filesystem::path root;
  std::string tenant;  // of a meeting whose event names none
  SessionSettings session;
  WorkshopSettings workshop;
  // Of recordings that begin because a producer asked for it.
  std::vector<recording::Mode> modes{recording::Mode::kTrack, recording::Mode::kParticipant, recording::Mode::kComposite};
  recording::Programme programme;
  recording::Fill fill = recording::Fill::kBlack;
  std::filesystem::path fill_image;  // what kImage shows; empty: kImage is refused
  std::uint64_t stop_below_free_bytes = 0;
  std::size_t max_recordings = 256;                  // at a time
  Duration linger = std::chrono::seconds{60};        // a meeting without participants is not recorded longer
  Duration resume_window = std::chrono::minutes{5};  // how long an interrupted recording waits for its meeting to come back
};

class Studio final : public meeting::EventSink {
 public:
  // `next` hears all events of the meetings and those of the studio itself. Everything outlives the studio.
  Studio(Loop& loop, observe::Metrics& metrics, StudioSettings settings, recording::TapPort& taps, recording::Holds& holds,
         meeting::EventSink& next);
  ~Studio() override;

  // Takes up what an earlier run left. Until it has, nothing begins; it never fails a start of the server.
  Task<void> open();
  // Ends all recordings within the sessions' limit and leaves the rest of their orders for the next start.
  Task<void> close();

  void on_event(const meeting::Event& event) override;

  // As api::RecordingControl promises.
  Task<Result<recording::Started>> start(recording::StartRecording command);
  Task<Result<RecordingId>> stop(MeetingId meeting);
  Task<Result<RecordingId>> pause(MeetingId meeting);
  Task<Result<RecordingId>> resume(MeetingId meeting);
  Task<Result<RecordingId>> change_layout(MeetingId meeting, recording::Layout layout);
  Task<Result<std::string>> compose(recording::ComposeRecording command);
  std::vector<recording::Job> jobs(const RecordingId& recording) const { return workshop_.jobs(recording); }

  // Whether anything still happens to it: it must not be removed or moved.
  bool in_use(const RecordingId& recording) const;
  // Finds a recording at rest; kNotFound when there is none of that id. Asked before each compose().
  using Find = std::function<Task<Result<recording::AtRest>>(RecordingId)>;
  void set_find(Find find) { find_ = std::move(find); }
  // Called when a recording begins to take a producer, and when it takes it no longer.
  void on_recorded(std::function<void(const ProducerId&, bool recorded)> callback) { recorded_ = std::move(callback); }
  // Called when everything asked for has been made.
  void on_finished(std::function<void(const RecordingId&)> callback) { finished_ = std::move(callback); }
  std::size_t running() const;

 private:
  struct Live {  // a recording that runs
    Order order;
    std::shared_ptr<Session> session;
    std::shared_ptr<LiveProgramme> programme;  // null: it is made afterwards
    bool announced = false;
  };
  struct Meeting {
    std::string tenant;
    std::map<ProducerId, Source> sources;
    std::map<ParticipantId, std::string> participants;  // and their names
    std::shared_ptr<Live> live;
    Timer linger;
  };
  struct Interrupted {  // waits for its meeting to come back
    Order order;
    Completion<bool> recovered;
    Timer patience;
  };

  struct OnBody;  // what each kind of event means

  Result<std::shared_ptr<Live>> ensure_live(const MeetingId& id, Order wanted);
  Order make_order(const MeetingId& id) const;
  void begin(const MeetingId& id, std::shared_ptr<Live> live, std::shared_ptr<Interrupted> resumed);
  Task<void> begin_when_recovered(std::shared_ptr<Live> live, std::shared_ptr<Interrupted> resumed);
  Session::Events session_events(const std::weak_ptr<Live>& weak);
  void record_all(Meeting& meeting);
  void end(Meeting& meeting, const std::string& reason);
  Task<void> finish(std::shared_ptr<Live> live, std::string reason);
  enum class Programme { kToMake, kThere };
  Task<void> work_off(Order order, Programme programme);
  Task<void> take_up(std::shared_ptr<Interrupted> interrupted);
  void give_up(const MeetingId& id);
  void watch_absence(const MeetingId& id, Meeting& meeting);
  void emit(const Order& order, meeting::EventBody body);
  void fail(const Order& order, std::string reason, const Error& error);
  void on_job(const RecordingId& recording, const recording::Job& job);
  Task<void> save(Order order);
  Meeting* find_recorded(const MeetingId& id);
  std::filesystem::path folder_of(const Order& order) const { return settings_.root / order.folder(); }
  void count();

  Loop& loop_;
  observe::Metrics& metrics_;
  StudioSettings settings_;
  recording::TapPort& taps_;
  recording::Holds& holds_;
  meeting::EventSink& next_;
  BackgroundThread disk_;
  OrderBook book_;
  Workshop workshop_;
  std::map<MeetingId, Meeting> meetings_;
  std::map<MeetingId, std::shared_ptr<Interrupted>> interrupted_;
  struct Work {
    Order order;           // of one that is only composed again: whose it is
    recording::Hold hold;  // so that nobody removes it meanwhile
  };
  std::map<RecordingId, Work> working_on_;  // everything that is not finished: recorded, interrupted or with the tools
  Find find_;
  std::function<void(const ProducerId&, bool recorded)> recorded_;
  std::function<void(const RecordingId&)> finished_;
  bool closing_ = false;
};

}  // namespace dd::studio
