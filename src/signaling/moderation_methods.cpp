// SPDX-License-Identifier: MIT
// What a moderator may do to others and to the meeting.
#include <algorithm>
#include <array>

#include "control/scoped_ids.hpp"
#include "signaling/media_calls.hpp"
#include "signaling/methods.hpp"
#include "signaling/room.hpp"
#include "signaling/session.hpp"
#include "signaling/visitor_params.hpp"

namespace dd::signaling {
namespace {

using api::JsonText;
using api::ObjectReader;
using api::OrderedJson;

Result<std::vector<std::string>> read_kinds(const ObjectReader& params) {
  constexpr std::array<std::string_view, 3> kAll{"audio", "video", "screenshare"};
  DD_TRY(const api::Json* list, params.array("kinds", kAll.size()));
  std::vector<std::string> kinds;
  for (const auto& entry : *list) {
    const std::string kind = entry.is_string() ? entry.get<std::string>() : std::string{};
    if (std::find(kAll.begin(), kAll.end(), kind) == kAll.end()) {
      return invalid_field("kinds", "kinds are of audio, video and screenshare");
    }
    kinds.push_back(kind);
  }
  return kinds;
}

Result<std::string> read_target(const Session& session, const ObjectReader& params) {
  if (!session.visitor.grants.moderate) return not_granted("moderate");
  DD_TRY(auto participant, read_participant(params));
  if (session.room()->find_member(participant) != nullptr) return participant;
  Error error = not_found("participant", participant);
  error.field = "participantId";
  return error;
}

}  // namespace

MethodAnswer mute_participant(SessionPtr session, JsonText params) {
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  DD_CO_TRY(const std::string participant, read_target(*session, reader));
  DD_CO_TRY(const auto kinds, read_kinds(reader));
  const auto room = session->room();
  OrderedJson muted = OrderedJson::array();
  OrderedJson producers = OrderedJson::object();
  if (const Publications* published = room->find_publications(participant)) {
    for (const auto& [id, producer] : published->producers) {
      if (std::find(kinds.begin(), kinds.end(), producer.kind) == kinds.end()) continue;
      muted.push_back(producer.kind);
      producers[id] = producer.kind;
    }
  }
  if (!producers.empty()) {
    OrderedJson body = OrderedJson::object();
    body["meetingId"] = room->meeting.str();
    body["participantId"] = control::scoped_participant(room->meeting, participant).str();
    body["producerKindMap"] = std::move(producers);
    auto asking = post_media(session->hub(), room->server(), "/v1/pauseProducer", std::move(body));
    DD_CO_TRY_VOID(co_await std::move(asking));
    OrderedJson told = OrderedJson::object();
    told["participantId"] = participant;
    told["kinds"] = muted;
    told["by"] = session->member.participant;
    room->publish_signal("muted", std::move(told));
  }
  OrderedJson result = OrderedJson::object();
  result["muted"] = std::move(muted);
  co_return api::to_text(result);
}

MethodAnswer remove_participant(SessionPtr session, JsonText params) {
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  DD_CO_TRY(const std::string participant, read_target(*session, reader));
  if (participant == session->member.participant) co_return make_error(Errc::kConflict, "nobody removes themselves; leave instead");
  const auto room = session->room();
  const ParticipantId scoped = control::scoped_participant(room->meeting, participant);
  auto removing = session->hub()->meetings.remove(room->meeting, scoped);
  DD_CO_TRY_VOID(co_await std::move(removing));
  OrderedJson told = OrderedJson::object();
  told["participantId"] = participant;
  told["by"] = session->member.participant;
  room->publish_signal("removed", std::move(told));
  co_return std::string("{}");
}

MethodAnswer lock_meeting(SessionPtr session, JsonText params) {
  if (!session->visitor.grants.moderate) co_return not_granted("moderate");
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  DD_CO_TRY_VOID(reader.require("locked"));
  DD_CO_TRY(const auto locked, reader.optional_boolean("locked"));
  const auto room = session->room();
  auto locking = session->hub()->meetings.lock(room->meeting, *locked);
  DD_CO_TRY_VOID(co_await std::move(locking));
  OrderedJson told = OrderedJson::object();
  told["locked"] = *locked;
  told["by"] = session->member.participant;
  room->publish_signal("locked", std::move(told));
  co_return std::string("{}");
}

// Everyone is told by the listener of control::Meetings, on every replica.
MethodAnswer end_meeting(SessionPtr session, JsonText) {
  if (!session->visitor.grants.moderate) co_return not_granted("moderate");
  auto ending = session->hub()->meetings.end(session->visitor.meeting, "ended");
  DD_CO_TRY_VOID(co_await std::move(ending));
  co_return std::string("{}");
}

}  // namespace dd::signaling
