// SPDX-License-Identifier: MIT
#include "portal/portal.hpp"

#include <fmt/format.h>
#include <map>

#include "api/envelope.hpp"
#include "api/error_mapping.hpp"
#include "api/path_table.hpp"
#include "observe/log.hpp"
#include "portal/callers.hpp"
#include "portal/kendra.hpp"
#include "portal/route.hpp"
#include "portal/web_pages.hpp"

namespace dd::portal {
namespace {

using api::HttpRequest;
using api::HttpResponse;

constexpr std::chrono::seconds kLookInterval{1};

bool is_kendras(std::string_view path) { return path.starts_with("/v1/"); }

bool says_json(const HttpRequest& request) {
  const auto type = request.header("content-type");
  if (!type) return false;
  std::string_view media = type->substr(0, type->find(';'));
  while (media.ends_with(' ')) media.remove_suffix(1);
  return lower_case(media) == "application/json";
}

HttpResponse refused_call(const Route& route, std::string_view id, const Error& error) {
  if (error.code == Errc::kInternal) {
    observe::log_error("request_failed", {{"route", route.path}, {"request", id}, {"error", error.message}});
  } else {
    observe::log_debug("request_refused", {{"route", route.path}, {"request", id}, {"code", to_string(error.code)}});
  }
  HttpResponse response = route.guard == Guard::kKendra ? kendra_error(error) : api::error_response(error);
  if (error.code == Errc::kUnauthorized) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace

struct Portal::State {
  State(Loop& loop, control::Meetings& meetings, control::Tenants& tenants, control::RecordingQuota& recording_quota,
        control::TenantStore& tenant_store, control::ControlStore& store, control::Fleet& fleet, control::SignalBus& bus,
        observe::Metrics& metrics, PortalSettings settings)
      : context{loop,
                meetings,
                tenants,
                recording_quota,
                tenant_store,
                store,
                fleet,
                bus,
                metrics,
                settings,
                control::ServerWatch(settings.heartbeat_limit, kLookInterval),
                Recordings(loop, context.servers, fleet),
                LoadHistory(),
                Tickets(settings.api_key)},
        envelope(loop, metrics, settings.cors_origin, "GET, HEAD, POST, PUT, DELETE, OPTIONS"),
        pages(WebPages::load(settings.web_app_folder, settings.swagger_ui_folder)) {
    for (const auto table : {kendra_routes(), recording_routes(), admin_routes(), tenant_routes(), page_routes()}) {
      routes.add(table);
      // The media API has paths of the same names in the same process; their metrics stay apart.
      for (const Route& route : table) names.try_emplace(route.path, fmt::format("portal:{}", route.path));
    }
  }

  Task<HttpResponse> answer(HttpRequest request, std::string_view& name);
  Task<HttpResponse> call(const Route* route, std::vector<std::string> parameters, HttpRequest request);
  Result<bool> has_ticket(const Route& route, const std::vector<std::string>& parameters, const HttpRequest& request);
  void look();

  Context context;
  api::Envelope envelope;
  WebPages pages;
  std::unique_ptr<Callers> callers;
  api::PathTable<Route> routes;
  std::map<std::string_view, std::string> names;
  Timer looking;
  MonotonicTime sampled{};
};

Portal::Portal(std::unique_ptr<State> state) : state_(std::move(state)) {}
Portal::~Portal() = default;

Result<std::unique_ptr<Portal>> Portal::open(Loop& loop, control::Meetings& meetings, control::Tenants& tenants,
                                             control::RecordingQuota& recording_quota, control::TenantStore& tenant_store,
                                             control::ControlStore& store, control::Fleet& fleet, control::SignalBus& bus,
                                             observe::Metrics& metrics, PortalSettings settings) {
  DD_TRY(auto callers, Callers::open(loop, tenants, metrics, settings));
  auto state =
      std::make_unique<State>(loop, meetings, tenants, recording_quota, tenant_store, store, fleet, bus, metrics, std::move(settings));
  state->callers = std::move(callers);
  return std::unique_ptr<Portal>(new Portal(std::move(state)));
}

void Portal::start() { state_->look(); }

void Portal::State::look() {
  Loop& loop = context.loop;
  // While the store is away the servers' heartbeats cannot be seen; that is no silence of theirs.
  if (context.store.available()) context.servers.update(context.meetings.servers(), loop.now(), loop.wall_now());
  if (sampled == MonotonicTime{} || loop.now() - sampled >= context.load.settings().interval) {
    sampled = loop.now();
    std::vector<control::ServerRecord> living;
    for (const auto& server : context.servers.servers()) {
      if (context.servers.living(server.server, loop.now())) living.push_back(server);
    }
    context.load.add(loop.wall_now(), living);
  }
  looking = loop.after(kLookInterval, [this] { look(); });
}

// Suspends only in call(): `name` is set before.
Task<HttpResponse> Portal::State::answer(HttpRequest request, std::string_view& name) {
  const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
  auto match = routes.find(method, request.path());
  if (!match.path.empty()) name = names.find(match.path)->second;
  if (match.route != nullptr) {
    HttpResponse response = co_await call(match.route, std::move(match.parameters), std::move(request));
    co_return response;
  }
  if (match.path.empty()) {
    name = "portal:unknown";
    if (method == "GET") {
      if (auto page = pages.find(request, name)) co_return std::move(*page);
    }
    if (is_kendras(request.path())) co_return kendra_refusal(404, "Not Found");
    if (request.path() == "/signaling") {
      HttpResponse upgrade = api::refusal(426, "upgrade_required", "signaling is a WebSocket");
      upgrade.headers.emplace_back("Upgrade", "websocket");
      co_return upgrade;
    }
    co_return api::refusal(404, "not_found", "there is nothing at this path; /openapi.json names every route");
  }
  HttpResponse wrong = is_kendras(request.path()) ? kendra_refusal(405, "Method Not Allowed")
                                                  : api::refusal(405, "method_not_allowed", "this path takes other methods, see Allow");
  wrong.headers.emplace_back("Allow", std::move(match.allowed));
  co_return wrong;
}

// True when the request has a ticket of its recording; an error when what it has is none.
Result<bool> Portal::State::has_ticket(const Route& route, const std::vector<std::string>& parameters, const HttpRequest& request) {
  if (route.guard != Guard::kRecording) return false;
  const auto ticket = request.query_parameter("access");
  if (!ticket) return false;
  DD_TRY_VOID(callers->may_try(request.peer));
  auto checked = context.tickets.check(*ticket, RecordingId(parameters[0]), context.loop.wall_now());
  if (checked) return true;
  callers->count_failure(request.peer);
  return Error(std::move(checked.error()));
}

Task<HttpResponse> Portal::State::call(const Route* route, std::vector<std::string> parameters, HttpRequest request) {
  const std::string id = request.id;
  Caller caller;
  auto ticket = has_ticket(*route, parameters, request);
  if (!ticket) co_return refused_call(*route, id, ticket.error());
  if (*ticket) {
    caller.kind = Caller::Kind::kTicket;
  } else {
    auto identified = co_await callers->identify(request, route->guard);
    if (!identified) co_return refused_call(*route, id, identified.error());
    caller = std::move(*identified);
  }
  Call made{context, std::move(request), std::move(parameters), {}, std::move(caller)};
  const bool has_body = made.request.method == "POST" || made.request.method == "PUT";
  if (route->guard == Guard::kKendra && !says_json(made.request)) {
    co_return kendra_refusal(415, "only application/json content type is supported");
  }
  if (has_body) {
    // An empty body says as much as an empty object: a ticket wants neither.
    const bool empty = made.request.body.empty() && route->guard != Guard::kKendra;
    auto parsed = api::parse_json(empty ? std::string_view("{}") : std::string_view(made.request.body));
    if (!parsed) co_return refused_call(*route, id, parsed.error());
    made.body = std::move(*parsed);
  }
  auto answered = co_await route->handler(std::move(made));
  if (!answered) co_return refused_call(*route, id, answered.error());
  co_return std::move(*answered);
}

Task<HttpResponse> Portal::handle(HttpRequest request) {
  State* state = state_.get();
  api::Envelope::Answer answer = [state](HttpRequest received, std::string_view& name) { return state->answer(std::move(received), name); };
  return state->envelope.exchange(std::move(request), std::move(answer));
}

HttpResponse Portal::refuse(int status, std::string_view code, std::string_view message, std::string_view reason) {
  return state_->envelope.refuse(status, code, message, reason);
}

}  // namespace dd::portal
