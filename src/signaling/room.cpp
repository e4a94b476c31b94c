// SPDX-License-Identifier: MIT
#include "signaling/room.hpp"

#include <set>
#include <string_view>

#include "control/scoped_ids.hpp"
#include "signaling/kendra.hpp"
#include "signaling/media_calls.hpp"
#include "signaling/session.hpp"

namespace dd::signaling {

using api::OrderedJson;

namespace {

// Who has published nothing by then watches only.
constexpr std::chrono::milliseconds kSettlingIn{10'000};

}  // namespace

Room::Room(std::shared_ptr<Hub> hub, TenantId tenant_, MeetingId meeting_)
    : tenant(std::move(tenant_)), meeting(std::move(meeting_)), hub_(std::move(hub)) {}

void Room::open() {
  hub_->bus.subscribe(meeting);
  publish_signal("who", OrderedJson::object());
  schedule_presence();
}

void Room::close() {
  if (std::exchange(closed_, true)) return;
  const auto self = shared_from_this();
  empty_.cancel();
  presence_.cancel();
  second_look_.cancel();
  quality_.cancel();
  metering_.cancel();
  meter_recording();
  set_members_gauge(-static_cast<int>(members_.size()));
  members_.clear();
  sessions_.clear();
  for (const auto& waiter : waiting_for_load_) waiter.resolve(false);
  waiting_for_load_.clear();
  if (!place_.server.empty()) hub_->unfollow(place_.server);
  hub_->bus.unsubscribe(meeting);
  hub_->forget_room(meeting);
}

Room::Joining::Joining(std::shared_ptr<Room> room, std::string participant) : room_(std::move(room)), participant_(std::move(participant)) {
  room_->joining_.insert(participant_);
  room_->empty_.cancel();
}

Room::Joining::~Joining() {
  if (!room_) return;
  room_->joining_.erase(room_->joining_.find(participant_));
  room_->when_empty();
}

std::uint32_t Room::count_except(const std::string& except) const {
  std::set<std::string_view> all;
  for (const auto& member : members_) all.insert(member.first);
  for (const auto& participant : joining_) all.insert(participant);
  all.erase(except);
  return static_cast<std::uint32_t>(all.size());
}

std::uint32_t Room::streams_for(const std::string& participant) const {
  std::size_t streams = 0;
  for (const auto& [owner, publications] : published_) {
    if (owner != participant) streams += publications.producers.size();
  }
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(hub_->loop.wall_now().time_since_epoch()).count();
  const auto publishes = [this](const std::string& name) {
    const auto found = published_.find(name);
    return found != published_.end() && !found->second.producers.empty();
  };
  std::set<std::string_view> settling_in;
  for (const auto& [name, member] : members_) {
    const auto session = sessions_.find(name);
    const bool may_publish = session == sessions_.end() || !session->second->visitor.grants.publish.empty();
    if (may_publish && now - member.joined < kSettlingIn.count() && !publishes(name)) settling_in.insert(name);
  }
  for (const auto& name : joining_) {
    if (!publishes(name)) settling_in.insert(name);
  }
  settling_in.erase(participant);
  return static_cast<std::uint32_t>(streams + 2 * settling_in.size());
}

Task<Result<void>> Room::settle(control::Place place, control::PlacedMeeting placed, bool created) {
  const auto self = shared_from_this();
  started_ = std::chrono::duration_cast<std::chrono::milliseconds>(placed.created.time_since_epoch()).count();
  locked_ = placed.locked;
  const bool first = place_.server.empty();
  adopt_place(place);
  if (first && created) loaded_ = true;  // nobody was there before
  if (first && !created) {
    auto finding = find_recording(self);
    spawn(std::move(finding));
  }
  if (loaded_) co_return ok();
  Completion<bool> done(hub_->loop);
  waiting_for_load_.push_back(done);
  if (!loading_) reload();
  if (!co_await done) co_return unavailable("the meeting's server does not answer");
  co_return ok();
}

void Room::adopt_place(const control::Place& place) {
  if (closed_ || place.server == place_.server || (!place_.server.empty() && place.moves < place_.moves)) return;
  if (place_.server.empty()) {
    place_ = place;
    follow(place.server);
  } else {
    on_moved(place.server, "server_died");
    place_.moves = place.moves;
  }
}

void Room::tell(const Notice& notice, const std::string& except) {
  // A copy: a reader that is too slow is closed by being told, and its socket may answer at once.
  std::vector<SessionPtr> present;
  present.reserve(sessions_.size());
  for (const auto& [participant, session] : sessions_) {
    if (participant != except) present.push_back(session);
  }
  for (const auto& session : present) session->notify(notice);
}

void Room::tell_one(const std::string& participant, const Notice& told) {
  if (const auto session = find_session(participant)) session->notify(told);
}

void Room::enter(const SessionPtr& session) {
  const std::string participant = session->member.participant;
  empty_.cancel();
  if (const auto older = find_session(participant)) {
    replace_local(older);
  } else if (members_.contains(participant)) {
    drop_member(participant, "replaced");
  }
  forget_readings(participant);
  sessions_[participant] = session;
  hub_->enter(session);
  put_member(session->member);
  OrderedJson body = OrderedJson::object();
  body["member"] = member_json(session->member);
  publish_signal("joined", std::move(body));
  tell_kendra_of_joining(*session);
}

// The participant is in the meeting again, with a newer session, here or elsewhere.
void Room::replace_local(const SessionPtr& older) {
  const std::string participant = older->member.participant;
  sessions_.erase(participant);
  drop_member(participant, "replaced");
  older->end(CloseCode::kReplaced, "the participant joined again");
}

void Room::leave(const SessionPtr& session, std::string_view reason, CloseCode code, std::string_view text) {
  const std::string participant = session->member.participant;
  const auto found = sessions_.find(participant);
  if (found == sessions_.end() || found->second != session) return;
  sessions_.erase(found);
  drop_member(participant, reason);
  OrderedJson body = OrderedJson::object();
  body["participantId"] = participant;
  body["session"] = session->id;
  body["reason"] = reason;
  publish_signal("left", std::move(body));
  auto leaving = leave_media(session);
  spawn(std::move(leaving));
  session->end(code, text.empty() ? reason : text);
  when_empty();
}

void Room::connection_changed(const Session& session) {
  const auto member = members_.find(session.member.participant);
  if (member == members_.end() || member->second.session != session.id || member->second.connected == session.connected()) return;
  member->second.connected = session.connected();
  OrderedJson params = OrderedJson::object();
  params["participantId"] = session.member.participant;
  params["connected"] = session.connected();
  tell(notice("participant.connection", params), session.member.participant);
  params["session"] = session.id;
  publish_signal("connection", std::move(params));
}

void Room::member_changed(const Session& session) {
  const auto member = members_.find(session.member.participant);
  if (member == members_.end() || member->second.session != session.id) return;
  member->second.name = session.member.name;
  member->second.metadata = session.member.metadata;
  OrderedJson params = OrderedJson::object();
  params["participantId"] = session.member.participant;
  params["name"] = session.member.name;
  params["metadata"] = metadata_json(session.member);
  tell(notice("participant.updated", params), session.member.participant);
  OrderedJson body = OrderedJson::object();
  body["member"] = member_json(member->second);
  publish_signal("updated", std::move(body));
}

void Room::put_member(Member member) {
  const std::string participant = member.participant;
  const bool known = members_.contains(participant);
  if (!known) set_members_gauge(1);
  const auto& kept = members_[participant] = std::move(member);
  tell(notice("participant.joined", participant_json(kept)), participant);
}

void Room::drop_member(const std::string& participant, std::string_view reason) {
  if (members_.erase(participant) == 0) return;
  set_members_gauge(-1);
  forget_readings(participant);
  OrderedJson params = OrderedJson::object();
  params["participantId"] = participant;
  params["reason"] = reason;
  tell(notice("participant.left", params), participant);
}

void Room::set_members_gauge(int change) {
  if (change != 0) hub_->count_members(tenant, change);
}

const Member* Room::find_member(const std::string& participant) const {
  const auto found = members_.find(participant);
  return found == members_.end() ? nullptr : &found->second;
}

SessionPtr Room::find_session(const std::string& participant) const {
  const auto found = sessions_.find(participant);
  return found == sessions_.end() ? nullptr : found->second;
}

OrderedJson Room::participant_json(const Member& member) const {
  OrderedJson json = OrderedJson::object();
  json["participantId"] = member.participant;
  json["name"] = member.name;
  json["metadata"] = metadata_json(member);
  json["moderator"] = member.moderator;
  json["joinedAt"] = member.joined;
  json["connected"] = member.connected;
  OrderedJson producers = OrderedJson::array();
  OrderedJson data = OrderedJson::array();
  if (const Publications* published = find_publications(member.participant)) {
    for (const auto& [id, producer] : published->producers) {
      OrderedJson entry = OrderedJson::object();
      entry["producerId"] = id;
      entry["kind"] = producer.kind;
      entry["paused"] = producer.paused;
      producers.push_back(std::move(entry));
    }
    for (const auto& [id, label] : published->data) {
      OrderedJson entry = OrderedJson::object();
      entry["dataProducerId"] = id;
      entry["label"] = label;
      data.push_back(std::move(entry));
    }
  }
  json["producers"] = std::move(producers);
  json["dataProducers"] = std::move(data);
  return json;
}

OrderedJson Room::participants_json(const std::string& except) const {
  OrderedJson list = OrderedJson::array();
  for (const auto& [participant, member] : members_) {
    if (participant != except) list.push_back(participant_json(member));
  }
  return list;
}

OrderedJson Room::meeting_json() const {
  OrderedJson json = OrderedJson::object();
  json["id"] = control::outer(meeting);
  json["locked"] = locked_;
  json["startedAt"] = started_;
  json["recording"] = nullptr;
  if (recording_) {
    OrderedJson recording = OrderedJson::object();
    recording["recordingId"] = recording_->id;
    recording["startedAt"] = recording_->started;
    recording["paused"] = recording_->paused;
    json["recording"] = std::move(recording);
  }
  return json;
}

void Room::on_ended(std::string_view reason) {
  OrderedJson params = OrderedJson::object();
  params["reason"] = reason;
  tell(notice("meeting.ended", params));
  const auto all = sessions_;
  sessions_.clear();
  for (const auto& entry : all) entry.second->end(CloseCode::kEnded, "the meeting is over");
  if (joining_.empty()) return close();
  // Whoever is about to join finds it ended, or makes it anew in another place.
  ++endings_;
  set_members_gauge(-static_cast<int>(members_.size()));
  members_.clear();
  published_.clear();
  set_recording(std::nullopt);
  if (!place_.server.empty()) hub_->unfollow(place_.server);
  place_ = {};
  loaded_ = false;
}

// The last one here has left. Others may just be leaving elsewhere, so that who is there is only judged after a while; by then all
// replicas agree.
void Room::when_empty() {
  if (closed_ || !sessions_.empty() || !joining_.empty()) return;
  const std::weak_ptr<Room> weak = weak_from_this();
  empty_ = hub_->loop.after(hub_->settings.empty_meeting, [weak] {
    if (const auto room = weak.lock()) {
      auto giving_up = give_up(room);
      spawn(std::move(giving_up));
    }
  });
}

Task<void> Room::give_up(std::shared_ptr<Room> room) {
  if (room->closed_ || !room->sessions_.empty() || !room->joining_.empty()) co_return;
  if (room->members_.empty() && !room->place_.server.empty()) {
    auto ending = room->hub_->meetings.end_if_empty(room->meeting);
    const auto ended = co_await std::move(ending);
    // Not ended: the leader's look at its servers finds a meeting that nobody is in.
    if (!ended || room->closed_ || !room->sessions_.empty() || !room->joining_.empty()) {
      room->when_empty();
      co_return;
    }
  }
  room->close();
}

}  // namespace dd::signaling
