// SPDX-License-Identifier: MIT
// The roster across replicas. A signal is {"room": TYPE, "replica": R, ...}; every replica, the sender included, hears all of a meeting's
// in one order, and that order decides: of two sessions of one participant the later "joined" stays.
//   who                                      a replica has opened the room: the others answer
//   here {members, recording?}               who is on that replica
//   alive {sessions}                         now and then; who is not in it has left without a word
//   joined {member}  updated {member}  connection {participantId, session, connected}  left {participantId, session, reason}
//   message {...}  muted {participantId, kinds, by}  removed {participantId, by}  locked {locked, by}
//   recording {recordingId, state}  recording_over {reason}
#include "signaling/peek.hpp"
#include "signaling/room.hpp"
#include "signaling/session.hpp"

namespace dd::signaling {
namespace {

using api::Json;
using api::OrderedJson;

constexpr std::size_t kSignalBytes = 48 * 1024;  // of members in one signal; the bus takes 64 KiB

}  // namespace

void Room::publish_signal(std::string_view type, OrderedJson body) {
  body["room"] = type;
  body["replica"] = hub_->settings.replica;
  hub_->bus.publish(meeting, api::to_text(body));
}

void Room::on_signal(std::string_view type, const Json& signal) {
  if (closed_) return;
  const std::string replica = peek_text(signal, "replica");
  const bool own = replica == hub_->settings.replica;
  if (!own) replicas_[replica] = hub_->loop.now();
  if (type == "message") return on_message(signal);
  if (type == "removed") return on_removed(signal);
  if (type == "recording" || type == "recording_over") return on_recording_signal(signal);
  if (type == "muted") {
    OrderedJson params = OrderedJson::object();
    params["kinds"] = OrderedJson::array();
    for (const auto& kind : peek_list(signal, "kinds")) params["kinds"].push_back(OrderedJson(kind));
    params["by"] = peek_text(signal, "by");
    return tell_one(peek_text(signal, "participantId"), notice("you.muted", params));
  }
  if (type == "locked") {
    locked_ = peek_flag(signal, "locked");
    OrderedJson params = OrderedJson::object();
    params["locked"] = locked_;
    params["by"] = peek_text(signal, "by");
    return tell(notice("meeting.locked", params));
  }
  if (type == "joined") return on_joined(replica, signal);
  if (own) return;  // what follows was said of this replica's own, who are known
  if (type == "who") return on_who();
  if (type == "here") return on_here(replica, signal);
  if (type == "alive") return on_alive(replica, signal);

  const Json* changed = peek(signal, "member");
  const std::string participant = peek_text(changed == nullptr ? signal : *changed, "participantId");
  const std::string session = peek_text(changed == nullptr ? signal : *changed, "session");
  const auto known = members_.find(participant);
  if (known == members_.end() || known->second.session != session) return;
  if (type == "left") return drop_member(participant, peek_text(signal, "reason"));
  OrderedJson params = OrderedJson::object();
  params["participantId"] = participant;
  if (type == "connection") {
    known->second.connected = peek_flag(signal, "connected", true);
    params["connected"] = known->second.connected;
    tell(notice("participant.connection", params));
  } else if (type == "updated" && changed != nullptr) {
    if (auto member = parse_member(*changed)) {
      known->second.name = std::move(member->name);
      known->second.metadata = std::move(member->metadata);
      params["name"] = known->second.name;
      params["metadata"] = metadata_json(known->second);
      tell(notice("participant.updated", params));
    }
  }
}

void Room::on_who() {
  OrderedJson members = OrderedJson::array();
  std::size_t bytes = 0;
  const auto say = [&] {
    OrderedJson body = OrderedJson::object();
    body["members"] = std::exchange(members, OrderedJson::array());
    if (recording_) {
      body["recordingId"] = recording_->id;
      body["startedAt"] = recording_->started;
      body["paused"] = recording_->paused;
    }
    publish_signal("here", std::move(body));
    bytes = 0;
  };
  for (const auto& [participant, session] : sessions_) {
    const auto& member = members_.at(participant);
    // What JSON may make of a text: six bytes of one.
    const std::size_t size = 512 + 6 * member.name.size() + 2 * member.metadata.size();
    if (bytes > 0 && bytes + size > kSignalBytes) say();
    bytes += size;
    members.push_back(member_json(member));
  }
  if (!members.empty()) say();
}

// Says who was there when it was written; whoever joined later, here or elsewhere, stays.
void Room::on_here(const std::string& replica, const Json& signal) {
  for (const auto& entry : peek_list(signal, "members")) {
    auto member = parse_member(entry);
    if (!member || sessions_.contains(member->participant)) continue;
    member->replica = replica;
    const auto known = members_.find(member->participant);
    if (known == members_.end()) {
      put_member(std::move(*member));
    } else if (known->second.session != member->session && known->second.joined < member->joined) {
      drop_member(member->participant, "replaced");
      put_member(std::move(*member));
    }
  }
  const std::string recording = peek_text(signal, "recordingId");
  if (!recording.empty() && !recording_) {
    set_recording(RunningRecording{recording, peek_integer(signal, "startedAt").value_or(0), peek_flag(signal, "paused")});
  }
}

void Room::on_alive(const std::string& replica, const Json& signal) {
  std::set<std::string> there;
  for (const auto& session : peek_list(signal, "sessions")) {
    if (session.is_string()) there.insert(session.get<std::string>());
  }
  std::vector<std::string> gone;
  for (const auto& [participant, member] : members_) {
    if (member.replica == replica && there.erase(member.session) == 0) gone.push_back(participant);
  }
  for (const auto& participant : gone) drop_member(participant, "vanished");
  if (!there.empty()) publish_signal("who", OrderedJson::object());  // we have missed somebody's joining
}

void Room::on_joined(const std::string& replica, const Json& signal) {
  const Json* said = peek(signal, "member");
  if (said == nullptr) return;
  auto member = parse_member(*said);
  if (!member) return;
  const auto local = find_session(member->participant);
  if (replica == hub_->settings.replica) {
    if (local && local->id == member->session) local->announced = true;
    return;
  }
  member->replica = replica;
  if (local) {
    // Ours was said after this one, only we have not heard ourselves yet: then theirs is the older.
    if (!local->announced) return;
    replace_local(local);
  } else if (members_.contains(member->participant)) {
    drop_member(member->participant, "replaced");
  }
  put_member(std::move(*member));
  when_empty();
}

void Room::on_message(const Json& signal) {
  OrderedJson params = OrderedJson::object();
  const std::string from = peek_text(signal, "from");
  params["messageId"] = peek_text(signal, "messageId");
  params["from"] = from;
  if (const Json* topic = peek(signal, "topic")) params["topic"] = OrderedJson(*topic);
  const Json* data = signal.is_object() && signal.contains("data") ? &signal.at("data") : nullptr;
  params["data"] = data == nullptr ? OrderedJson(nullptr) : OrderedJson(*data);
  const auto& to = peek_list(signal, "to");
  const bool to_some = peek(signal, "to") != nullptr;
  if (to_some) params["to"] = OrderedJson(*peek(signal, "to"));
  params["time"] = peek_integer(signal, "time").value_or(0);
  const Notice told = notice("message", params);
  if (!to_some) return tell(told, from);
  for (const auto& participant : to) {
    if (participant.is_string() && participant != from) tell_one(participant.get<std::string>(), told);
  }
}

void Room::on_removed(const Json& signal) {
  const auto session = find_session(peek_text(signal, "participantId"));
  if (!session) return;
  OrderedJson params = OrderedJson::object();
  params["by"] = peek_text(signal, "by");
  session->notify(notice("you.removed", params));
  leave(session, "removed", CloseCode::kRemoved, "removed by a moderator");
}

void Room::on_signals_missed() {
  if (closed_) return;
  on_who();  // the others may have missed ours
  publish_signal("who", OrderedJson::object());
  keep_presence();
}

void Room::schedule_presence() {
  const std::weak_ptr<Room> weak = weak_from_this();
  presence_ = hub_->loop.after(hub_->settings.presence_interval, [weak] {
    const auto room = weak.lock();
    if (!room || room->closed_) return;
    room->keep_presence();
    room->schedule_presence();
  });
}

void Room::keep_presence() {
  if (hub_->bus.alone()) return;
  OrderedJson body = OrderedJson::object();
  body["sessions"] = OrderedJson::array();
  for (const auto& entry : sessions_) body["sessions"].push_back(entry.second->id);
  publish_signal("alive", std::move(body));

  const auto now = hub_->loop.now();
  // Nobody can be heard while the bus is away; that says nothing about them.
  if (!hub_->bus.available()) {
    for (auto& replica : replicas_) replica.second = now;
    return;
  }
  std::vector<std::string> gone;
  for (const auto& [participant, member] : members_) {
    if (sessions_.contains(participant)) continue;
    const auto heard = replicas_.find(member.replica);
    if (heard == replicas_.end() || now - heard->second > hub_->settings.replica_silence) gone.push_back(participant);
  }
  for (const auto& participant : gone) drop_member(participant, "vanished");
  std::erase_if(replicas_, [&](const auto& replica) { return now - replica.second > hub_->settings.replica_silence; });
}

bool Room::keeper() const {
  for (const auto& [participant, member] : members_) {
    if (member.replica < hub_->settings.replica) return false;
  }
  return !sessions_.empty() || members_.empty();
}

}  // namespace dd::signaling
