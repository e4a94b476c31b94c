// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "control/scoped_ids.hpp"
#include "control/usage.hpp"
#include "portal/admin_requests.hpp"
#include "portal/kendra.hpp"

namespace dd::portal {
namespace {

using api::HttpResponse;
using api::Json;
using api::OrderedJson;

constexpr std::size_t kLoadPoints = 360;

std::int64_t milliseconds(WallTime time) { return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count(); }

// Whose things the caller may see: an operator's choice or everybody's, an administrator's own.
Result<std::optional<TenantId>> seen_tenant(const Caller& caller, std::optional<TenantId> wanted) {
  if (caller.operates()) return wanted;
  if (wanted && *wanted != caller.claims.tenant) return not_granted("the token is another tenant's");
  return std::optional<TenantId>(caller.claims.tenant);
}

OrderedJson server_json(const control::ServerRecord& server, bool living) {
  OrderedJson json = OrderedJson::object();
  json["server"] = server.server.str();
  json["host"] = server.host;
  json["origin"] = server.origin;
  json["pool"] = server.tenant;
  json["alive"] = living;
  json["draining"] = server.draining;
  json["heartbeat"] = milliseconds(server.heartbeat);
  json["capacity"] = server.capacity;
  json["participants"] = server.participants;
  json["reserved"] = server.reserved;
  json["meetings"] = server.meetings;
  json["cpuPercent"] = server.cpu_percent;
  json["workers"] = OrderedJson::array();
  for (const auto& worker : server.workers) {
    OrderedJson entry = OrderedJson::object();
    entry["workerId"] = worker.worker.str();
    entry["alive"] = worker.alive;
    entry["consumers"] = worker.consumers;
    entry["transports"] = worker.transports;
    entry["busyPercent"] = worker.busy_percent;
    json["workers"].push_back(std::move(entry));
  }
  return json;
}

OrderedJson meeting_json(const control::PlacedMeeting& meeting) {
  OrderedJson json = OrderedJson::object();
  json["meeting"] = control::outer(meeting.meeting);
  json["tenant"] = meeting.tenant.empty() ? kDefaultTenant.str() : meeting.tenant.str();
  json["server"] = meeting.server.str();
  json["size"] = meeting.size;
  json["limit"] = meeting.limit;
  json["locked"] = meeting.locked;
  json["moves"] = meeting.moves;
  json["created"] = milliseconds(meeting.created);
  return json;
}

Answer list_servers(Call call) {
  const Context& portal = call.portal;
  OrderedJson json = OrderedJson::object();
  json["servers"] = OrderedJson::array();
  for (const auto& server : portal.servers.servers()) {
    json["servers"].push_back(server_json(server, portal.servers.living(server.server, portal.loop.now())));
  }
  json["leader"] = portal.meetings.leader();
  co_return json_response(json);
}

Answer load_history(Call call) {
  const Context& portal = call.portal;
  DD_CO_TRY(const auto minutes, parse_number_parameter(call.request, "minutes", 1, 24 * 60, 60));
  OrderedJson json = OrderedJson::object();
  json["intervalSeconds"] = portal.load.settings().interval.count();
  json["series"] = OrderedJson::array();
  for (const auto& [server, samples] : portal.load.since(portal.loop.wall_now() - std::chrono::minutes{minutes}, kLoadPoints)) {
    OrderedJson series = OrderedJson::object();
    series["server"] = server.str();
    series["points"] = OrderedJson::array();
    for (const auto& sample : samples) {
      OrderedJson point = OrderedJson::object();
      point["time"] = milliseconds(sample.time);
      point["cpuPercent"] = sample.cpu_percent;
      point["participants"] = sample.participants;
      point["meetings"] = sample.meetings;
      series["points"].push_back(std::move(point));
    }
    json["series"].push_back(std::move(series));
  }
  co_return json_response(json);
}

Answer list_meetings(Call call) {
  DD_CO_TRY(auto query, parse_meetings_query(call.request));
  DD_CO_TRY(auto tenant, seen_tenant(call.caller, query.tenant));
  DD_CO_TRY(auto meetings, co_await call.portal.store.meetings_of(tenant.value_or(TenantId{})));
  std::sort(meetings.begin(), meetings.end(), [](const auto& a, const auto& b) { return a.meeting < b.meeting; });
  OrderedJson json = OrderedJson::object();
  json["meetings"] = OrderedJson::array();
  json["next"] = nullptr;
  std::string last;
  for (const auto& meeting : meetings) {
    if (!query.cursor.empty() && meeting.meeting.str() <= query.cursor) continue;
    if (json["meetings"].size() == query.limit) {
      json["next"] = last;
      break;
    }
    json["meetings"].push_back(meeting_json(meeting));
    last = meeting.meeting.str();
  }
  co_return json_response(json);
}

// ?tenant= says whose meeting, for an operator; the default tenant's otherwise.
Task<Result<control::PlacedMeeting>> their_meeting(Context& portal, Caller caller, api::HttpRequest request, std::string written) {
  DD_CO_TRY(auto query, parse_meetings_query(request));
  DD_CO_TRY(auto seen, seen_tenant(caller, query.tenant));
  const TenantId tenant = seen.value_or(kDefaultTenant);
  DD_CO_TRY(auto checked, checked_id("meetingId", written));
  if (checked.find(':') != std::string::npos) co_return invalid_field("meetingId", "meetingId may have no colon");
  DD_CO_TRY(auto found, co_await portal.store.find(control::scoped_meeting(tenant, checked)));
  if (!found || (!found->tenant.empty() && found->tenant != tenant)) co_return make_error(Errc::kNotFound, "there is no such meeting");
  co_return std::move(*found);
}

void show_outer_participants(Json& answer) {
  if (!answer.is_object() || !answer.contains("participants")) return;
  for (auto& participant : answer["participants"]) {
    auto id = text_member(participant, "participantId");
    if (!id) continue;
    const ParticipantId scoped(std::move(*id));
    participant["participantId"] = std::string(control::outer(scoped));
  }
}

Answer get_meeting(Call call) {
  Context& portal = call.portal;
  DD_CO_TRY(auto meeting, co_await their_meeting(portal, call.caller, call.request, call.parameters[0]));
  OrderedJson json = meeting_json(meeting);
  json["participants"] = OrderedJson::array();
  Json body{{"meetingId", meeting.meeting.str()}};
  auto answer = co_await ask(portal, meeting.server, "/v1/getMeeting", std::move(body));
  json["reachable"] = answer.has_value();
  if (answer) {
    show_outer_participants(answer->root);
    for (const std::string_view member : {"participants", "routers"}) {
      const auto found = answer->root.find(member);
      if (found != answer->root.end()) json[std::string(member)] = OrderedJson(*found);
    }
  }
  co_return json_response(json);
}

Answer end_this_meeting(Call call) {
  DD_CO_TRY(auto meeting, co_await their_meeting(call.portal, call.caller, call.request, call.parameters[0]));
  DD_CO_TRY_VOID(co_await call.portal.meetings.end(meeting.meeting, "ended"));
  publish_kendra_ended(call.portal, meeting.meeting);
  co_return text_response("{}");
}

Answer usage_of(Context& portal, std::optional<TenantId> tenant, UsageQuery query) {
  DD_CO_TRY(auto rows, co_await portal.tenant_store.usage(std::move(tenant), query.from, query.to));
  control::sort_usage(rows);
  if (query.csv) {
    HttpResponse response = text_response(control::usage_csv(rows));
    response.content_type = "text/csv; charset=utf-8";
    response.headers.emplace_back("Content-Disposition", "attachment; filename=\"usage.csv\"");
    co_return response;
  }
  OrderedJson json = OrderedJson::object();
  json["usage"] = OrderedJson::array();
  for (const auto& row : rows) {
    OrderedJson entry = OrderedJson::object();
    entry["tenant"] = row.tenant.str();
    entry["day"] = day_text(row.day);
    entry["meter"] = row.meter;
    entry["value"] = row.value;
    json["usage"].push_back(std::move(entry));
  }
  co_return json_response(json);
}

Answer usage(Call call) {
  DD_CO_TRY(auto query, parse_usage_query(call.request, day_of(call.portal.loop.wall_now())));
  DD_CO_TRY(auto tenant, seen_tenant(call.caller, query.tenant));
  auto answer = co_await usage_of(call.portal, std::move(tenant), query);
  co_return answer;
}

Answer tenant_usage(Call call) {
  DD_CO_TRY(auto query, parse_usage_query(call.request, day_of(call.portal.loop.wall_now())));
  DD_CO_TRY(auto wanted, parse_tenant_id("tenantId", call.parameters[0]));
  DD_CO_TRY(auto tenant, seen_tenant(call.caller, std::move(wanted)));
  auto answer = co_await usage_of(call.portal, std::move(tenant), query);
  co_return answer;
}

Answer make_token(Call call) {
  Context& portal = call.portal;
  DD_CO_TRY(auto wanted, parse_new_token(call.body.root));
  DD_CO_TRY(auto seen, seen_tenant(call.caller, wanted.tenant));
  const TenantId tenant = seen.value_or(kDefaultTenant);
  trust::Claims claims;
  claims.tenant = tenant;
  claims.meeting = MeetingId(wanted.meeting);
  claims.participant = ParticipantId(wanted.participant);
  claims.name = wanted.name;
  claims.grants = wanted.grants;
  claims.expires = portal.loop.wall_now() + wanted.lifetime;
  DD_CO_TRY(auto keys, co_await portal.tenant_store.keys_of(tenant));
  DD_CO_TRY(auto token, trust::issue_with(keys, claims, portal.loop.wall_now()));
  OrderedJson json = OrderedJson::object();
  // Behind "#", so that the token reaches no server's log.
  const std::string page = wanted.meeting.empty() ? std::string("/") : "/m/" + percent_encoded(wanted.meeting, false);
  json["link"] = portal.settings.public_url + page + "#token=" + token;
  json["token"] = std::move(token);
  json["expires"] = milliseconds(claims.expires);
  co_return json_response(json);
}

constexpr Route admin_route(std::string_view method, std::string_view path, Guard guard, std::string_view operation, Handler handler,
                            std::string_view summary, std::string_view request, std::string_view response,
                            std::string_view description = {}, std::string_view query = {}) {
  return Route{method, path, guard, handler, "administration", operation, summary, request, response, description, query};
}

constexpr std::array kAdminRoutes{
    admin_route("GET", "/api/admin/servers", Guard::kOperator, "listServers", &list_servers, "The media servers", "", "Servers"),
    admin_route("GET", "/api/admin/load", Guard::kOperator, "getLoad", &load_history, "What the servers had to do", "", "Load",
                "Samples of this process's memory, at most a day; a point is the greatest of what it stands for.", "minutes"),
    admin_route("GET", "/api/admin/meetings", Guard::kAdmin, "listMeetings", &list_meetings, "The meetings", "", "Meetings", "",
                "tenant limit cursor"),
    admin_route("GET", "/api/admin/meetings/{meetingId}", Guard::kAdmin, "getMeeting", &get_meeting, "A meeting and who is in it", "",
                "Meeting", "", "tenant"),
    admin_route("DELETE", "/api/admin/meetings/{meetingId}", Guard::kAdmin, "endThisMeeting", &end_this_meeting, "End a meeting for all",
                "", "Nothing", "", "tenant"),
    admin_route("GET", "/api/admin/usage", Guard::kAdmin, "getUsage", &usage, "What was used, by tenant, day and meter", "", "Usage",
                "format=csv answers the same as text/csv.", "tenant from to format"),
    admin_route("GET", "/api/admin/tenants/{tenantId}/usage", Guard::kAdmin, "getTenantUsage", &tenant_usage, "What a tenant used", "",
                "Usage", "format=csv answers the same as text/csv.", "from to format"),
    admin_route("POST", "/api/admin/tokens", Guard::kAdmin, "makeToken", &make_token, "Make a token, and a link with it", "NewToken",
                "Token"),
};

}  // namespace

std::span<const Route> admin_routes() { return kAdminRoutes; }

}  // namespace dd::portal
