// SPDX-License-Identifier: MIT
#include "app/server.hpp"

#include <csignal>
#include <fmt/format.h>
#include <unistd.h>

#include "api/application.hpp"
#include "api/event_stream.hpp"
#include "app/keeping.hpp"
#include "app/loop_lag.hpp"
#include "app/recording_desk.hpp"
#include "app/server_settings.hpp"
#include "app/shutdown.hpp"
#include "app/signals.hpp"
#include "app/vital_signs.hpp"
#include "base/asio_loop.hpp"
#include "base/version.hpp"
#include "media/engine.hpp"
#include "media/recording_taps.hpp"
#include "meeting/host.hpp"
#include "net/http_server.hpp"
#include "net/otlp_push.hpp"
#include "net/user_session_post.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "store/store.hpp"
#include "studio/studio.hpp"

namespace dd::app {
namespace {

using namespace std::chrono_literals;

// An embedded database answers at once; one on the network may come up after us, and then we register when it does.
constexpr auto kFirstLookAtDatabase = 5s;
constexpr auto kLastReports = 1s;

}  // namespace

// In the order of construction; destroyed in reverse.
struct Server::Parts {
  explicit Parts(config::Settings configuration)
      : settings(std::move(configuration)), container(container_id(settings, started)), events(loop, metrics), lag(loop, metrics) {}

  Task<Result<void>> start();
  Task<Result<void>> open_store();
  void on_signal(int signal);
  Task<void> stop(Patience patience);
  void say_where_to_go() const;

