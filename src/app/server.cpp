// SPDX-License-Identifier: MIT
#include "app/server.hpp"

#include <csignal>
#include <fmt/format.h>
#include <unistd.h>

#include "app/control_role.hpp"
#include "app/fleet_port.hpp"
#include "app/local_media.hpp"
#include "app/loop_lag.hpp"
#include "app/media_role.hpp"
#include "app/server_settings.hpp"
#include "app/signals.hpp"
#include "base/asio_loop.hpp"
#include "base/version.hpp"
#include "net/otlp_push.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "store/store.hpp"

namespace dd::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kLastPush = 1s;

}  // namespace

// In the order of construction; destroyed in reverse.
struct Server::Parts {
  explicit Parts(config::Settings configuration) : settings(std::move(configuration)), local(loop), lag(loop, metrics) {}

  Task<Result<void>> start();
  void on_signal(int signal);
  Task<void> stop(Patience patience);
  void say_where_to_go() const;

  bool carries_media() const { return settings.role != "control"; }
  bool controls() const { return settings.role != "media"; }

  config::Settings settings;
  TerminationSignals signals;
  observe::Metrics metrics;
  AsioLoop loop;
  WallTime started = loop.wall_now();
  LocalMedia local;
  LoopLag lag;
  std::unique_ptr<net::OtlpPush> otlp;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<MediaRole> media;
  std::unique_ptr<FleetPort> fleet;
  std::unique_ptr<ControlRole> control;
  bool stopping = false;
  int exit_code = 0;
};

Task<Result<void>> Server::Parts::start() {
  if (!settings.otlp.endpoint.empty()) {
    net::OtlpPushSettings push{settings.otlp.endpoint, settings.otlp.interval, settings.otlp.timeout, std::string(kVersion)};
    DD_CO_TRY(otlp, net::OtlpPush::open(std::move(push), metrics, system_clock()));
  }
  DD_CO_TRY(auto where, store_settings(settings));
  database = std::make_unique<store::Database>(loop, std::move(where), metrics);
  ContainerId own;
  if (carries_media()) {
    store = std::make_unique<store::Store>(*database);
    own = container_id(settings, started);
    media = std::make_unique<MediaRole>(loop, metrics, settings, own, *store, local);
    DD_CO_TRY_VOID(co_await media->start(started));
    local.serve(media->application());
  }
  if (controls()) {
    DD_CO_TRY(fleet, FleetPort::open(loop, fleet_settings(settings), own, carries_media() ? &local : nullptr));
    control = std::make_unique<ControlRole>(loop, metrics, settings, *database, *fleet);
    DD_CO_TRY_VOID(co_await control->start());
  }
  lag.start();
  co_return ok();
}

void Server::Parts::on_signal(int signal) {
  if (stopping) {
    if (media) media->hurry();
    return;
  }
  stopping = true;
  // Ctrl-C is somebody at a keyboard who wants it gone; SIGTERM is an orchestrator that gives us time to drain.
  spawn(stop(signal == SIGINT ? Patience::kAtOnce : Patience::kDrain));
}

Task<void> Server::Parts::stop(Patience patience) {
  // Whoever is in a meeting here is told by signaling while the media drains, and moved if there is anywhere to move to.
  if (media) co_await media->stop(patience);
  if (control) co_await control->stop();
  loop.stop();
}

void Server::Parts::say_where_to_go() const {
  if (isatty(STDOUT_FILENO) == 0 && !settings.development) return;
  const auto line = [](std::string_view what, std::string_view where) { fmt::print("  {:<22} {}\n", what, where); };
  fmt::print("\nDoordarshan Media Server\n\n");
  if (control) {
    if (const auto& links = control->links()) {
      line("open in two windows", links->meeting);
      line("servers and tenants", links->operator_page);
    }
    line("web app", settings.control.public_url);
  }
  if (media) {
    const auto origin = fmt::format("{}://localhost:{}", settings.tls.certificate.empty() ? "http" : "https", media->port());
    line("media API", origin + "/docs/");
    line("health, metrics", origin + "/ready   " + origin + "/metrics");
  }
  fmt::print("\nCtrl-C stops it.\n");
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
      observe::log_info("started", {{"role", parts.settings.role},
                                    {"media_port", parts.media ? parts.media->port() : 0},
                                    {"control_port", parts.control ? parts.control->port() : 0}});
      parts.say_where_to_go();
    }));
  });
  parts.loop.run();
  parts.signals.stop_watching();
  if (parts.media) parts.media->close();
  if (parts.otlp) parts.otlp->close(kLastPush);
  return parts.exit_code;
}

}  // namespace dd::app
