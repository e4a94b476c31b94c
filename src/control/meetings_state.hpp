// SPDX-License-Identifier: MIT
// Meetings::State: everything Meetings knows, and its operations; each is defined in the file named in the comment above it.
// Every task runs held (see meetings.cpp), so a state outlives its tasks. On the control loop.
//
// Joins, locks and ends of one meeting take turns on its line. A move takes no turn: a join may wait, within its turn, for the move.
// So whoever moves looks again whether the meeting is still where it was, and undoes its work when it is not.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/async_mutex.hpp"
#include "control/meetings.hpp"
#include "control/placement.hpp"
#include "control/server_watch.hpp"

namespace dd::control {

struct Meetings::State final : MediaEvents, std::enable_shared_from_this<Meetings::State> {
  // What is known here of one meeting.
  struct Known {
    explicit Known(Loop& loop) : line(loop, kMaxWaitingJoins) {}
    AsyncMutex line;
    std::optional<PlacedMeeting> placed;
    std::vector<meeting::RouterRow> routers;
    MonotonicTime read{};
    MonotonicTime used{};
    MonotonicTime admitted{};
    std::unordered_map<ParticipantId, RouterId> seats;  // a participant keeps its consumer router
    bool refresh = true;                                // what was read is known to be old
  };
  using KnownPtr = std::shared_ptr<Known>;
  struct Turn {
    KnownPtr known;
    AsyncMutex::Guard guard;
  };
  // A copy that a meeting left behind on a server, to be closed there once its clients are elsewhere.
  struct Leftover {
    ContainerId server;
    MeetingId meeting;
    MonotonicTime due;
    int attempts = 0;
  };

  static constexpr std::size_t kMaxWaitingJoins = 2'000;

  State(Loop& home, MeetingsSettings chosen, ControlStore& rows, Fleet& servers, SignalBus& signals, observe::Metrics& counts);

  template <typename T>
  static Task<T> held([[maybe_unused]] std::shared_ptr<State> self, Task<T> task) {
    co_return co_await std::move(task);
  }
  static Task<void> held([[maybe_unused]] std::shared_ptr<State> self, Task<void> task) { co_await std::move(task); }
  void run(Task<void> task) { spawn(held(shared_from_this(), std::move(task))); }

  // meetings.cpp
  KnownPtr known_of(const MeetingId& meeting);
  Task<Result<Turn>> take_turn(MeetingId meeting);
  void forget_places();  // of meetings nobody asked for in a while
  bool is_living(const ServerRecord& server) const;
  Task<Result<void>> need_servers();
  Task<Result<void>> refresh(MeetingId meeting, KnownPtr known, Duration max_age);
  Task<Result<void>> lock(MeetingId meeting, bool locked);
  Task<Result<void>> remove(MeetingId meeting, ParticipantId participant);
  void on_control_signal(const MeetingId& meeting, std::string_view text);
  void on_media_event(const MediaEvent& event) override;
  void on_media_resync(const ContainerId&) override {}

  // admission.cpp
  Task<Result<Admission>> admit(AdmissionRequest request);
  Task<Result<Admission>> admit_in_turn(KnownPtr known, AdmissionRequest request);
  Task<Result<Place>> place_of(MeetingId meeting, ParticipantId participant, std::uint32_t streams);
  Task<Result<Place>> seat(MeetingId meeting, KnownPtr known, ParticipantId participant, std::uint32_t streams);
  Task<Result<RouterId>> consumer_router(MeetingId meeting, KnownPtr known, std::uint32_t streams);
  Task<void> make_room(KnownPtr known, std::uint32_t participants);

  // placing.cpp
  Task<Result<bool>> create(KnownPtr known, AdmissionRequest request);
  Task<Result<void>> make_ready(MeetingId meeting, KnownPtr known);
  Task<Result<void>> repair(MeetingId meeting, KnownPtr known, ServerRecord server);
  Task<Result<void>> relocate(MeetingId meeting, KnownPtr known);

  // watch.cpp
  void start();
  Task<void> stop();
  void schedule(Duration delay);
  Task<void> look();
  void noticed_outage(const Error& error);
  void set_leader(bool leads);
  void heal();
  Task<void> empty_in_turn(ContainerId server, std::string reason);
  bool is_draining(const ServerRecord& server) const;

  // failover.cpp
  Task<void> empty_server(ContainerId server, std::string reason);
  Task<void> move_batch(ContainerId from, ServerRecord to, std::vector<PlacedMeeting> meetings, std::string reason);
  Task<void> settle_move(PlacedMeeting from, ContainerId to, std::string reason);
  void announce_move(const PlacedMeeting& from, const PlacedMeeting& now, const std::string& reason);
  void leave_behind(ContainerId server, MeetingId meeting, Duration delay);
  Task<void> close_leftovers();
  Task<void> close_leftover(Leftover leftover);

  // ending.cpp
  Task<Result<void>> end(MeetingId meeting, std::string reason);
  Task<Result<void>> end_if_empty(MeetingId meeting);
  Task<Result<void>> end_in_turn(MeetingId meeting, KnownPtr known, std::string reason);

  Loop& loop;
  const MeetingsSettings settings;
  ControlStore& store;
  Fleet& fleet;
  SignalBus& bus;
  observe::Metrics& metrics;
  MeetingsListener* listener = nullptr;

  ServerWatch watch;
  // What was put on servers since their rows were read, and in the reading before; see look().
  Claims claims;
  Claims claims_before;
  Claims all_claims() const;
  void unclaim(const ContainerId& server, std::uint32_t size);
  // Consumers that those let in since a server's last heartbeat will have, by worker; workers belong to one server.
  std::unordered_map<WorkerId, std::uint32_t> expected;
  std::unordered_map<ContainerId, MonotonicTime> drain_hints;  // heard before the row says so

  std::unordered_map<MeetingId, KnownPtr> meetings;
  std::deque<Leftover> leftovers;
  std::set<ContainerId> emptying;

  Timer timer;
  bool started = false;
  bool stopping = false;
  bool looking = false;
  bool closing = false;
  bool leads = false;
  int failures = 0;  // readings in a row that failed
  std::optional<MonotonicTime> logged;
  std::unordered_map<ContainerId, MonotonicTime> logged_full;
};

}  // namespace dd::control
