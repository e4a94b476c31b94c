// SPDX-License-Identifier: MIT
#include "portal/kendra_requests.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "api/object_reader.hpp"
#include "control/scoped_ids.hpp"
#include "portal/caller.hpp"

namespace dd::portal {
namespace {

using api::Json;
using api::ObjectReader;

Result<std::string> read_kind(std::string path, const Json& value) {
  if (!value.is_string()) return ObjectReader::wrong_type(std::move(path), "a string");
  std::string kind = lower_case(value.get_ref<const std::string&>());
  if (kind != "audio" && kind != "video" && kind != "screenshare") {
    std::string message = fmt::format("{} must be audio, video or screenshare", path);
    return invalid_field(std::move(path), std::move(message));
  }
  return kind;
}

Result<std::vector<std::string>> read_kinds(const std::string& path, const Json& list) {
  std::vector<std::string> kinds;
  if (!list.is_array()) return ObjectReader::wrong_type(path, "an array");
  if (list.size() > 16) return invalid_field(path, fmt::format("{} may have at most 16 entries", path));
  for (std::size_t i = 0; i < list.size(); ++i) {
    DD_TRY(auto kind, read_kind(fmt::format("{}[{}]", path, i), list[i]));
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(std::move(kind));
  }
  return kinds;
}

// As the reference's TENANT, which its own control plane looks for with one blank in front.
Result<TenantId> read_tenant(const ObjectReader& reader) {
  DD_TRY(std::string text, reader.text("tenant", kMaxIdLength));
  text.erase(0, text.find_first_not_of(' ') == std::string::npos ? text.size() : text.find_first_not_of(' '));
  DD_TRY(auto checked, control::checked_outer_id("tenant", text));
  return TenantId(std::move(checked));
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

Result<KendraAddress> parse_kendra_address(const Json& body, Names names) {
  DD_TRY(auto reader, ObjectReader::open(body));
  KendraAddress address;
  DD_TRY(address.tenant, read_tenant(reader));
  DD_TRY(auto meeting, reader.id<MeetingId>("meeting_id"));
  address.written = meeting.str();
  if (address.tenant == kDefaultTenant) {
    if (address.written.find(':') != std::string::npos) return invalid_field("meeting_id", "meeting_id may have no colon");
    address.meeting = std::move(meeting);
  } else {
    DD_TRY(auto checked, control::checked_outer_id("meeting_id", address.written));
    address.meeting = control::scoped_meeting(address.tenant, checked);
  }
  if (names == Names::kMeeting) return address;
  DD_TRY(address.participant, reader.id<ParticipantId>("participant_id"));
  if (names == Names::kParticipant) return address;
  DD_TRY(address.instance, reader.id<InstanceId>("instance_id"));
  return address;
}

Result<KendraCapacity> parse_kendra_capacity(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  DD_TRY(auto producers, reader.optional_integer("producer_meeting_capacity", 0, kMaxKendraCapacity));
  DD_TRY(auto consumers, reader.optional_integer("consumer_meeting_capacity", 0, kMaxKendraCapacity));
  DD_TRY(auto everybody, reader.optional_integer("meeting_capacity", 0, kMaxKendraCapacity));
  KendraCapacity capacity{producers.value_or(0), consumers.value_or(0), everybody.value_or(0)};
  const bool one = (capacity.producers > 0) != (capacity.consumers > 0);
  if (one) return make_error(Errc::kInvalidArgument, "producer and Consumer capacity should be present");
  if (capacity.producers == 0 && capacity.everybody == 0) return make_error(Errc::kInvalidArgument, "capacity should be present");
  if (capacity.producers > 0) capacity.everybody = 0;
  return capacity;
}

Result<std::string> parse_kendra_kind(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  DD_TRY(auto kind, reader.text("kind", 16));
  DD_TRY_VOID(read_kind("kind", Json(kind)));
  return kind;
}

Result<std::vector<std::string>> parse_kendra_kinds(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  DD_TRY(const Json* list, reader.require("kinds"));
  return read_kinds("kinds", *list);
}

Result<bool> parse_kendra_flag(const Json& body, std::string_view name) {
  DD_TRY(auto reader, ObjectReader::open(body));
  DD_TRY(auto flag, reader.optional_boolean(name));
  return flag.value_or(false);
}

Result<KendraTargets> parse_kendra_targets(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  DD_TRY(auto object, reader.object("target_participants"));
  const Json& map = *reader.find("target_participants");
  if (map.size() > kMaxKendraTargets) {
    return invalid_field("target_participants", fmt::format("target_participants may name at most {} participants", kMaxKendraTargets));
  }
  KendraTargets targets;
  for (const auto& [id, kinds] : map.get_ref<const Json::object_t&>()) {
    DD_TRY(auto participant, parse_id<ParticipantId>("target_participants", id));
    DD_TRY(auto wanted, read_kinds(object.path_of(id), kinds));
    targets.emplace_back(std::move(participant), std::move(wanted));
  }
  return targets;
}

Result<api::JsonText> parse_kendra_object(const Json& body, std::string_view name) {
  DD_TRY(auto reader, ObjectReader::open(body));
  DD_TRY_VOID(reader.object(name));
  return api::JsonText{*reader.find(name)};
}

}  // namespace dd::portal
