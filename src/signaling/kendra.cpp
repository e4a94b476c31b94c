// SPDX-License-Identifier: MIT
#include "signaling/kendra.hpp"

#include <fmt/format.h>

#include "signaling/peek.hpp"
#include "signaling/session.hpp"

namespace dd::signaling {
namespace {

using api::OrderedJson;

void publish_signal(const Session& session, std::string_view type, const OrderedJson& payload) {
  const auto& hub = *session.hub();
  control::KendraSignal signal;
  signal.type = type;
  signal.participant = session.member.participant;
  // As kendra makes it: the participant and the time in nanoseconds.
  signal.request = fmt::format("{}{}", session.member.participant, hub.loop.wall_now().time_since_epoch().count());
  signal.payload = api::to_text(payload);
  hub.bus.publish_for_kendra(session.visitor.meeting, std::move(signal));
}

OrderedJson producer_map(const KindOfProducer& producers) {
  OrderedJson map = OrderedJson::object();
  for (const auto& [producer, kind] : producers) map[kind] = producer;
  return map;
}

}  // namespace

void tell_kendra_of_joining(const Session& session) {
  OrderedJson payload = OrderedJson::object();
  payload["participantId"] = session.member.participant;
  payload["instanceId"] = session.visitor.instance.str();
  payload["name"] = session.member.name;
  publish_signal(session, "DoordarshanUserJoined", payload);
}

void tell_kendra_of_leaving(const Session& session) {
  OrderedJson payload = OrderedJson::object();
  payload["userLeftReason"] = "User left the meeting";
  payload["instanceId"] = session.visitor.instance.str();
  publish_signal(session, "DoordarshanUserLeft", payload);
}

void tell_kendra_of_publishing(const Session& session, const KindOfProducer& producers, std::string_view reason) {
  OrderedJson payload = OrderedJson::object();
  payload["publishReason"] = reason;
  payload["producerMap"] = producer_map(producers);
  payload["participantId"] = session.member.participant;
  publish_signal(session, "DoordarshanStreamPublish", payload);
}

void tell_kendra_of_unpublishing(const Session& session, const KindOfProducer& producers, std::string_view reason) {
  OrderedJson payload = OrderedJson::object();
  payload["unPublishReason"] = reason;
  payload["producerMap"] = producer_map(producers);
  payload["participantId"] = session.member.participant;
  publish_signal(session, "DoordarshanStreamUnPublish", payload);
}

void tell_kendra_of_closed(const Session& session, const std::string& answer) {
  const auto parsed = api::parse_json(answer);
  if (!parsed) return;
  KindOfProducer closed;
  for (const auto& detail : peek_list(parsed->root, "closedProducerDetails")) {
    closed.emplace(peek_text(detail, "producerId"), peek_text(detail, "kind"));
  }
  if (!closed.empty()) tell_kendra_of_unpublishing(session, closed, "Recreating producer transport");
}

}  // namespace dd::signaling
