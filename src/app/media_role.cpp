// SPDX-License-Identifier: MIT
#include "app/media_role.hpp"

#include <utility>

#include "app/keeping.hpp"
#include "app/recording_desk.hpp"
#include "app/server_settings.hpp"
#include "app/vital_signs.hpp"
#include "media/engine.hpp"
#include "media/recording_taps.hpp"
#include "meeting/host.hpp"
#include "net/http_server.hpp"
#include "net/user_session_post.hpp"
#include "observe/log.hpp"
#include "studio/studio.hpp"

namespace dd::app {
namespace {

using namespace std::chrono_literals;

// An embedded database answers at once; one on the network may come up after us, and then we register when it does.
constexpr auto kFirstLookAtDatabase = 5s;
constexpr auto kLastReports = 1s;

// The event stream and whoever else wants to know, in this order: what the stream refuses nobody else may rely on.
class Both final : public meeting::EventSink {
 public:
  Both(meeting::EventSink& first, meeting::EventSink& second) : first_(first), second_(second) {}
  void on_event(const meeting::Event& event) override {
    first_.on_event(event);
    second_.on_event(event);
  }

 private:
  meeting::EventSink& first_;
  meeting::EventSink& second_;
};

}  // namespace

// In the order of construction; destroyed in reverse.
struct MediaRole::Parts {
  Parts(AsioLoop& home, observe::Metrics& counts, const config::Settings& chosen, ContainerId id, store::Store& rows,
        meeting::EventSink& listener)
      : loop(home),
        metrics(counts),
        settings(chosen),
        container(std::move(id)),
        store(rows),
        events(home, counts),
        told(events, listener) {}

  Task<Result<void>> open_store(WallTime started);

  AsioLoop& loop;
  observe::Metrics& metrics;
  const config::Settings& settings;
  ContainerId container;
  store::Store& store;
  api::EventStream events;
  Both told;
  std::unique_ptr<net::UserSessionPost> user_sessions;
  std::unique_ptr<media::Engine> engine;
  std::unique_ptr<media::RecordingTaps> taps;
  std::unique_ptr<Keeping> keeping;
  std::unique_ptr<studio::Studio> studio;
  std::unique_ptr<RecordingDesk> recording_desk;
  std::unique_ptr<meeting::Host> host;
  std::unique_ptr<api::Application> application;
  std::unique_ptr<net::HttpServer> http;
  std::unique_ptr<VitalSigns> vital_signs;
  std::unique_ptr<Shutdown> shutdown;
};

MediaRole::MediaRole(AsioLoop& loop, observe::Metrics& metrics, const config::Settings& settings, ContainerId container,
                     store::Store& store, meeting::EventSink& listener)
    : parts_(std::make_unique<Parts>(loop, metrics, settings, std::move(container), store, listener)) {}

MediaRole::~MediaRole() = default;

Task<Result<void>> MediaRole::start(WallTime started) {
  Parts& p = *parts_;
  if (!p.settings.user_sessions.endpoint.empty()) {
    net::UserSessionPostSettings post;
    post.endpoint = p.settings.user_sessions.endpoint;
    post.headers = p.settings.user_sessions.headers;
    post.queue = p.settings.user_sessions.queue;
    DD_CO_TRY(p.user_sessions, net::UserSessionPost::open(std::move(post), p.metrics, system_clock()));
  }

  p.engine = std::make_unique<media::Engine>(p.loop, p.metrics, engine_settings(p.settings));
  auto started_engine = co_await p.engine->start();
  if (!started_engine) co_return std::move(started_engine.error()).during("start the media workers");

  p.taps = std::make_unique<media::RecordingTaps>(*p.engine);
  DD_CO_TRY(p.keeping, Keeping::open(p.loop, p.metrics, p.settings, p.told));
  p.studio = std::make_unique<studio::Studio>(p.loop, p.metrics, studio_settings(p.settings), *p.taps, p.keeping->holds(), *p.keeping);
  p.studio->set_find([&p](RecordingId recording) { return p.keeping->at_rest(std::move(recording)); });
  p.studio->on_recorded([&p](const ProducerId& producer, bool recorded) {
    if (p.host) p.host->note_recorded(producer, recorded);
  });
  p.studio->on_finished([&p](const RecordingId&) { p.keeping->nudge(); });
  co_await p.studio->open();
  p.keeping->start();

  p.host =
      std::make_unique<meeting::Host>(p.loop, host_settings(p.settings, p.container), *p.engine, p.store, *p.studio, p.user_sessions.get());
  p.store.on_available([&p] { p.host->store_recovered(); });
  auto opened = co_await p.open_store(started);
  if (!opened) co_return std::move(opened.error()).during("open the database");

  auto api = api_settings(p.settings);
  api.heartbeat_age = [&p] { return p.store.heartbeat_age(); };
  DD_CO_TRY(p.application, api::Application::open(p.loop, *p.host, p.events, p.metrics, std::move(api)));
  p.recording_desk = std::make_unique<RecordingDesk>(*p.studio);
  p.application->serve_recordings(p.recording_desk.get(), &p.keeping->library());
  p.http = std::make_unique<net::HttpServer>(p.loop, *p.application, p.metrics, http_settings(p.settings));
  DD_CO_TRY_VOID(p.http->listen());

  store::ServerLoad load;
  load.origin = p.settings.http.origin;
  load.capacity = p.settings.limits.capacity;
  p.vital_signs = std::make_unique<VitalSigns>(p.loop, *p.host, p.store, p.metrics, std::move(load));
  p.vital_signs->start();
  p.shutdown = std::make_unique<Shutdown>(p.loop, Shutdown::Parts{*p.host, *p.http, *p.studio, *p.engine, p.store},
                                          p.settings.limits.drain_deadline);
  co_return ok();
}

Task<Result<void>> MediaRole::Parts::open_store(WallTime started) {
  std::vector<WorkerId> workers;
  for (const auto& worker : engine->workers()) workers.push_back(worker.id);
  auto row = server_row(settings, container, started, std::move(workers));

  auto available = co_await store.wait_until_available(kFirstLookAtDatabase);
  if (!available && settings.database.url.starts_with("sqlite:")) co_return std::move(available);
  auto registered = co_await store.register_server(std::move(row));
  // The heart goes on trying; until it succeeds /ready answers 503 and calls that need rows are refused.
  if (!registered) observe::log_warn("database_away_at_start", {{"reason", registered.error().message}});
  co_return ok();
}

const ContainerId& MediaRole::container() const { return parts_->container; }
api::Application& MediaRole::application() { return *parts_->application; }
meeting::HostStatus MediaRole::status() const { return parts_->host->status(); }
std::uint16_t MediaRole::port() const { return parts_->http->port(); }

Task<void> MediaRole::stop(Patience patience) {
  if (!parts_->shutdown) co_return;  // it never started
  parts_->vital_signs->stop();
  co_await parts_->shutdown->run(patience);
}

void MediaRole::hurry() {
  if (parts_->shutdown) parts_->shutdown->hurry();
}

void MediaRole::close() {
  if (parts_->keeping) parts_->keeping->close();
  if (parts_->user_sessions) parts_->user_sessions->close(kLastReports);
}

}  // namespace dd::app