  config::Settings settings;
  TerminationSignals signals;
  observe::Metrics metrics;
  AsioLoop loop;
  WallTime started = loop.wall_now();
  ContainerId container;
  api::EventStream events;
  LoopLag lag;
  std::unique_ptr<net::OtlpPush> otlp;
  std::unique_ptr<net::UserSessionPost> user_sessions;
  std::unique_ptr<media::Engine> engine;
  std::unique_ptr<media::RecordingTaps> taps;
  std::unique_ptr<Keeping> keeping;
  std::unique_ptr<studio::Studio> studio;
  std::unique_ptr<RecordingDesk> recording_desk;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<meeting::Host> host;
  std::unique_ptr<api::Application> application;
  std::unique_ptr<net::HttpServer> http;
  std::unique_ptr<VitalSigns> vital_signs;
  std::unique_ptr<Shutdown> shutdown;
  bool stopping = false;
  int exit_code = 0;
};

Task<Result<void>> Server::Parts::start() {
  if (!settings.otlp.endpoint.empty()) {
    net::OtlpPushSettings push{settings.otlp.endpoint, settings.otlp.interval, settings.otlp.timeout, std::string(kVersion)};
    DD_CO_TRY(otlp, net::OtlpPush::open(std::move(push), metrics, system_clock()));
  }
  if (!settings.user_sessions.endpoint.empty()) {
    net::UserSessionPostSettings post;
    post.endpoint = settings.user_sessions.endpoint;
    post.headers = settings.user_sessions.headers;
    post.queue = settings.user_sessions.queue;
    DD_CO_TRY(user_sessions, net::UserSessionPost::open(std::move(post), metrics, system_clock()));
  }

  engine = std::make_unique<media::Engine>(loop, metrics, engine_settings(settings));
  auto started_engine = co_await engine->start();
  if (!started_engine) co_return std::move(started_engine.error()).during("start the media workers");

  taps = std::make_unique<media::RecordingTaps>(*engine);
  DD_CO_TRY(keeping, Keeping::open(loop, metrics, settings, events));
  studio = std::make_unique<studio::Studio>(loop, metrics, studio_settings(settings), *taps, keeping->holds(), *keeping);
  studio->set_find([this](RecordingId recording) { return keeping->at_rest(std::move(recording)); });
  studio->on_recorded([this](const ProducerId& producer, bool recorded) {
    if (host) host->note_recorded(producer, recorded);
  });
  studio->on_finished([this](const RecordingId&) { keeping->nudge(); });
  co_await studio->open();
  keeping->start();

  DD_CO_TRY(auto database, store_settings(settings));
  store = std::make_unique<store::Store>(loop, std::move(database), metrics);
  host = std::make_unique<meeting::Host>(loop, host_settings(settings, container), *engine, *store, *studio, user_sessions.get());
  store->on_available([this] { host->store_recovered(); });
  auto opened = co_await open_store();
  if (!opened) co_return std::move(opened.error()).during("open the database");

  auto api = api_settings(settings);
  api.heartbeat_age = [this] { return store->heartbeat_age(); };
  DD_CO_TRY(application, api::Application::open(loop, *host, events, metrics, std::move(api)));
  recording_desk = std::make_unique<RecordingDesk>(*studio);
  application->serve_recordings(recording_desk.get(), &keeping->library());
  http = std::make_unique<net::HttpServer>(loop, *application, metrics, http_settings(settings));
  DD_CO_TRY_VOID(http->listen());

  vital_signs = std::make_unique<VitalSigns>(loop, *host, *store, metrics);
  vital_signs->start();
  lag.start();
  shutdown = std::make_unique<Shutdown>(loop, Shutdown::Parts{*host, *http, *studio, *engine, *store}, settings.limits.drain_deadline);
  co_return ok();
}

Task<Result<void>> Server::Parts::open_store() {
  std::vector<WorkerId> workers;
  for (const auto& worker : engine->workers()) workers.push_back(worker.id);
  auto row = server_row(settings, container, started, std::move(workers));

  auto available = co_await store->wait_until_available(kFirstLookAtDatabase);
  if (!available && settings.database.url.starts_with("sqlite:")) co_return std::move(available);
  auto registered = co_await store->register_server(std::move(row));
  // The heart goes on trying; until it succeeds /ready answers 503 and calls that need rows are refused.
  if (!registered) observe::log_warn("database_away_at_start", {{"reason", registered.error().message}});
  co_return ok();
}

void Server::Parts::on_signal(int signal) {
  if (stopping) {
    if (shutdown) shutdown->hurry();
    return;
  }
  stopping = true;
  // Ctrl-C is somebody at a keyboard who wants it gone; SIGTERM is an orchestrator that gives us time to drain.
  spawn(stop(signal == SIGINT ? Patience::kAtOnce : Patience::kDrain));
}

Task<void> Server::Parts::stop(Patience patience) {
  if (shutdown) {
    vital_signs->stop();
    co_await shutdown->run(patience);
  }
  loop.stop();
}

void Server::Parts::say_where_to_go() const {
  if (isatty(STDOUT_FILENO) == 0 && !settings.development) return;
  const auto origin = fmt::format("http://localhost:{}", http->port());
  fmt::print("\nDoordarshan Media Server\n\n");
  if (settings.development) fmt::print("  {:<22} {}/try/\n", "talk in two tabs", origin);
  fmt::print("  {:<22} {}\n  {:<22} {}/docs/\n  {:<22} {}/ready   {}/metrics\n\nCtrl-C stops it.\n", "media API", origin, "its pages",
             origin, "health", origin, origin);
  std::fflush(stdout);
}

Server::Server(config::Settings settings) : parts_(std::make_unique<Parts>(std::move(settings))) {}

Server::~Server() = default;

namespace {

Task<void> begin(Task<Result<void>> start, UniqueFunction<void(Result<void>)> then) {
  auto started = co_await std::move(start);
  then(std::move(started));
}

}  // namespace

int Server::run() {
  Parts& parts = *parts_;
  set_escaped_exception_handler([&parts](std::exception_ptr escaped) {
    parts.metrics.add(observe::Metric::kEscapedExceptions);
    try {
      std::rethrow_exception(escaped);
    } catch (const std::exception& error) {
      observe::log_error("exception_escaped", {{"what", error.what()}});
    } catch (...) {
      observe::log_error("exception_escaped");
    }
  });
  parts.loop.post([&parts] {
    parts.signals.watch(parts.loop, [&parts](int signal) { parts.on_signal(signal); });
    spawn(begin(parts.start(), [&parts](Result<void> started) {
      if (!started) {
        observe::log_error("start_failed", {{"reason", started.error().message}});
        fmt::print(stderr, "doordarshan: {}\n", started.error().message);
        parts.exit_code = 1;
        parts.loop.stop();
        return;
      }
      observe::log_info("started", {{"container", parts.container}, {"port", parts.http->port()}});
      parts.say_where_to_go();
    }));
  });
  parts.loop.run();
  parts.signals.stop_watching();
  if (parts.keeping) parts.keeping->close();
  if (parts.user_sessions) parts.user_sessions->close(kLastReports);
  if (parts.otlp) parts.otlp->close(kLastReports);
  return parts.exit_code;
}

}  // namespace dd::app
