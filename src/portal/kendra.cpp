// SPDX-License-Identifier: MIT
#include "portal/kendra.hpp"

#include <chrono>

#include "api/error_mapping.hpp"
#include "api/object_reader.hpp"

namespace dd::portal {
namespace {

using api::Json;
using api::ObjectReader;
using api::OrderedJson;

constexpr std::size_t kMaxText = 128;

Error no_meeting() { return make_error(Errc::kNotFound, "meeting not found"); }

Result<KendraRouters> read_routers(const Json& answer) {
  KendraRouters routers;
  DD_TRY(auto reader, ObjectReader::open(answer));
  DD_TRY(const Json* list, reader.array("routers"));
  for (std::size_t i = 0; i < list->size(); ++i) {
    DD_TRY(auto router, ObjectReader::open((*list)[i], reader.element_path("routers", i)));
    DD_TRY(auto id, router.text("routerId", kMaxText));
    DD_TRY(auto role, router.text("role", kMaxText));
    if (role != "consumer") routers.producers.push_back(id);
    if (role != "producer") routers.consumers.push_back(std::move(id));
  }
  return routers;
}

Result<KendraParticipant> read_participant(const Json& answer) {
  KendraParticipant participant;
  DD_TRY(auto reader, ObjectReader::open(answer));
  DD_TRY(participant.instance, reader.optional_text("instanceId", kMaxText));
  DD_TRY(participant.producer_transport, reader.optional_text("producerTransportId", kMaxText));
  DD_TRY(participant.consumer_transport, reader.optional_text("consumerTransportId", kMaxText));
  DD_TRY(const Json* producers, reader.optional_array("producers"));
  for (std::size_t i = 0; producers != nullptr && i < producers->size(); ++i) {
    DD_TRY(auto entry, ObjectReader::open((*producers)[i], reader.element_path("producers", i)));
    KendraParticipant::Producer producer;
    DD_TRY(producer.id, entry.text("producerId", kMaxText));
    DD_TRY(producer.kind, entry.text("kind", kMaxText));
    participant.producers.push_back(std::move(producer));
  }
  DD_TRY(const Json* consumers, reader.optional_array("consumers"));
  for (std::size_t i = 0; consumers != nullptr && i < consumers->size(); ++i) {
    DD_TRY(auto entry, ObjectReader::open((*consumers)[i], reader.element_path("consumers", i)));
    KendraParticipant::Consumer consumer;
    DD_TRY(consumer.id, entry.text("consumerId", kMaxText));
    DD_TRY(consumer.target, entry.text("targetParticipantId", kMaxText));
    DD_TRY(consumer.kind, entry.text("kind", kMaxText));
    participant.consumers.push_back(std::move(consumer));
  }
  return participant;
}

// What a media server answers is not the caller's mistake.
Error ours(Error error) { return make_error(Errc::kInternal, "a media server's answer: " + error.message); }

}  // namespace

bool allowed_all(const Caller& caller) { return caller.trusted() || caller.claims.grants.admin; }

Result<void> permit(const Caller& caller, const KendraAddress& address) {
  if (caller.trusted()) return ok();
  const trust::Claims& claims = caller.claims;
  if (claims.tenant != address.tenant) return not_granted("the token is another tenant's");
  if (!claims.meeting.empty() && claims.meeting.str() != address.written) return not_granted("the token is for another meeting");
  if (address.participant.empty() || claims.grants.admin) return ok();
  if (!claims.participant.empty() && claims.participant != address.participant) return not_granted("the token is another participant's");
  // Those of signaling have a colon in the ids that media servers know; nobody speaks for them here.
  if (address.participant.str().find(':') != std::string::npos) return not_granted("participant_id may have no colon");
  return ok();
}

Task<Result<Spot>> locate(Context& portal, KendraAddress address) {
  DD_CO_TRY(auto placed, co_await portal.store.find(address.meeting));
  // A meeting that kendra placed has no tenant.
  const bool theirs = placed && (placed->tenant.empty() ? address.tenant == kDefaultTenant : placed->tenant == address.tenant);
  if (!theirs) co_return no_meeting();
  co_return Spot{placed->server, address.meeting};
}

Task<Result<KendraRouters>> routers_of(Context& portal, Spot spot) {
  Json body{{"meetingId", spot.meeting.str()}};
  auto answer = co_await ask(portal, spot.server, "/v1/getRoutersOfMeeting", std::move(body));
  if (!answer && answer.error().code == Errc::kNotFound) co_return no_meeting();
  if (!answer) co_return Error(std::move(answer.error()));
  auto routers = read_routers(answer->root);
  if (!routers) co_return ours(std::move(routers.error()));
  if (routers->producers.empty()) routers->producers = routers->consumers;
  if (routers->consumers.empty()) routers->consumers = routers->producers;
  if (routers->producers.empty()) co_return make_error(Errc::kNotFound, "router not found");
  co_return std::move(*routers);
}

Task<Result<KendraParticipant>> participant_of(Context& portal, Spot spot, ParticipantId participant) {
  Json body{{"meetingId", spot.meeting.str()}, {"participantId", participant.str()}};
  auto answer = co_await ask(portal, spot.server, "/v1/getParticipant", std::move(body));
  if (!answer && answer.error().code == Errc::kNotFound) co_return make_error(Errc::kNotFound, "participant not found in the meeting");
  if (!answer) co_return Error(std::move(answer.error()));
  auto read = read_participant(answer->root);
  if (!read) co_return ours(std::move(read.error()));
  co_return std::move(*read);
}

const std::string& router_for(const std::vector<std::string>& routers, const ParticipantId& participant) {
  std::uint32_t hash = 2166136261U;
  for (const char c : participant.str()) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return routers[hash % routers.size()];
}

void publish_kendra(Context& portal, const MeetingId& meeting, std::string type, std::string participant, const OrderedJson& payload) {
  control::KendraSignal signal;
  signal.type = std::move(type);
  signal.request = participant + std::to_string(portal.loop.wall_now().time_since_epoch().count());
  signal.participant = std::move(participant);
  signal.payload = api::to_text(payload);
  portal.bus.publish_for_kendra(meeting, std::move(signal));
}

void publish_kendra_ended(Context& portal, const MeetingId& meeting) {
  OrderedJson payload = OrderedJson::object();
  payload["reason"] = "ended";
  publish_kendra(portal, meeting, "DoordarshanMeetingEnded", "system", payload);
}

void publish_streams(Context& portal, const Spot& spot, const ParticipantId& participant, const KendraStreams& streams) {
  if (streams.producers.empty()) return;
  OrderedJson payload = OrderedJson::object();
  payload[streams.reason_name] = streams.reason;
  payload["producerMap"] = OrderedJson::object();
  for (const auto& producer : streams.producers) payload["producerMap"][producer.kind] = producer.id;
  payload["participantId"] = participant.str();
  publish_kendra(portal, spot.meeting, streams.type, participant.str(), payload);
}

api::HttpResponse kendra_error(const Error& error) {
  api::HttpResponse response = api::error_response(error);
  const bool hidden = error.code == Errc::kInternal;
  OrderedJson json = OrderedJson::object();
  json["message"] = hidden ? std::string("Internal Server Error") : error.message;
  json["code"] = to_string(error.code);
  if (!error.field.empty()) json["field"] = error.field;
  if (!error.reason.empty()) json["reason"] = error.reason;
  response.body = api::to_text(json);
  return response;
}

api::HttpResponse kendra_refusal(int status, std::string_view message) {
  OrderedJson json = OrderedJson::object();
  json["message"] = message;
  return json_response(json, status);
}

}  // namespace dd::portal
