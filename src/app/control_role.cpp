// SPDX-License-Identifier: MIT
#include "app/control_role.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "app/server_settings.hpp"
#include "base/random.hpp"
#include "control/local_bus.hpp"
#include "control/meetings.hpp"
#include "control/recording_quota.hpp"
#include "control/tenants.hpp"
#include "net/http_server.hpp"
#include "net/redis_bus.hpp"
#include "observe/log.hpp"
#include "portal/portal.hpp"
#include "signaling/gate.hpp"
#include "store/control_store.hpp"
#include "store/tenant_store.hpp"

namespace dd::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kAnswersUnderWay = 2s;
constexpr auto kDatabaseForLinks = 5s;

}  // namespace

// In the order of construction; destroyed in reverse.
struct ControlRole::Parts {
  Parts(AsioLoop& home, observe::Metrics& counts, const config::Settings& chosen, store::Database& shared, control::Fleet& servers)
      : loop(home), metrics(counts), settings(chosen), fleet(servers), database(shared), rows(shared), tenant_rows(shared) {}

  AsioLoop& loop;
  observe::Metrics& metrics;
  const config::Settings& settings;
  control::Fleet& fleet;
  store::Database& database;
  store::ControlStore rows;
  store::TenantStore tenant_rows;
  std::unique_ptr<control::SignalBus> bus;
  std::unique_ptr<control::Tenants> tenants;
  std::unique_ptr<control::Meetings> meetings;
  std::unique_ptr<control::RecordingQuota> recording_quota;
  std::unique_ptr<signaling::Gate> gate;
  std::unique_ptr<portal::Portal> portal;
  std::unique_ptr<net::HttpServer> http;
  std::optional<DevelopmentLinks> links;
};

ControlRole::ControlRole(AsioLoop& loop, observe::Metrics& metrics, const config::Settings& settings, store::Database& database,
                         control::Fleet& fleet)
    : parts_(std::make_unique<Parts>(loop, metrics, settings, database, fleet)) {}

ControlRole::~ControlRole() = default;

Task<Result<void>> ControlRole::start() {
  Parts& p = *parts_;
  const std::string replica = fmt::format("control-{}", random_token(12));
  if (p.settings.control.redis_url.empty()) {
    p.bus = std::make_unique<control::LocalBus>(p.loop);
  } else {
    DD_CO_TRY(auto address, net::parse_redis_url(p.settings.control.redis_url));
    p.bus = std::make_unique<net::RedisBus>(p.loop, p.metrics, std::move(address));
  }
  p.tenants = std::make_unique<control::Tenants>(p.loop, control::TenantsSettings{}, p.tenant_rows, p.metrics);
  p.meetings = std::make_unique<control::Meetings>(p.loop, meetings_settings(p.settings, replica), p.rows, p.fleet, *p.bus, p.metrics);
  p.recording_quota =
      std::make_unique<control::RecordingQuota>(p.loop, control::RecordingQuotaSettings{}, *p.tenants, *p.meetings, p.fleet);
  p.gate = std::make_unique<signaling::Gate>(p.loop, gate_settings(p.settings, replica), *p.meetings, *p.tenants, *p.recording_quota,
                                             p.fleet, *p.bus, p.metrics);
  DD_CO_TRY(p.portal, portal::Portal::open(p.loop, *p.meetings, *p.tenants, *p.recording_quota, p.tenant_rows, p.rows, p.fleet, *p.bus,
                                           p.metrics, portal_settings(p.settings)));
  p.http = std::make_unique<net::HttpServer>(p.loop, *p.portal, p.metrics, control_http_settings(p.settings));
  p.http->accept_sockets("/signaling", *p.gate, socket_limits(p.settings));
  DD_CO_TRY_VOID(p.http->listen());
  p.meetings->start();
  p.recording_quota->start();
  p.gate->start();
  p.portal->start();
  if (p.settings.development) {
    // With the database away there is no link yet, and the web app says how to make one.
    (void)co_await p.database.wait_until_available(kDatabaseForLinks);
    auto links = co_await development_links(p.tenant_rows, p.settings.control.public_url, p.loop.wall_now());
    if (links) p.links = std::move(*links);
    if (!links) observe::log_warn("no_development_links", {{"reason", links.error().message}});
  }
  co_return ok();
}

std::uint16_t ControlRole::port() const { return parts_->http->port(); }

const std::optional<DevelopmentLinks>& ControlRole::links() const { return parts_->links; }

Task<void> ControlRole::stop() {
  Parts& p = *parts_;
  if (!p.http) co_return;
  p.gate->stop();
  p.recording_quota->stop();
  co_await p.http->stop(kAnswersUnderWay);
  co_await p.meetings->stop();
  co_await p.tenants->flush();
}

}  // namespace dd::app
