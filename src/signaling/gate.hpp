// SPDX-License-Identifier: MIT
// Gate: where clients' WebSockets come in, and where what happens elsewhere - on media servers, replicas, in control - finds its room.
// It holds no socket of its own and decides nothing about a meeting. Owned by app/, lives on the control loop; what it was given
// outlives it.
//
// Usage is metered here, too: of all the replicas only the one that is Meetings::leader() follows every server and meters its meeting.usage
// events. What is recorded is metered by room_recording.cpp.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/loop.hpp"
#include "control/fleet.hpp"
#include "control/meetings.hpp"
#include "control/recording_quota.hpp"
#include "control/signal_bus.hpp"
#include "control/tenants.hpp"
#include "observe/metrics.hpp"
#include "signaling/settings.hpp"
#include "signaling/socket.hpp"

namespace dd::signaling {

class Hub;

class Gate final : public Acceptor, public control::MediaEvents, public control::SignalListener, public control::MeetingsListener {
 public:
  Gate(Loop& loop, GateSettings settings, control::Meetings& meetings, control::Tenants& tenants, control::RecordingQuota& recording_quota,
       control::Fleet& fleet, control::SignalBus& bus, observe::Metrics& metrics);
  ~Gate() override;

  void start();  // hears of what happens from now on
  // Clients are told to connect elsewhere (1001); their media goes on. New ones are turned away.
  void stop();
  std::size_t sessions() const;

  std::unique_ptr<Receiver> accept(const api::HttpRequest& request, std::shared_ptr<Socket> socket) override;

  void on_media_event(const control::MediaEvent& event) override;
  void on_media_resync(const ContainerId& server) override;
  void on_signal(const MeetingId& meeting, std::string_view text) override;
  void on_signals_missed(const MeetingId& meeting) override;
  void on_meeting_moved(const MeetingId& meeting, const ContainerId& to, std::string_view reason) override;
  void on_meeting_ended(const MeetingId& meeting, std::string_view reason) override;

 private:
  void follow_as_leader();
  void schedule_following();

  std::shared_ptr<Hub> hub_;
  std::set<ContainerId> metered_;  // servers followed because this replica leads
  Timer following_;
};

}  // namespace dd::signaling
