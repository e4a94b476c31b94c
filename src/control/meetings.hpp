// SPDX-License-Identifier: MIT
// Meetings: where each meeting is, who is let in, and how it moves when its server dies or drains.
// It sends no media call but those of whole meetings (createMeeting, addRouters, replaceMeetings, releaseMeeting, getMeeting, endMeeting);
// those of participants are signaling/'s and portal/'s, which ask here for the place. Outlives the fleet's use. Lives on the control loop; calls about one meeting take turns.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "control/control_store.hpp"
#include "control/fleet.hpp"
#include "control/signal_bus.hpp"
#include "observe/metrics.hpp"

namespace dd::control {

// Where a participant's transports go. Router ids are what joinMeeting and recreate*Transport want.
struct Place {
  ContainerId server;
  RouterId producer_router;
  RouterId consumer_router;  // on the meeting's least loaded worker; further ones are added as it grows
  std::uint32_t moves = 0;
};

struct AdmissionRequest {
  TenantId tenant;
  MeetingId meeting;                               // scoped
  ParticipantId participant;                       // scoped
  std::uint32_t participants_here = 0;             // of this meeting as the caller knows them, this one not counted
  std::uint32_t streams = 0;                       // what others send, or soon may: what this one will receive
  std::optional<std::uint32_t> participant_limit;  // of the tenant's quota for one meeting
  bool may_create = true;                          // place the meeting when it has no place
  bool moderator = false;                          // is let into a locked meeting
  std::optional<std::uint32_t> tenant_meetings;    // of the tenant's quota, at a time
};

struct Admission {
  Place place;
  PlacedMeeting meeting;
  bool created = false;  // by this call
};

struct MeetingsSettings {
  std::string replica;                              // this control process, unique; holder of the lease
  std::string pool;                                 // media servers of this TENANT, leading blanks removed
  std::uint32_t default_size = 25;                  // participants a new meeting reserves room for
  std::uint32_t consumers_per_router = 400;         // written into a router's row; placing goes by load
  double spread_above = 0.5;                        // load from which on a worker's meetings pay for their pipes to others
  std::chrono::seconds heartbeat_limit{6};          // a server silent for longer is dead
  std::chrono::milliseconds watch_interval{1'000};  // how often the leader looks
  std::chrono::seconds lease{5};
};

class MeetingsListener {
 public:
  virtual ~MeetingsListener() = default;
  // Heard through the signal bus, on the replica that moved or ended it as on the others; so once, and in order with the meeting's signals.
  virtual void on_meeting_moved(const MeetingId& meeting, const ContainerId& to,
                                std::string_view reason) = 0;  // "server_died", "server_gone", "drain"
  virtual void on_meeting_ended(const MeetingId& meeting, std::string_view reason) = 0;
};

class Meetings {
 public:
  Meetings(Loop& loop, MeetingsSettings settings, ControlStore& store, Fleet& fleet, SignalBus& bus, observe::Metrics& metrics);
  ~Meetings();

  void start();       // watches the servers; the replica that holds the lease heals and drains
  Task<void> stop();  // drops the lease
  void set_listener(MeetingsListener* listener);
  // A control signal of ours on the bus (see signals.hpp); signaling/ hands over those it does not know.
  void on_control_signal(const MeetingId& meeting, std::string_view text);

  // Refusals: "meeting_full", "meeting_locked", "removed", "tenant_full", "cluster_full" (no server has room), "meeting_ended".
  Task<Result<Admission>> admit(AdmissionRequest request);
  // The place as it is now, for a client whose media was lost; waits for a move that is under way, up to 10 s. `streams` as above.
  Task<Result<Place>> place_of(MeetingId meeting, ParticipantId participant, std::uint32_t streams);
  Task<Result<std::optional<PlacedMeeting>>> find(MeetingId meeting);
  // Whom all replicas have let in, once their media servers have made their transports.
  Task<Result<std::uint32_t>> participants_of(TenantId tenant);

  Task<Result<void>> lock(MeetingId meeting, bool locked);
  Task<Result<void>> remove(MeetingId meeting, ParticipantId participant);
  Task<Result<void>> end(MeetingId meeting, std::string reason);
  // The last participant has left some time ago: its place is given up. Does nothing if somebody is there again.
  Task<Result<void>> end_if_empty(MeetingId meeting);

  // As last read, at most a second old while start()ed.
  const std::vector<ServerRecord>& servers() const;
  bool leader() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dd::control
