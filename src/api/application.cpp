// SPDX-License-Identifier: MIT
#include "api/application.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "api/access.hpp"
#include "api/envelope.hpp"
#include "api/error_mapping.hpp"
#include "api/media_answers.hpp"
#include "api/openapi.hpp"
#include "api/pages.hpp"
#include "api/router.hpp"
#include "api/static_files.hpp"
#include "observe/log.hpp"

namespace dd::api {
namespace {

using observe::Metric;

constexpr std::string_view kDocs = "/docs/";
constexpr std::string_view kTry = "/try/";

// Names of metrics' labels and log fields: never what the caller wrote.
struct Chosen {
  const Route* route = nullptr;  // an API call
  std::vector<std::string> parameters;
  const StaticFiles* files = nullptr;  // or a page of these
  std::string file;                    // copied: the request moves on while this is kept
  std::string_view name = "unknown";
  HttpResponse refusal;  // or neither
};

}  // namespace

struct Application::State {
  State(Loop& home, meeting::Host& meetings, EventStream& stream, observe::Metrics& counts, Settings chosen)
      : loop(home),
        host(meetings),
        events(stream),
        metrics(counts),
        settings(std::move(chosen)),
        envelope(home, counts, settings.cors_origin) {}

  Chosen choose(const HttpRequest& request, bool head) const;
  HttpResponse page(const Route& route, const HttpRequest& request);
  HttpResponse open_events(const HttpRequest& request);
  Task<HttpResponse> answer(Chosen chosen, HttpRequest request);
  Task<HttpResponse> call(const Route& route, std::string body, std::string id);
  Task<HttpResponse> call_recording(const Route& route, std::vector<std::string> parameters, HttpRequest request);
  static HttpResponse refused(const Route& route, std::string_view id, const Error& error);

