// SPDX-License-Identifier: MIT
#include "signaling/hub.hpp"

#include "signaling/room.hpp"
#include "signaling/session.hpp"

namespace dd::signaling {
namespace {

constexpr std::size_t kMaxCapabilities = 256;  // servers; 5 KB each

}  // namespace

std::shared_ptr<Room> Hub::room_of(const TenantId& tenant, const MeetingId& meeting) {
  auto& room = rooms_[meeting];
  if (!room) {
    room = std::make_shared<Room>(shared_from_this(), tenant, meeting);
    const auto opened = room;  // a bus that answers at once may close others' rooms and move ours
    opened->open();
    return opened;
  }
  return room;
}

Room* Hub::find_room(const MeetingId& meeting) const {
  const auto found = rooms_.find(meeting);
  return found == rooms_.end() ? nullptr : found->second.get();
}

void Hub::forget_room(const MeetingId& meeting) { rooms_.erase(meeting); }

std::shared_ptr<Session> Hub::find_session(const std::string& id) const {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : found->second;
}

void Hub::enter(std::shared_ptr<Session> session) {
  sessions_[session->id] = session;
  metrics.set(observe::Metric::kSignalingSessions, static_cast<double>(sessions_.size()));
}

void Hub::forget_session(const std::string& id) {
  sessions_.erase(id);
  metrics.set(observe::Metric::kSignalingSessions, static_cast<double>(sessions_.size()));
}

void Hub::follow(const ContainerId& server) {
  if (followed_[server]++ == 0) fleet.follow(server);
}

void Hub::unfollow(const ContainerId& server) {
  const auto found = followed_.find(server);
  if (found == followed_.end() || --found->second > 0) return;
  followed_.erase(found);
  fleet.unfollow(server);
}

void Hub::count_members(const TenantId& tenant, int change) {
  auto& count = members_[tenant];
  count = change < 0 ? count - std::min(count, static_cast<std::size_t>(-change)) : count + static_cast<std::size_t>(change);
  if (count == 0) members_.erase(tenant);
}

std::size_t Hub::members_of(const TenantId& tenant) const {
  const auto found = members_.find(tenant);
  return found == members_.end() ? 0 : found->second;
}

const std::string* Hub::find_capabilities(const ContainerId& server) const {
  const auto found = capabilities_.find(server);
  return found == capabilities_.end() ? nullptr : &found->second;
}

void Hub::keep_capabilities(const ContainerId& server, std::string json) {
  if (capabilities_.size() >= kMaxCapabilities) capabilities_.clear();
  capabilities_[server] = std::move(json);
}

std::vector<std::shared_ptr<Room>> Hub::rooms() const {
  std::vector<std::shared_ptr<Room>> all;
  all.reserve(rooms_.size());
  for (const auto& room : rooms_) all.push_back(room.second);
  return all;
}

std::vector<std::shared_ptr<Session>> Hub::sessions() const {
  std::vector<std::shared_ptr<Session>> all;
  all.reserve(sessions_.size());
  for (const auto& session : sessions_) all.push_back(session.second);
  return all;
}

void Hub::break_up() {
  stopping = true;
  for (const auto& session : sessions()) session->end(CloseCode::kGoingAway, "the server stops");
  for (const auto& room : rooms()) room->close();
  sessions_.clear();
  rooms_.clear();
}

}  // namespace dd::signaling
