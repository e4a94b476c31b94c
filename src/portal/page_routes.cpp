// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include "api/pages.hpp"
#include "control/placement.hpp"
#include "portal/openapi.hpp"
#include "portal/route.hpp"

namespace dd::portal {
namespace {

using api::HttpResponse;
using api::OrderedJson;

Answer config(Call call) {
  const PortalSettings& settings = call.portal.settings;
  OrderedJson json = OrderedJson::object();
  json["version"] = settings.version;
  json["development"] = settings.development;
  json["signaling"] = "/signaling";
  json["publicUrl"] = settings.public_url;
  HttpResponse response = json_response(json);
  response.headers.emplace_back("Cache-Control", "no-cache");
  co_return response;
}

Answer health(Call) { co_return api::health_page(); }

// Replicas that cannot hear each other still serve, each for itself; so that is said and no reason to take them all away.
Answer ready(Call call) {
  const Context& portal = call.portal;
  OrderedJson reasons = OrderedJson::array();
  const auto& servers = portal.servers.servers();
  const bool willing = std::any_of(servers.begin(), servers.end(), [&](const auto& server) {
    return portal.servers.living(server.server, portal.loop.now()) && control::takes_meetings(server);
  });
  if (!portal.store.available()) reasons.push_back("store unavailable");
  if (!willing) reasons.push_back("no media server takes meetings");
  OrderedJson json = OrderedJson::object();
  json["status"] = reasons.empty() ? "ready" : "not ready";
  json["reasons"] = reasons;
  json["leader"] = portal.meetings.leader();
  json["signals"] = portal.bus.alone() ? "local" : portal.bus.available() ? "connected" : "unavailable";
  HttpResponse response = json_response(json, reasons.empty() ? 200 : 503);
  if (!reasons.empty()) response.headers.emplace_back("Retry-After", "1");
  co_return response;
}

Answer metrics(Call call) {
  HttpResponse response = text_response(call.portal.metrics.exposition());
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  co_return response;
}

Answer openapi_document(Call call) { co_return text_response(openapi_text(call.portal.settings.version)); }

constexpr Route page_route(std::string_view path, Guard guard, std::string_view operation, Handler handler, std::string_view summary,
                           std::string_view response, std::string_view description = {}) {
  return Route{"GET", path, guard, handler, "server", operation, summary, "", response, description};
}

constexpr std::array kPageRoutes{
    page_route("/api/config", Guard::kOpen, "getConfig", &config, "What the web app needs to know", "Config"),
    page_route("/health", Guard::kOpen, "health", &health, "The process is alive", "Health"),
    page_route("/ready", Guard::kOpen, "ready", &ready, "Meetings can be served", "Readiness",
               "503 with the reasons while the store is away or no media server takes meetings."),
    page_route("/metrics", Guard::kMetrics, "metrics", &metrics, "Prometheus metrics", ""),
    page_route("/openapi.json", Guard::kOpen, "openapi", &openapi_document, "This document", "OpenApiDocument"),
};

}  // namespace

std::span<const Route> page_routes() { return kPageRoutes; }

}  // namespace dd::portal
