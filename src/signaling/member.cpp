// SPDX-License-Identifier: MIT
#include "signaling/member.hpp"

#include "signaling/peek.hpp"

namespace dd::signaling {

api::OrderedJson metadata_json(const Member& member) {
  auto parsed = api::parse_json(member.metadata);
  return parsed ? api::OrderedJson(parsed->root) : api::OrderedJson::object();
}

api::OrderedJson member_json(const Member& member) {
  api::OrderedJson json = api::OrderedJson::object();
  json["participantId"] = member.participant;
  json["session"] = member.session;
  json["name"] = member.name;
  json["metadata"] = member.metadata;  // as text: it is handed on, not looked into
  json["moderator"] = member.moderator;
  json["connected"] = member.connected;
  json["joinedAt"] = member.joined;
  return json;
}

Result<Member> parse_member(const api::Json& json) {
  Member member;
  member.participant = peek_text(json, "participantId");
  member.session = peek_text(json, "session");
  if (member.participant.empty() || member.session.empty())
    return invalid_field("participantId", "a member has a participant and a session");
  member.name = peek_text(json, "name");
  member.metadata = peek_text(json, "metadata");
  if (member.metadata.empty()) member.metadata = "{}";
  member.moderator = peek_flag(json, "moderator");
  member.connected = peek_flag(json, "connected", true);
  member.joined = peek_integer(json, "joinedAt").value_or(0);
  return member;
}

}  // namespace dd::signaling