  Loop& loop;
  meeting::Host& host;
  EventStream& events;
  observe::Metrics& metrics;
  Settings settings;
  Envelope envelope;
  AccessRule access;
  Router router;
  RecordingControl* recording_control = nullptr;
  recording::Library* library = nullptr;
  StaticFiles docs;
  StaticFiles trial;
  std::shared_ptr<const std::string> openapi;
};

Application::Application(std::unique_ptr<State> state) : state_(std::move(state)) {}
Application::~Application() = default;

Result<std::unique_ptr<Application>> Application::open(Loop& loop, meeting::Host& host, EventStream& events, observe::Metrics& metrics,
                                                       Settings settings) {
  auto state = std::make_unique<State>(loop, host, events, metrics, std::move(settings));
  DD_TRY(state->access, AccessRule::open(state->settings.api_key, state->settings.allowed_networks));
  events.set_max_clients(state->settings.max_event_clients);
  for (const auto table : {media_routes(), extension_routes(), recording_routes(), server_routes()}) state->router.add(table);
  state->openapi = std::make_shared<const std::string>(openapi_text(state->settings.version));
  state->docs = load_docs(state->settings.swagger_ui_folder);
  if (state->settings.development && !state->settings.try_folder.empty()) state->trial = load_trial(state->settings.try_folder);
  return std::unique_ptr<Application>(new Application(std::move(state)));
}

void Application::serve_recordings(RecordingControl* control, recording::Library* library) {
  state_->recording_control = control;
  state_->library = library;
}

Chosen Application::State::choose(const HttpRequest& request, bool head) const {
  Chosen chosen;
  const std::string_view path = request.path();
  const std::string_view method = head ? std::string_view("GET") : std::string_view(request.method);
  auto match = router.find(method, path);
  if (!match.path.empty()) chosen.name = match.path;
  if (match.route != nullptr) {
    chosen.route = match.route;
    chosen.parameters = std::move(match.parameters);
    return chosen;
  }
  std::string allowed = std::move(match.allowed);
  for (const auto& [prefix, files, name] :
       {std::tuple{kDocs, &docs, std::string_view("/docs/*")}, std::tuple{kTry, &trial, std::string_view("/try/*")}}) {
    if (files->empty()) continue;
    if (!path.starts_with(prefix) && path != prefix.substr(0, prefix.size() - 1)) continue;
    chosen.name = name;
    if (method == "GET") {
      chosen.files = files;
      chosen.file = path.substr(std::min(path.size(), prefix.size()));
      return chosen;
    }
    allowed = "GET, HEAD, OPTIONS";
  }
  if (allowed.empty()) {
    chosen.refusal = refusal(404, "not_found", "there is nothing at this path; /openapi.json names every route");
  } else {
    chosen.refusal = refusal(405, "method_not_allowed", "this path takes other methods, see Allow");
    chosen.refusal.headers.emplace_back("Allow", std::move(allowed));
  }
  return chosen;
}

HttpResponse Application::State::page(const Route& route, const HttpRequest& request) {
  switch (route.page) {
    case Page::kWelcome: return welcome_page();
    case Page::kHealth: return health_page();
    case Page::kReady: {
      const auto age = settings.heartbeat_age ? settings.heartbeat_age() : std::optional<Duration>{Duration{0}};
      return ready_page(host.status(), age, settings.heartbeat_limit);
    }
    case Page::kMetrics: {
      HttpResponse response;
      response.content_type = "text/plain; version=0.0.4; charset=utf-8";
      response.body = metrics.exposition();
      return response;
    }
    case Page::kOpenApi: {
      HttpResponse response;
      response.shared_body = openapi;
      return response;
    }
    case Page::kServer: {
      HttpResponse response;
      response.body = to_text(server_answer(host.status(), settings.version));
      return response;
    }
    case Page::kEvents: return open_events(request);
    case Page::kProfile: return refusal(410, "gone", "profiling is not offered over HTTP; use perf on the machine");
    case Page::kNone: break;
  }
  return refusal(404, "not_found", "there is nothing at this path");
}

HttpResponse Application::State::open_events(const HttpRequest& request) {
  std::string last_id;
  if (const auto header = request.header("last-event-id")) {
    last_id = *header;
  } else {
    last_id = request.query_parameter("lastEventId").value_or("");
  }
  MeetingId meeting;
  if (const auto wanted = request.query_parameter("meetingId"); wanted && !wanted->empty()) {
    auto parsed = parse_id<MeetingId>("meetingId", *wanted);
    if (!parsed) return error_response(parsed.error());
    meeting = std::move(*parsed);
  }
  auto stream = events.open(last_id, std::move(meeting));
  if (!stream) return error_response(stream.error());
  HttpResponse response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Accel-Buffering", "no");  // nginx would hold events back otherwise
  response.stream = std::move(*stream);
  return response;
}

Task<HttpResponse> Application::State::call(const Route& route, std::string body, std::string id) {
  auto parsed = parse_json(body);
  if (!parsed) co_return error_response(parsed.error());
  std::string{}.swap(body);
  auto answer = co_await route.handler(host, std::move(*parsed));
  if (!answer) co_return refused(route, id, answer.error());
  HttpResponse response;
  response.body = std::move(*answer);
  co_return response;
}

Task<HttpResponse> Application::State::call_recording(const Route& route, std::vector<std::string> parameters, HttpRequest request) {
  const std::string id = request.id;
  RecordingCall made{loop, recording_control, library, std::move(request), std::move(parameters), {}};
  if (route.method == "POST") {
    auto parsed = parse_json(made.request.body);
    if (!parsed) co_return error_response(parsed.error());
    made.body = std::move(*parsed);
  }
  auto answer = co_await route.recording(std::move(made));
  if (!answer) co_return refused(route, id, answer.error());
  co_return std::move(*answer);
}

HttpResponse Application::State::refused(const Route& route, std::string_view id, const Error& error) {
  if (error.code == Errc::kInternal) {
    observe::log_error("request_failed", {{"route", route.path}, {"request", id}, {"error", error.message}});
  } else {
    observe::log_debug("request_refused",
                       {{"route", route.path}, {"request", id}, {"code", to_string(error.code)}, {"error", error.message}});
  }
  return error_response(error);
}

Task<HttpResponse> Application::State::answer(Chosen chosen, HttpRequest request) {
  if (chosen.route == nullptr) {
    if (chosen.files == nullptr) co_return std::move(chosen.refusal);
    co_return file_page(*chosen.files, chosen.file, request);
  }
  const Route& route = *chosen.route;
  const auto verdict = route.access == Access::kKeyed && !request.internal ? access.judge(request) : AccessRule::Verdict::kAllowed;
  if (verdict == AccessRule::Verdict::kNeedsKey) {
    metrics.add(Metric::kHttpRejected, {"unauthenticated"});
    HttpResponse response = refusal(401, "unauthenticated", "this call needs an API key");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    co_return response;
  }
  if (verdict == AccessRule::Verdict::kForbidden) {
    metrics.add(Metric::kHttpRejected, {"network"});
    co_return error_response(make_error(Errc::kForbidden, "callers from this network are not let in"));
  }
  if (route.recording != nullptr) {
    HttpResponse response = co_await call_recording(route, std::move(chosen.parameters), std::move(request));
    co_return response;
  }
  if (route.handler == nullptr) co_return page(route, request);
  HttpResponse response = co_await call(route, std::move(request.body), std::move(request.id));
  co_return response;
}

Task<HttpResponse> Application::handle(HttpRequest request) {
  State* state = state_.get();
  Envelope::Answer answer = [state](HttpRequest received, std::string_view& name) {
    Chosen chosen = state->choose(received, received.method == "HEAD");
    name = chosen.name;
    return state->answer(std::move(chosen), std::move(received));
  };
  return state->envelope.exchange(std::move(request), std::move(answer));
}

HttpResponse Application::refuse(int status, std::string_view code, std::string_view message, std::string_view reason) {
  return state_->envelope.refuse(status, code, message, reason);
}

}  // namespace dd::api
