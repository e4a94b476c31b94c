// SPDX-License-Identifier: MIT
#include <array>
#include <charconv>
#include <fmt/format.h>

#include "control/scoped_ids.hpp"
#include "portal/route.hpp"

namespace dd::portal {
namespace {

using api::HttpRequest;
using api::HttpResponse;
using api::Json;
using api::OrderedJson;

// What a media server may say to our caller about a file. Names are literals: an HttpResponse keeps views of them.
constexpr std::array<std::string_view, 6> kPassedHeaders{"ETag",          "Cache-Control", "Accept-Ranges",
                                                         "Content-Range", "Retry-After",   "Location"};
constexpr std::array<std::string_view, 3> kPassedRequestHeaders{"range", "if-range", "if-none-match"};

bool same_header(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

// The server's own identity headers and CORS stay behind; ours are put on at the end.
void keep_passed_headers(HttpResponse& response) {
  std::vector<std::pair<std::string_view, std::string>> kept;
  for (auto& [name, value] : response.headers) {
    for (const std::string_view passed : kPassedHeaders) {
      if (same_header(name, passed)) kept.emplace_back(passed, std::move(value));
    }
  }
  kept.emplace_back("X-Content-Type-Options", "nosniff");
  // What people recorded is never a page of ours.
  kept.emplace_back("Content-Security-Policy", "default-src 'none'; sandbox");
  response.headers = std::move(kept);
}

Error no_recording() { return make_error(Errc::kNotFound, "there is no such recording"); }

bool is_theirs(const Caller& caller, const RecordingHome& home) {
  if (caller.operates() || caller.kind == Caller::Kind::kTicket) return true;
  const trust::Claims& claims = caller.claims;
  if (claims.tenant != home.tenant) return false;
  return claims.meeting.empty() || control::scoped_meeting(claims.tenant, claims.meeting.str()) == home.meeting;
}

// Found, and the caller's: somebody else's is not even confirmed to exist.
Task<Result<RecordingHome>> their_home(Context& portal, Caller caller, RecordingId recording) {
  DD_CO_TRY(auto home, co_await portal.recordings.find(std::move(recording)));
  if (!is_theirs(caller, home)) co_return no_recording();
  co_return home;
}

// Meetings as people wrote them.
void show_outer_meeting(Json& entry) {
  const auto meeting = entry.find("meetingId");
  if (meeting == entry.end() || !meeting->is_string()) return;
  const MeetingId scoped(meeting->get<std::string>());
  *meeting = std::string(control::outer(scoped));
}

Answer list_recordings(Call call) {
  Context& portal = call.portal;
  DD_CO_TRY(auto query, parse_recordings_query(call.request));
  const trust::Claims& claims = call.caller.claims;
  if (!call.caller.operates()) {
    if (query.tenant && *query.tenant != claims.tenant) co_return not_granted("the token is another tenant's");
    query.tenant = claims.tenant;
  }
  const TenantId tenant = query.tenant.value_or(kDefaultTenant);
  if (query.meeting) query.meeting = control::scoped_meeting(tenant, query.meeting->str());
  if (!call.caller.operates() && !claims.meeting.empty()) {
    const MeetingId own = control::scoped_meeting(tenant, claims.meeting.str());
    if (query.meeting && *query.meeting != own) co_return not_granted("the token is for another meeting");
    query.meeting = own;
  }
  DD_CO_TRY(auto page, co_await portal.recordings.list(std::move(query)));
  for (auto& entry : page.recordings) show_outer_meeting(entry);
  Json json = Json::object();
  json["recordings"] = std::move(page.recordings);
  json["next"] = page.next.empty() ? Json(nullptr) : Json(page.next);
  json["missingServers"] = page.missing_servers;
  co_return text_response(text_of(json));
}

// A recording that is gone is looked for anew the next time; one whose server is away keeps its place.
Task<Result<HttpResponse>> forwarded(Context& portal, RecordingId recording, ContainerId server, HttpRequest request) {
  auto response = co_await portal.fleet.forward(std::move(server), std::move(request));
  if (response && response->status == 404) portal.recordings.forget(recording);
  if (response) keep_passed_headers(*response);
  co_return response;
}

HttpRequest to_media(const HttpRequest& request, std::string method, const RecordingId& recording, std::string_view rest) {
  HttpRequest out;
  out.method = std::move(method);
  out.target = fmt::format("/v1/recordings/{}{}", percent_encoded(recording.str(), false), rest);
  out.id = request.id;
  for (const std::string_view name : kPassedRequestHeaders) {
    if (const auto value = request.header(name)) out.headers.emplace_back(std::string(name), std::string(*value));
  }
  return out;
}

Answer get_recording(Call call) {
  DD_CO_TRY(auto recording, parse_id<RecordingId>("recordingId", call.parameters[0]));
  DD_CO_TRY(auto home, co_await their_home(call.portal, call.caller, recording));
  HttpRequest request = to_media({}, "GET", recording, "");
  DD_CO_TRY(auto response, co_await forwarded(call.portal, recording, home.server, std::move(request)));
  if (response.status != 200) co_return std::move(response);
  DD_CO_TRY(auto text, co_await read_body(call.portal.loop, std::move(response), 8U << 20U));
  DD_CO_TRY(auto parsed, api::parse_json(text));
  if (parsed.root.is_object()) show_outer_meeting(parsed.root);
  co_return text_response(text_of(parsed.root));
}

Answer pass_on(Call call, std::string method, std::string rest) {
  DD_CO_TRY(auto recording, parse_id<RecordingId>("recordingId", call.parameters[0]));
  DD_CO_TRY(auto home, co_await their_home(call.portal, call.caller, recording));
  HttpRequest request = to_media(call.request, std::move(method), recording, rest);
  request.body = std::move(call.request.body);
  auto response = co_await forwarded(call.portal, recording, home.server, std::move(request));
  co_return response;
}

Answer get_manifest(Call call) { return pass_on(std::move(call), "GET", "/manifest"); }

Answer download_file(Call call) {
  std::string method = call.request.method;
  std::string rest = "/files/" + percent_encoded(call.parameters[1], true);
  return pass_on(std::move(call), std::move(method), std::move(rest));
}

Answer compose_recording(Call call) { return pass_on(std::move(call), "POST", "/compose"); }

Answer delete_recording(Call call) {
  DD_CO_TRY(auto recording, parse_id<RecordingId>("recordingId", call.parameters[0]));
  Recordings& recordings = call.portal.recordings;
  auto response = co_await pass_on(std::move(call), "DELETE", "");
  if (response && response->status == 200) recordings.forget(recording);
  co_return response;
}

Answer make_ticket(Call call) {
  Context& portal = call.portal;
  DD_CO_TRY(auto recording, parse_id<RecordingId>("recordingId", call.parameters[0]));
  DD_CO_TRY_VOID(co_await their_home(portal, call.caller, recording));
  const WallTime expires = portal.loop.wall_now() + kTicketLife;
  const std::string ticket = portal.tickets.issue(recording, expires);
  OrderedJson json = OrderedJson::object();
  json["ticket"] = ticket;
  json["expires"] = rfc3339(expires);
  json["manifest"] = fmt::format("/api/recordings/{}/manifest?access={}", percent_encoded(recording.str(), false), ticket);
  json["files"] = fmt::format("/api/recordings/{}/files/", percent_encoded(recording.str(), false));
  co_return json_response(json);
}

constexpr Route recording_route(std::string_view method, std::string_view path, Guard guard, std::string_view operation, Handler handler,
                                std::string_view summary, std::string_view request, std::string_view response,
                                std::string_view description = {}, std::string_view query = {}, int success = 200) {
  return Route{method, path, guard, handler, "recordings", operation, summary, request, response, description, query, success};
}

constexpr std::array kPortalRecordingRoutes{
    recording_route("GET", "/api/recordings", Guard::kRecordings, "listRecordings", &list_recordings,
                    "The recordings of all media servers, newest first", "", "Recordings",
                    "missingServers counts servers that are alive and did not answer; what they keep is not in the page.",
                    "meetingId state limit cursor tenant"),
    recording_route("GET", "/api/recordings/{recordingId}", Guard::kRecordings, "getRecording", &get_recording,
                    "One recording, its files and what is being made of it", "", "Recording"),
    recording_route("DELETE", "/api/recordings/{recordingId}", Guard::kRecordings, "deleteRecording", &delete_recording,
                    "Remove a recording and its files", "", "RecordingRef", "409 while it is being recorded, composed or uploaded."),
    recording_route("GET", "/api/recordings/{recordingId}/manifest", Guard::kRecording, "getRecordingManifest", &get_manifest,
                    "Its manifest.json as it stands now", "", "RecordingManifest", "", "access"),
    recording_route("GET", "/api/recordings/{recordingId}/files/{file...}", Guard::kRecording, "downloadRecordingFile", &download_file,
                    "One of its files, or a range of it", "", "", "HEAD and Range work, too.", "access"),
    recording_route("POST", "/api/recordings/{recordingId}/ticket", Guard::kRecordings, "makeRecordingTicket", &make_ticket,
                    "A link to its files for an hour, without a token", "", "RecordingTicket",
                    "It goes as `access` into the query of manifest and files."),
    recording_route("POST", "/api/recordings/{recordingId}/compose", Guard::kRecordings, "composeRecording", &compose_recording,
                    "Make a programme of it, once more", "ComposeRecording", "RecordingJob", "", "", 202),
};

}  // namespace

std::span<const Route> recording_routes() { return kPortalRecordingRoutes; }

Result<RecordingQuery> parse_recordings_query(const HttpRequest& request) {
  RecordingQuery query;
  if (const auto tenant = request.query_parameter("tenant"); tenant && !tenant->empty()) {
    DD_TRY(auto checked, control::checked_outer_id("tenant", *tenant));
    query.tenant = TenantId(std::move(checked));
  }
  if (const auto meeting = request.query_parameter("meetingId"); meeting && !meeting->empty()) {
    DD_TRY(auto checked, control::checked_outer_id("meetingId", *meeting));
    query.meeting = MeetingId(std::move(checked));
  }
  query.state = request.query_parameter("state").value_or("");
  if (!query.state.empty() && query.state != "recording" && query.state != "interrupted" && query.state != "complete") {
    return invalid_field("state", "state must be recording, interrupted or complete");
  }
  if (const auto limit = request.query_parameter("limit"); limit && !limit->empty()) {
    const auto [end, error] = std::from_chars(limit->data(), limit->data() + limit->size(), query.limit);
    if (error != std::errc{} || end != limit->data() + limit->size() || query.limit < 1 || query.limit > 200) {
      return invalid_field("limit", "limit must be a whole number from 1 to 200");
    }
  }
  query.cursor = request.query_parameter("cursor").value_or("");
  const bool placed = query.cursor.empty() || query.cursor.find('~') != std::string::npos;
  if (query.cursor.size() > 256 || !placed) return invalid_field("cursor", "cursor is no `next` of a page");
  return query;
}

}  // namespace dd::portal
