// SPDX-License-Identifier: MIT
#include "portal/portal.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "base/random.hpp"
#include "portal/openapi.hpp"
#include "portal/route.hpp"
#include "portal/testing/reception.hpp"

namespace dd::portal {
namespace {

using api::Json;
using testing::Reception;

std::vector<const Route*> all_routes() {
  std::vector<const Route*> all;
  for (const auto table : {kendra_routes(), recording_routes(), admin_routes(), tenant_routes(), page_routes()}) {
    for (const Route& route : table) all.push_back(&route);
  }
  return all;
}

void collect(const Json& json, std::set<std::string>& references) {
  if (json.is_object() && json.contains("$ref")) references.insert(json["$ref"].get<std::string>());
  for (const auto& child : json) {
    if (child.is_structured()) collect(child, references);
  }
}

TEST(PortalOpenApi, NamesExactlyTheServedRoutes) {
  const Json document = Json::parse(openapi_text("9.9.9"));
  EXPECT_EQ(document["openapi"], "3.1.0");
  std::set<std::string> documented;
  std::set<std::string> operations;
  for (const auto& [path, item] : document["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      documented.insert(method + " " + path);
      EXPECT_TRUE(operations.insert(operation["operationId"].get<std::string>()).second) << path;
    }
  }
  std::set<std::string> served;
  for (const Route* route : all_routes()) {
    std::string method(route->method);
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    std::string path(route->path);
    if (const auto dots = path.find("...}"); dots != std::string::npos) path.erase(dots, 3);
    EXPECT_TRUE(served.insert(method + " " + path).second) << path << " is served twice";
    EXPECT_NE(route->handler, nullptr);
  }
  EXPECT_EQ(documented, served);
}

TEST(PortalOpenApi, EveryReferenceLeadsToASchemaAndEverySchemaIsUsed) {
  const Json document = Json::parse(openapi_text("1"));
  std::set<std::string> references;
  collect(document, references);
  std::set<std::string> schemas;
  for (const auto& [name, schema] : document["components"]["schemas"].items()) schemas.insert("#/components/schemas/" + name);
  EXPECT_EQ(references, schemas);
}

TEST(Portal, OpensOnlyWhatIsMeantToBeOpen) {
  Reception desk;
  for (const Route* route : all_routes()) {
    const auto reply = desk.request(std::string(route->method), std::string(route->path), "{}", {}, {{"content-type", "application/json"}});
    if (route->guard == Guard::kOpen) {
      EXPECT_EQ(reply.status, 200) << route->path;
    } else {
      EXPECT_EQ(reply.status, 401) << route->path;
    }
  }
}

TEST(Portal, SaysWhatItIs) {
  Reception desk;
  EXPECT_EQ(desk.get("/health").text, R"({"status":"ok"})");
  const auto config = desk.get("/api/config").json;
  EXPECT_EQ(config["version"], "9.9.9");
  EXPECT_EQ(config["development"], false);
  EXPECT_EQ(desk.get("/metrics").status, 401);
  const auto metrics = desk.get("/metrics", testing::kApiKey);
  EXPECT_EQ(metrics.status, 200);
  EXPECT_NE(metrics.text.find(R"(route="portal:/health")"), std::string::npos);
  EXPECT_EQ(desk.get("/signaling").status, 426);
  EXPECT_EQ(desk.get("/nowhere").code(), "not_found");
  EXPECT_EQ(desk.request("POST", "/health").header("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(desk.request("OPTIONS", "/api/recordings").status, 200);
}

TEST(Portal, IsReadyWithAStoreAndALivingServer) {
  Reception desk;
  EXPECT_EQ(desk.get("/ready").status, 200);
  desk.store.away = true;
  EXPECT_EQ(desk.get("/ready").json["reasons"], Json::parse(R"(["store unavailable"])"));
  desk.store.away = false;
  desk.loop.advance(std::chrono::seconds{30});
  const auto reply = desk.get("/ready");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.json["reasons"], Json::parse(R"(["no media server takes meetings"])"));
}

TEST(Portal, ServersDoNotDieOfADatabaseThatIsAway) {
  Reception desk;
  desk.store.away = true;
  desk.loop.advance(std::chrono::seconds{60});
  desk.store.away = false;
  desk.beat();
  EXPECT_EQ(desk.get("/ready").status, 200);
}

TEST(Portal, DevelopmentOpensKendrasApiButNotTheAdministration) {
  PortalSettings settings;
  settings.development = true;
  Reception desk(settings);
  const Json body{{"meeting_id", "m"}, {"tenant", "default"}};
  EXPECT_EQ(desk.post("/v1/getProducersOfMeeting", body).status, 404);
  EXPECT_EQ(desk.get("/metrics").status, 200);
  EXPECT_EQ(desk.get("/api/admin/tenants").status, 401);
}

TEST(Portal, WithoutAKeyAnEmptyOneOpensNothing) {
  PortalSettings settings;
  Reception desk(settings);
  EXPECT_EQ(desk.request("GET", "/api/admin/tenants", {}, {}, {{"x-api-key", ""}}).status, 401);
  EXPECT_EQ(desk.request("GET", "/api/admin/tenants", {}, {}, {{"authorization", "Bearer "}}).status, 401);
}

TEST(Portal, AnAddressThatKeepsFailingHasToWait) {
  Reception desk;
  int refused = 0;
  for (int i = 0; i < 40; ++i) {
    const auto reply = desk.get("/api/recordings", "not-a-token");
    if (reply.status == 429) ++refused;
  }
  EXPECT_GE(refused, 15);
  EXPECT_EQ(desk.get("/api/recordings", desk.token("acme", Reception::admin())).status, 429);
  EXPECT_NE(desk.get("/api/recordings", "not-a-token").header("Retry-After"), "");
  EXPECT_NE(desk.get("/api/admin/tenants", testing::kApiKey).status, 429);  // the key is not guessed
  desk.peer[15] = 2;
  EXPECT_EQ(desk.get("/api/admin/tenants", desk.token("acme", Reception::admin())).status, 200);
  desk.peer[15] = 1;
  desk.loop.advance(std::chrono::minutes{2});
  EXPECT_EQ(desk.get("/api/admin/tenants", desk.token("acme", Reception::admin())).status, 200);
}

TEST(Portal, ASuspendedTenantIsRefused) {
  Reception desk;
  const std::string token = desk.token("acme", Reception::admin());
  desk.tenant_store.rows[TenantId("acme")].suspended = true;
  desk.loop.advance(std::chrono::seconds{5});
  const auto reply = desk.get("/api/admin/tenants/acme", token);
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.reason(), "tenant_suspended");
}

TEST(Portal, ServesTheWebAppWithHeadersThatKeepItHarmless) {
  const auto folder = std::filesystem::temp_directory_path() / ("portal-" + random_uuid());
  std::filesystem::create_directories(folder / "assets");
  std::ofstream(folder / "index.html") << "<!doctype html>app";
  std::ofstream(folder / "assets" / "a.js") << "1";
  PortalSettings settings = Reception::defaults();
  settings.web_app_folder = folder.string();
  Reception desk(settings);
  std::filesystem::remove_all(folder);
  for (const std::string path : {"/", "/m/standup", "/recordings", "/recordings/r1", "/operator", "/operator/tenants", "/?x=1"}) {
    const auto page = desk.get(path);
    EXPECT_EQ(page.status, 200) << path;
    EXPECT_EQ(page.text, "<!doctype html>app");
    EXPECT_NE(page.header("Content-Security-Policy").find("frame-ancestors 'none'"), std::string::npos);
    EXPECT_EQ(page.header("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(page.header("X-Content-Type-Options"), "nosniff");
    EXPECT_NE(page.header("Permissions-Policy").find("camera=(self)"), std::string::npos);
  }
  EXPECT_EQ(desk.get("/assets/a.js").response.content_type, "text/javascript; charset=utf-8");
  EXPECT_NE(desk.get("/assets/a.js").header("Cache-Control").find("immutable"), std::string::npos);
  EXPECT_EQ(desk.get("/").header("Cache-Control"), "no-cache");
  for (const std::string path : {"/assets/../../etc/passwd", "/assets", "/mx", "/api/nothing", "/recordingsx"})
    EXPECT_EQ(desk.get(path).status, 404) << path;
  const auto person = desk.request("GET", "/mx", {}, {}, {{"accept", "text/html,*/*;q=0.8"}});
  EXPECT_EQ(person.status, 404);
  EXPECT_EQ(person.text, "<!doctype html>app") << "a person is told in the app's words";
  EXPECT_EQ(desk.get("/docs/").status, 200);
  EXPECT_EQ(desk.get("/docs").header("Location"), "/docs/");
  EXPECT_EQ(Reception().get("/").status, 200);
}

}  // namespace
}  // namespace dd::portal
