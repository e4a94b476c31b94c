// SPDX-License-Identifier: MIT
#include <array>

#include "api/route.hpp"

namespace dd::api {
namespace {

constexpr Route get(std::string_view path, Page page, Access access, std::string_view summary, std::string_view response,
                    std::string_view description = {}) {
  return Route{"GET", path, access, nullptr, page, "server", summary, "", response, description};
}

constexpr std::array kServerRoutes{
    get("/", Page::kWelcome, Access::kOpen, "Welcome", "Welcome"),
    get("/health", Page::kHealth, Access::kOpen, "The process is alive", "Health"),
    get("/ready", Page::kReady, Access::kOpen, "The server can take meetings", "Readiness",
        "503 with the reasons while the store is away, a worker is down, the heartbeat is old, or the server drains."),
    get("/metrics", Page::kMetrics, Access::kKeyed, "Prometheus metrics", ""),
    get("/openapi.json", Page::kOpenApi, Access::kOpen, "This document", "OpenApiDocument"),
    get("/v1/server", Page::kServer, Access::kKeyed, "What this server carries", "Server"),
    get("/v1/events", Page::kEvents, Access::kKeyed, "What happens here, as server-sent events", "",
        "Ordered and resumable: each event's id goes into Last-Event-ID (or ?lastEventId=) when reconnecting. ?meetingId= narrows to one "
        "meeting and to news of the server itself. When events between the two connections are lost, the first event is `resync`."),
    get("/v1/pprofStart", Page::kProfile, Access::kKeyed, "Profiling is not offered over HTTP", "",
        "Always 410: profiling for everyone who can reach the port is a denial of service. Use perf on the machine."),
};

}  // namespace

std::span<const Route> server_routes() { return kServerRoutes; }

}  // namespace dd::api
