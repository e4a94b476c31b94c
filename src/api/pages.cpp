// SPDX-License-Identifier: MIT
#include "api/pages.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "api/error_mapping.hpp"
#include "api/json.hpp"
#include "observe/log.hpp"

namespace dd::api {
namespace {

constexpr std::string_view kDocsIndex = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Doordarshan media API</title>
<link rel="stylesheet" href="swagger-ui.css">
<link rel="icon" type="image/png" sizes="32x32" href="favicon-32x32.png">
<style>body { margin: 0; } .topbar { display: none; }</style>
</head>
<body>
<div id="swagger-ui"></div>
<script src="swagger-ui-bundle.js"></script>
<script src="start.js"></script>
</body>
</html>
)";

// A file of its own, so that a Content-Security-Policy without inline scripts can stand in front.
constexpr std::string_view kDocsStart = R"(window.ui = SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
)";

constexpr std::string_view kPlainIndex = R"(<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Doordarshan media API</title></head>
<body>
<h1>Doordarshan media API</h1>
<p>Swagger UI is not installed here (<code>npm ci</code> brings it). The description of the API is
<a href="../openapi.json">openapi.json</a>.</p>
</body>
</html>
)";

}  // namespace

HttpResponse welcome_page() {
  HttpResponse response;
  response.body = R"({"message":"Welcome to Doordarshan Media Server!"})";
  return response;
}

HttpResponse health_page() {
  HttpResponse response;
  response.body = R"({"status":"ok"})";
  return response;
}

HttpResponse ready_page(const meeting::HostStatus& status, std::optional<Duration> heartbeat_age, Duration heartbeat_limit) {
  OrderedJson reasons = OrderedJson::array();
  if (status.draining) reasons.push_back("draining");
  if (!status.store_available) reasons.push_back("store unavailable");
  const auto down = std::count_if(status.workers.begin(), status.workers.end(), [](const auto& worker) { return !worker.alive; });
  if (status.workers.empty() || down > 0) reasons.push_back(fmt::format("{} of {} workers down", down, status.workers.size()));
  if (!heartbeat_age) {
    reasons.push_back("no heartbeat yet");
  } else if (*heartbeat_age > heartbeat_limit) {
    reasons.push_back(fmt::format("last heartbeat {} s ago", std::chrono::duration_cast<std::chrono::seconds>(*heartbeat_age).count()));
  }
  HttpResponse response;
  response.status = reasons.empty() ? 200 : 503;
  if (!reasons.empty()) response.headers.emplace_back("Retry-After", "1");
  OrderedJson json = OrderedJson::object();
  json["status"] = reasons.empty() ? "ready" : "not ready";
  json["reasons"] = std::move(reasons);
  response.body = to_text(json);
  return response;
}

StaticFiles load_docs(const std::string& swagger_ui_folder) {
  StaticFiles files;
  if (!swagger_ui_folder.empty()) {
    const std::vector<std::string> wanted{"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png", "LICENSE", "NOTICE"};
    auto loaded = StaticFiles::load(swagger_ui_folder, wanted, StaticFiles::Limits{});
    if (loaded && !loaded->empty()) {
      files = std::move(*loaded);
      files.put("index.html", std::string(kDocsIndex));
      files.put("start.js", std::string(kDocsStart));
      return files;
    }
    observe::log_warn("swagger_ui_missing", {{"folder", swagger_ui_folder}});
  }
  files.put("index.html", std::string(kPlainIndex));
  return files;
}

StaticFiles load_trial(const std::string& folder) {
  auto loaded = StaticFiles::load(folder, {}, StaticFiles::Limits{});
  if (loaded) return std::move(*loaded);
  observe::log_warn("try_page_missing", {{"folder", folder}, {"error", loaded.error().message}});
  return {};
}

HttpResponse file_page(const StaticFiles& files, std::string_view name, const HttpRequest& request) {
  const std::string_view path = request.path();
  if (name.empty() && !path.ends_with('/')) {
    HttpResponse response = refusal(301, "moved", "the folder ends with a slash");
    response.headers.emplace_back("Location", std::string(path) + "/");
    return response;
  }
  auto found = files.find(name, request);
  if (!found) return refusal(404, "not_found", "there is no such page");
  return std::move(*found);
}

}  // namespace dd::api
