// SPDX-License-Identifier: MIT
#include "control/media_calls.hpp"

#include "api/json.hpp"
#include "api/object_reader.hpp"

namespace dd::control {
namespace {

using api::ObjectReader;
using api::OrderedJson;

OrderedJson router_json(const WorkerId& worker, std::uint32_t capacity) {
  OrderedJson router = OrderedJson::object();
  router["routerCapacity"] = capacity;
  router["workerId"] = worker.str();
  return router;
}

Result<meeting::RouterRow> read_router(const ObjectReader& reader) {
  meeting::RouterRow row;
  DD_TRY(row.router, reader.id<RouterId>("routerId"));
  DD_TRY(row.worker, reader.id<WorkerId>("workerId"));
  DD_TRY(const auto role, reader.optional_text("role", 16));
  row.role = role == "producer"   ? meeting::RouterRole::kProducer
             : role == "consumer" ? meeting::RouterRole::kConsumer
                                  : meeting::RouterRole::kBoth;
  return row;
}

}  // namespace

// One router for both roles: a small meeting needs no pipe, and a large one gets further routers when it has grown.
std::string create_meeting_body(const Placing& placing, const ContainerId& server, std::uint32_t router_capacity) {
  OrderedJson body = OrderedJson::object();
  body["meetingId"] = placing.meeting.str();
  body["containerId"] = server.str();
  if (!placing.tenant.empty()) body["tenant"] = placing.tenant.str();
  body["routers"] = router_json(placing.worker, router_capacity);
  return api::to_text(body);
}

std::string replace_meetings_body(const std::vector<Placing>& placings, const ContainerId& server, std::uint32_t router_capacity) {
  OrderedJson list = OrderedJson::array();
  for (const auto& placing : placings) {
    OrderedJson item = OrderedJson::object();
    item["meetingId"] = placing.meeting.str();
    item["oldContainerId"] = placing.old_server.str();
    item["newContainerId"] = server.str();
    if (!placing.tenant.empty()) item["tenant"] = placing.tenant.str();
    item["routers"] = router_json(placing.worker, router_capacity);
    list.push_back(std::move(item));
  }
  OrderedJson body = OrderedJson::object();
  body["replaceMeetingRequests"] = std::move(list);
  return api::to_text(body);
}

std::string add_router_body(const MeetingId& meeting, const WorkerId& worker, std::uint32_t router_capacity) {
  OrderedJson body = OrderedJson::object();
  body["meetingId"] = meeting.str();
  body["routers"] = OrderedJson::array({router_json(worker, router_capacity)});
  return api::to_text(body);
}

std::string meeting_body(const MeetingId& meeting) {
  OrderedJson body = OrderedJson::object();
  body["meetingId"] = meeting.str();
  return api::to_text(body);
}

Result<std::vector<meeting::RouterRow>> read_routers(std::string_view answer) {
  DD_TRY(const auto json, api::parse_json(answer));
  DD_TRY(const auto reader, ObjectReader::open(json.root));
  DD_TRY(const api::Json* list, reader.array("routers"));
  std::vector<meeting::RouterRow> routers;
  for (std::size_t i = 0; i < list->size(); ++i) {
    DD_TRY(const auto entry, ObjectReader::open((*list)[i], reader.element_path("routers", i)));
    DD_TRY(auto router, read_router(entry));
    routers.push_back(std::move(router));
  }
  return routers;
}

Result<std::size_t> read_participant_count(std::string_view answer) {
  DD_TRY(const auto json, api::parse_json(answer));
  DD_TRY(const auto reader, ObjectReader::open(json.root));
  DD_TRY(const api::Json* list, reader.array("participants"));
  return list->size();
}

bool is_draining_event(std::string_view event) {
  // Most events are readings of media; only what may be ours is parsed.
  if (event.find("server.draining") == std::string_view::npos) return false;
  const auto json = api::parse_json(event);
  if (!json) return false;
  const auto reader = ObjectReader::open(json->root);
  if (!reader) return false;
  const auto type = reader->text("type", 64);
  return type && *type == "server.draining";
}

}  // namespace dd::control
