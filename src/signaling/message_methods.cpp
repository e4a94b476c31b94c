// SPDX-License-Identifier: MIT
// Messages to others, and what somebody says about themselves.
#include <fmt/format.h>

#include "base/random.hpp"
#include "control/scoped_ids.hpp"
#include "signaling/methods.hpp"
#include "signaling/room.hpp"
#include "signaling/session.hpp"
#include "signaling/visitor_params.hpp"

namespace dd::signaling {

using api::JsonText;
using api::ObjectReader;
using api::OrderedJson;

namespace {

constexpr std::size_t kMaxTopic = 64;

}  // namespace

// It goes over the bus, also to those of this replica, so that all hear all messages in one order.
MethodAnswer send_message(SessionPtr session, JsonText params) {
  if (!session->visitor.grants.data) co_return not_granted("data");
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  if (!params.root.contains("data")) co_return invalid_field("data", "data is missing");
  OrderedJson data(params.root.at("data"));
  const std::size_t bound = session->hub()->settings.message_bytes;
  if (api::to_text(data).size() > bound) {
    Error error = make_error(Errc::kPayloadTooLarge, fmt::format("data may have at most {} bytes as JSON", bound));
    error.field = "data";
    co_return error;
  }
  DD_CO_TRY(const auto topic, reader.optional_text("topic", kMaxTopic));
  const auto room = session->room();
  OrderedJson body = OrderedJson::object();
  if (reader.find("to") != nullptr) {
    DD_CO_TRY(const auto to, read_ids<ParticipantId>(reader, "to"));
    for (const auto& participant : to) {
      if (room->find_member(participant) != nullptr) continue;
      Error error = not_found("participant", participant);
      error.field = "to";
      co_return error;
    }
    body["to"] = to;
  }
  const std::string message = random_uuid();
  body["messageId"] = message;
  body["from"] = session->member.participant;
  if (!topic.empty()) body["topic"] = topic;
  body["data"] = std::move(data);
  body["time"] = std::chrono::duration_cast<std::chrono::milliseconds>(session->hub()->loop.wall_now().time_since_epoch()).count();
  room->publish_signal("message", std::move(body));
  co_return fmt::format(R"({{"messageId":"{}"}})", message);
}

MethodAnswer update_participant(SessionPtr session, JsonText params) {
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  DD_CO_TRY(auto name, read_name(reader));
  DD_CO_TRY(auto metadata, read_metadata(reader, session->hub()->settings.metadata_bytes));
  if (name) session->member.name = std::move(*name);
  if (metadata) session->member.metadata = std::move(*metadata);
  if (name || metadata) session->room()->member_changed(*session);
  co_return std::string("{}");
}

}  // namespace dd::signaling
