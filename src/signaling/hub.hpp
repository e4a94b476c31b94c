// SPDX-License-Identifier: MIT
// Hub: what the sessions and rooms of this replica share - the parts they ask, and the lists of one another.
// It decides nothing about a meeting; gate.hpp owns it and breaks it up. Lives on the control loop.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/loop.hpp"
#include "control/fleet.hpp"
#include "control/meetings.hpp"
#include "control/recording_quota.hpp"
#include "control/signal_bus.hpp"
#include "control/tenants.hpp"
#include "observe/metrics.hpp"
#include "signaling/settings.hpp"

namespace dd::signaling {

class Link;
class Room;
class Session;

class Hub : public std::enable_shared_from_this<Hub> {
 public:
  Hub(Loop& loop_, control::Meetings& meetings_, control::Tenants& tenants_, control::RecordingQuota& recording_quota_,
      control::Fleet& fleet_, control::SignalBus& bus_, observe::Metrics& metrics_, GateSettings settings_)
      : loop(loop_),
        meetings(meetings_),
        tenants(tenants_),
        recording_quota(recording_quota_),
        fleet(fleet_),
        bus(bus_),
        metrics(metrics_),
        settings(std::move(settings_)) {}

  Loop& loop;
  control::Meetings& meetings;
  control::Tenants& tenants;
  control::RecordingQuota& recording_quota;
  control::Fleet& fleet;
  control::SignalBus& bus;
  observe::Metrics& metrics;
  const GateSettings settings;

  // The room of the meeting, opened if it is not.
  std::shared_ptr<Room> room_of(const TenantId& tenant, const MeetingId& meeting);
  Room* find_room(const MeetingId& meeting) const;
  void forget_room(const MeetingId& meeting);  // the room has closed itself

  std::shared_ptr<Session> find_session(const std::string& id) const;
  void enter(std::shared_ptr<Session> session);
  void forget_session(const std::string& id);
  std::size_t session_count() const { return sessions_.size(); }

  // Several rooms follow one server; the fleet hears of the first and the last.
  void follow(const ContainerId& server);
  void unfollow(const ContainerId& server);

  // Participants of a tenant in all rooms of this replica.
  void count_members(const TenantId& tenant, int change);
  std::size_t members_of(const TenantId& tenant) const;

  // What a server's routers can do never changes while it runs.
  const std::string* find_capabilities(const ContainerId& server) const;
  void keep_capabilities(const ContainerId& server, std::string json);

  std::vector<std::shared_ptr<Room>> rooms() const;  // copies: whoever walks them may close them
  std::vector<std::shared_ptr<Session>> sessions() const;
  void break_up();

  std::size_t connections = 0;  // sockets
  bool stopping = false;

 private:
  std::unordered_map<std::string, std::shared_ptr<Session>> sessions_;
  std::unordered_map<MeetingId, std::shared_ptr<Room>> rooms_;
  std::map<ContainerId, std::size_t> followed_;
  std::unordered_map<TenantId, std::size_t> members_;
  std::map<ContainerId, std::string> capabilities_;
};

}  // namespace dd::signaling
