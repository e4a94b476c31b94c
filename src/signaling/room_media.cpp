// SPDX-License-Identifier: MIT
// What the meeting's media server tells: the one source of who publishes what, for every replica alike. Events may be missed (a stream
// that broke, a room that has just opened); then the server is asked, and what came meanwhile is applied to its answer.
#include <algorithm>

#include "control/scoped_ids.hpp"
#include "signaling/media_calls.hpp"
#include "signaling/peek.hpp"
#include "signaling/room.hpp"
#include "signaling/session.hpp"

namespace dd::signaling {
namespace {

using api::Json;
using api::OrderedJson;

constexpr std::size_t kMaxEarlyEvents = 4'096;
constexpr std::size_t kMaxFailed = 8;
constexpr std::size_t kMaxOverBitrate = 1'024;
// A stream may have begun a little after it was asked for.
constexpr Duration kSecondLook = std::chrono::seconds{3};

OrderedJson producer_params(const std::string& participant, const std::string& producer, const std::string& kind) {
  OrderedJson params = OrderedJson::object();
  params["participantId"] = participant;
  params["producerId"] = producer;
  params["kind"] = kind;
  return params;
}

// What a client did itself it need not be told.
bool own_doing(const std::string& reason) {
  return reason == "closed" || reason == "replaced" || reason == "evicted" || reason == "left" || reason == "meeting_ended";
}

}  // namespace

void Room::follow(const ContainerId& server) {
  hub_->follow(server);
  const std::weak_ptr<Room> weak = weak_from_this();
  second_look_ = hub_->loop.after(kSecondLook, [weak] {
    if (const auto room = weak.lock()) room->reload();
  });
}

std::string Room::participant_of(const Json& event) const {
  const ParticipantId scoped(peek_text(event, "participantId"));
  const std::string participant(control::outer(scoped));
  // Those that kendra let in under ids of its own are nobody here.
  return !participant.empty() && control::scoped_participant(meeting, participant) == scoped ? participant : std::string{};
}

void Room::on_media_event(const std::string& type, const Json& event) {
  if (closed_) return;
  if (!loading_) return apply_event(type, event);
  if (early_events_.size() < kMaxEarlyEvents) {
    early_events_.push_back(event);
  } else {
    reload_again_ = true;
  }
}

void Room::apply_event(const std::string& type, const Json& event) {
  if (type == "audio.levels" || type == "speaker.active") return speakers_event(type, event);
  if (type.starts_with("recording.")) return recording_event(type, event);
  const std::string participant = participant_of(event);
  if (participant.empty()) return;
  if (type == "producer.score" || type == "consumer.score") return score_event(type, participant, event);
  if (type == "producer.demand" || type == "producer.limited" || type.starts_with("consumer.")) {
    return session_event(type, find_session(participant), event);
  }
  if (type.starts_with("producer.")) return producer_event(type, participant, event);
  if (type.starts_with("dataProducer.")) return data_event(type, participant, event);
  if (type == "transport.failed") return transport_failed(participant, event);
}

void Room::producer_event(const std::string& type, const std::string& participant, const Json& event) {
  const std::string id = peek_text(event, "producerId");
  if (type == "producer.paused" || type == "producer.resumed") return pause_known(participant, id, type == "producer.paused");
  const std::string kind = peek_text(event, "kind");
  if (type == "producer.created") {
    const bool paused = peek_flag(event, "paused");
    if (!published_[participant].producers.try_emplace(id, Published{kind, paused}).second) return;
    if (find_member(participant) == nullptr) return;  // told with its joining
    OrderedJson params = producer_params(participant, id, kind);
    params["paused"] = paused;
    return tell(notice("producer.new", params), participant);
  }
  if (type != "producer.closed") return;
  const auto published = published_.find(participant);
  if (published == published_.end() || published->second.producers.erase(id) == 0) return;
  if (published->second.producers.empty() && published->second.data.empty()) published_.erase(published);
  over_bitrate_.erase(id);
  if (const auto score = scores_.find(participant); score != scores_.end()) score->second.sending.erase(id);
  if (find_member(participant) == nullptr) return;  // who has left publishes nothing, that is clear
  OrderedJson params = producer_params(participant, id, kind);
  params["reason"] = peek_text(event, "reason");
  tell(notice("producer.closed", params));
}

void Room::pause_known(const std::string& participant, const std::string& producer, bool paused, std::string_view reason) {
  const auto published = published_.find(participant);
  if (published == published_.end()) return;
  const auto known = published->second.producers.find(producer);
  if (known == published->second.producers.end() || known->second.paused == paused) return;
  known->second.paused = paused;
  if (!paused) over_bitrate_.erase(producer);
  if (find_member(participant) == nullptr) return;
  OrderedJson params = producer_params(participant, producer, known->second.kind);
  if (!reason.empty()) params["reason"] = reason;
  tell(notice(paused ? "producer.paused" : "producer.resumed", params));
}

void Room::data_event(const std::string& type, const std::string& participant, const Json& event) {
  const std::string id = peek_text(event, "dataProducerId");
  OrderedJson params = OrderedJson::object();
  params["participantId"] = participant;
  params["dataProducerId"] = id;
  if (type == "dataProducer.created") {
    const std::string label = peek_text(event, "label");
    if (!published_[participant].data.try_emplace(id, label).second || find_member(participant) == nullptr) return;
    params["label"] = label;
    return tell(notice("data.new", params), participant);
  }
  const auto published = published_.find(participant);
  if (type != "dataProducer.closed" || published == published_.end() || published->second.data.erase(id) == 0) return;
  if (published->second.producers.empty() && published->second.data.empty()) published_.erase(published);
  if (find_member(participant) != nullptr) tell(notice("data.closed", params));
}

void Room::session_event(const std::string& type, const SessionPtr& session, const Json& event) {
  if (!session) return;
  OrderedJson params = OrderedJson::object();
  if (type == "consumer.closed") {
    session->receiving.erase(peek_text(event, "consumerId"));
    const std::string reason = peek_text(event, "reason");
    if (own_doing(reason)) return;
    params["consumerId"] = peek_text(event, "consumerId");
    params["producerId"] = peek_text(event, "producerId");
    params["reason"] = reason;
    session->notify(notice("consumer.closed", params));
  } else if (type == "consumer.layers") {
    params["consumerId"] = peek_text(event, "consumerId");
    const Json* layers = peek(event, "layers");
    params["layers"] = layers == nullptr ? OrderedJson(nullptr) : OrderedJson(*layers);
    session->notify(reading("consumer.layers", params));
  } else if (type == "producer.demand") {
    params["producerId"] = peek_text(event, "producerId");
    params["kind"] = peek_text(event, "kind");
    params["wanted"] = peek_flag(event, "wanted");
    if (const auto layer = peek_integer(event, "maxSpatialLayer")) params["maxSpatialLayer"] = *layer;
    session->notify(notice("producer.demand", params));
  } else if (type == "producer.limited") {
    const std::string producer = peek_text(event, "producerId");
    if (over_bitrate_.size() >= kMaxOverBitrate) over_bitrate_.clear();
    if (!over_bitrate_.insert(producer).second) return;
    const auto published = published_.find(session->member.participant);
    if (published == published_.end()) return;
    const auto known = published->second.producers.find(producer);
    if (known == published->second.producers.end()) return;
    if (!known->second.paused) return pause_known(session->member.participant, producer, true, "quota_publish_bitrate");
    params = producer_params(session->member.participant, producer, known->second.kind);
    params["reason"] = "quota_publish_bitrate";
    session->notify(notice("producer.paused", params));
  }
}

void Room::transport_failed(const std::string& participant, const Json& event) {
  const auto session = find_session(participant);
  if (!session) return;
  const std::string transport = peek_text(event, "transportId");
  const std::string reason = peek_text(event, "reason") == "worker_died" ? "worker_died" : "transport_failed";
  auto& media = session->media;
  if (media.opening) {
    if (media.failed.size() < kMaxFailed) media.failed.emplace(transport, reason);
  } else if (!transport.empty() && (transport == media.send || transport == media.receive)) {
    lose_media(session, reason);
  }
}

void Room::lose_media(const SessionPtr& session, std::string_view reason) {
  if (session->ended() || std::exchange(session->media.lost, true)) return;  // once in an epoch
  OrderedJson params = OrderedJson::object();
  params["reason"] = reason;
  params["epoch"] = session->media.number;
  session->notify(notice("media.lost", params));
}

void Room::lose_media_soon(const SessionPtr& session, std::string reason) {
  const std::uint64_t epoch = session->media.number;
  hub_->loop.post([room = shared_from_this(), session, epoch, reason = std::move(reason)] {
    if (session->media.number == epoch) room->lose_media(session, reason);
  });
}

void Room::on_drain(std::int64_t seconds) {
  OrderedJson params = OrderedJson::object();
  params["deadlineSeconds"] = seconds;
  tell(notice("drain", params));
}

void Room::on_moved(const ContainerId& to, std::string_view reason) {
  if (closed_ || place_.server.empty() || place_.server == to) return;
  hub_->unfollow(place_.server);
  place_.server = to;
  ++place_.moves;
  follow(to);
  forget_media(reason);
  if (loading_) reload_again_ = true;  // what it will answer is of the place before
  for (const auto& entry : std::map(sessions_)) lose_media(entry.second, reason);
}

// Everything that was published is gone with the server that carried it.
void Room::forget_media(std::string_view reason) {
  const auto before = std::exchange(published_, {});
  early_events_.clear();
  over_bitrate_.clear();
  present_at_server_.clear();
  active_speaker_.clear();
  levels_ = OrderedJson::array();
  for (const auto& [participant, publications] : before) {
    if (find_member(participant) == nullptr) continue;
    for (const auto& [id, producer] : publications.producers) {
      OrderedJson params = producer_params(participant, id, producer.kind);
      params["reason"] = reason;
      tell(notice("producer.closed", params));
    }
    for (const auto& [id, label] : publications.data) {
      OrderedJson params = OrderedJson::object();
      params["participantId"] = participant;
      params["dataProducerId"] = id;
      tell(notice("data.closed", params));
    }
  }
}

void Room::reload() {
  if (closed_ || place_.server.empty()) return;
  if (std::exchange(loading_, true)) {
    reload_again_ = true;
    return;
  }
  auto loading = load(shared_from_this());
  spawn(std::move(loading));
}

Task<void> Room::load(std::shared_ptr<Room> room) {
  const ContainerId server = room->place_.server;
  OrderedJson body = OrderedJson::object();
  body["meetingId"] = room->meeting.str();
  auto asking = post_media(room->hub_, server, "/v1/getMeeting", std::move(body));
  const auto answer = co_await std::move(asking);
  room->loading_ = false;
  if (room->closed_) co_return;
  const auto parsed = answer ? api::parse_json(*answer) : Result<api::JsonText>(answer.error());
  const bool of_this_place = room->place_.server == server;
  if (parsed && of_this_place) room->agree_with(parsed->root);
  const auto early = std::exchange(room->early_events_, {});
  if (of_this_place) {
    for (const auto& event : early) room->apply_event(peek_text(event, "type"), event);
  }
  if (!of_this_place || std::exchange(room->reload_again_, false)) {
    room->reload_again_ = false;
    co_return room->reload();
  }
  room->loaded_ = room->loaded_ || parsed.has_value();
  for (const auto& waiter : std::exchange(room->waiting_for_load_, {})) waiter.resolve(parsed.has_value());
}

// Tells what has changed since events were heard last.
void Room::agree_with(const Json& snapshot) {
  std::map<std::string, Publications> there;
  present_at_server_.clear();
  for (const auto& entry : peek_list(snapshot, "participants")) {
    const std::string participant = participant_of(entry);
    if (participant.empty()) continue;
    present_at_server_.insert(participant);
    for (const auto& producer : peek_list(entry, "producers")) {
      there[participant].producers[peek_text(producer, "producerId")] =
          Published{peek_text(producer, "kind"), peek_flag(producer, "paused")};
    }
    for (const auto& data : peek_list(entry, "dataProducers")) {
      there[participant].data[peek_text(data, "dataProducerId")] = peek_text(data, "label");
    }
  }
  // As if the events that were missed came now.
  const auto happened = [this](const std::string& type, const std::string& participant, const char* id_name, const std::string& id,
                               const std::string& kind) {
    Json event = Json::object();
    event[id_name] = id;
    if (!kind.empty()) event["kind"] = kind;
    event["reason"] = "closed";
    if (type.starts_with("producer.")) return producer_event(type, participant, event);
    data_event(type, participant, event);
  };
  for (const auto& [participant, publications] : std::map(published_)) {
    const auto now = there.find(participant);
    for (const auto& [id, producer] : publications.producers) {
      const bool gone = now == there.end() || !now->second.producers.contains(id);
      if (gone) happened("producer.closed", participant, "producerId", id, producer.kind);
    }
    for (const auto& [id, label] : publications.data) {
      const bool gone = now == there.end() || !now->second.data.contains(id);
      if (gone) happened("dataProducer.closed", participant, "dataProducerId", id, {});
    }
  }
  for (const auto& [participant, publications] : there) {
    for (const auto& [id, producer] : publications.producers) {
      Json event = Json::object();
      event["producerId"] = id;
      event["kind"] = producer.kind;
      event["paused"] = producer.paused;
      producer_event("producer.created", participant, event);
      pause_known(participant, id, producer.paused);
    }
    for (const auto& [id, label] : publications.data) {
      Json event = Json::object();
      event["dataProducerId"] = id;
      event["label"] = label;
      data_event("dataProducer.created", participant, event);
    }
  }
}

std::uint32_t Room::count_published_except(const std::string& participant) const {
  return static_cast<std::uint32_t>(present_at_server_.size() - present_at_server_.count(participant));
}

const Publications* Room::find_publications(const std::string& participant) const {
  const auto found = published_.find(participant);
  return found == published_.end() ? nullptr : &found->second;
}

std::string Room::owner_of(const std::string& producer) const {
  const auto owner = std::find_if(published_.begin(), published_.end(),
                                  [&](const auto& published) { return published.second.producers.contains(producer); });
  return owner == published_.end() ? std::string{} : owner->first;
}

}  // namespace dd::signaling
