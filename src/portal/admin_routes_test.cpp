// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "control/scoped_ids.hpp"
#include "portal/context.hpp"
#include "portal/testing/reception.hpp"

namespace dd::portal {
namespace {

using api::Json;
using testing::Reception;

TEST(Administration, IsForAdministrators) {
  Reception desk;
  trust::Grants moderator;
  moderator.moderate = true;
  moderator.record = true;
  const std::vector<std::string> all{"servers",
                                     "load",
                                     "meetings",
                                     "usage",
                                     "tenants",
                                     "tenants/acme",
                                     "tenants/acme/keys",
                                     "tenants/acme/quotas",
                                     "tenants/acme/metrics"};
  for (const std::string& path : all) {
    EXPECT_EQ(desk.get("/api/admin/" + path).status, 401) << path;
    EXPECT_EQ(desk.get("/api/admin/" + path, desk.token("acme", moderator)).status, 403) << path;
    EXPECT_EQ(desk.get("/api/admin/" + path, desk.token("acme", Reception::admin(), "standup")).status, 403) << path;
    EXPECT_EQ(desk.get("/api/admin/" + path, testing::kApiKey).status, 200) << path;
  }
}

TEST(Administration, OfTheOperatorsTenantIsEverybodys) {
  Reception desk;
  desk.put_tenant("_operator");
  const std::string token = desk.token("_operator", Reception::admin());
  EXPECT_EQ(desk.get("/api/admin/servers", token).status, 200);
  EXPECT_EQ(desk.get("/api/admin/tenants/acme", token).status, 200);
  EXPECT_EQ(desk.get("/api/admin/servers", desk.token("_operator", trust::Grants{})).status, 403);
}

TEST(Administration, OfATenantIsItsOwn) {
  Reception desk;
  desk.put_tenant("umbrella");
  const std::string token = desk.token("acme", Reception::admin());
  EXPECT_EQ(desk.get("/api/admin/servers", token).status, 403);
  EXPECT_EQ(desk.get("/api/admin/tenants/acme", token).status, 200);
  for (const std::string path :
       {"tenants/umbrella", "tenants/_operator/keys", "tenants/umbrella/keys", "tenants/umbrella/quotas", "tenants/umbrella/metrics"}) {
    EXPECT_EQ(desk.get("/api/admin/" + path, token).status, 404) << path;
  }
  EXPECT_EQ(desk.get("/api/admin/meetings?tenant=umbrella", token).status, 403);
  EXPECT_EQ(desk.get("/api/admin/usage?tenant=umbrella", token).status, 403);
  EXPECT_EQ(desk.get("/api/admin/tenants/umbrella/usage", token).status, 403);
  EXPECT_EQ(desk.post("/api/admin/tokens", Json{{"tenant", "umbrella"}, {"meeting", "m"}}, token).status, 403);
  EXPECT_EQ(desk.post("/api/admin/tokens", Json{{"tenant", "_operator"}}, token).status, 403);
  EXPECT_EQ(desk.request("PUT", "/api/admin/tenants/acme/quotas", R"({"quotas":{}})", token).status, 403);
  EXPECT_EQ(desk.post("/api/admin/tenants/acme/suspend", Json::object(), token).status, 403);
  EXPECT_EQ(desk.get("/api/admin/tenants", token).json["tenants"].size(), 1U);
}

TEST(Administration, ATenantScrapesItsOwnNumbers) {
  Reception desk;
  desk.put_tenant("umbrella");
  desk.place("standup", "acme");
  desk.place("other", "umbrella");
  desk.store.participants = 7;
  desk.tenant_store.rows[TenantId("acme")].quotas = {{"meetings", 3}};
  const std::int32_t today = day_of(desk.loop.wall_now());
  const TenantId id("acme");
  desk.tenant_store.used = {{id, today - 1, "bytes_in", 5}, {id, today, "bytes_in", 6}, {TenantId("umbrella"), today, "bytes_in", 9}};
  const auto scraped = desk.get("/api/admin/tenants/acme/metrics", desk.token("acme", Reception::admin()));
  EXPECT_EQ(scraped.status, 200);
  EXPECT_EQ(scraped.response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  for (const char* line : {R"(doordarshan_tenant_meetings{tenant="acme"} 1)", R"(doordarshan_tenant_participants{tenant="acme"} 7)",
                           R"(doordarshan_tenant_quota{tenant="acme",quota="meetings"} 3)",
                           R"(doordarshan_tenant_usage_total{tenant="acme",meter="bytes_in"} 11)"}) {
    EXPECT_NE(scraped.text.find(std::string(line) + "\n"), std::string::npos) << line;
  }
  EXPECT_EQ(scraped.text.find("umbrella"), std::string::npos);
}

TEST(Administration, ShowsServersAndWhetherTheyLive) {
  Reception desk;
  auto servers = desk.get("/api/admin/servers", testing::kApiKey).json;
  ASSERT_EQ(servers["servers"].size(), 1U);
  EXPECT_EQ(servers["servers"][0]["server"], "c1");
  EXPECT_EQ(servers["servers"][0]["alive"], true);
  EXPECT_EQ(servers["servers"][0]["workers"].size(), 3U);
  desk.loop.advance(std::chrono::seconds{12});
  servers = desk.get("/api/admin/servers", testing::kApiKey).json;
  EXPECT_EQ(servers["servers"][0]["alive"], false);
}

TEST(Administration, KeepsADayOfLoad) {
  Reception desk;
  desk.store.records[0].cpu_percent = 40;
  for (int i = 0; i < 30; ++i) desk.beat();
  const auto load = desk.get("/api/admin/load?minutes=5", testing::kApiKey).json;
  ASSERT_EQ(load["series"].size(), 1U);
  EXPECT_EQ(load["series"][0]["server"], "c1");
  EXPECT_GE(load["series"][0]["points"].size(), 5U);
  EXPECT_LE(load["series"][0]["points"].size(), 8U);
  EXPECT_EQ(load["series"][0]["points"].back()["cpuPercent"], 40);
  EXPECT_EQ(desk.get("/api/admin/load?minutes=0", testing::kApiKey).status, 400);
}

TEST(Administration, ShowsMeetingsAsTheirTenantsWroteThem) {
  Reception desk;
  desk.place(control::scoped_meeting(TenantId("acme"), "standup").str(), "acme");
  desk.place("m1", "");
  const auto all = desk.get("/api/admin/meetings", testing::kApiKey).json;
  EXPECT_EQ(all["meetings"].size(), 2U);
  EXPECT_EQ(all["meetings"][0]["tenant"], "default");
  const std::string token = desk.token("acme", Reception::admin());
  const auto own = desk.get("/api/admin/meetings", token).json;
  ASSERT_EQ(own["meetings"].size(), 1U);
  EXPECT_EQ(own["meetings"][0]["meeting"], "standup");
  desk.fleet.answer("/v1/getMeeting", R"({"participants":[{"participantId":"asha:0123456789"}],"routers":[]})");
  const auto one = desk.get("/api/admin/meetings/standup", token).json;
  EXPECT_EQ(one["participants"][0]["participantId"], "asha");
  EXPECT_EQ(desk.get("/api/admin/meetings/m1", token).status, 404);
  EXPECT_EQ(desk.get("/api/admin/meetings/standup?tenant=acme", testing::kApiKey).status, 200);
  desk.fleet.answer("/v1/endMeeting", "{}");
  EXPECT_EQ(desk.request("DELETE", "/api/admin/meetings/standup", {}, token).status, 200);
  EXPECT_EQ(desk.get("/api/admin/meetings/standup", token).status, 404);
  for (int i = 0; i < 5; ++i) desk.place("x" + std::to_string(i), "acme");
  const auto page = desk.get("/api/admin/meetings?limit=3", token).json;
  EXPECT_EQ(page["meetings"].size(), 3U);
  EXPECT_EQ(desk.get("/api/admin/meetings?limit=3&cursor=" + page["next"].get<std::string>(), token).json["meetings"].size(), 2U);
}

TEST(Administration, MakesChangesAndRemovesTenants) {
  Reception desk;
  const Json wanted{{"tenant", "umbrella"}, {"name", "Umbrella"}, {"quotas", {{"meetings", 3}}}};
  const auto made = desk.post("/api/admin/tenants", wanted, testing::kApiKey);
  EXPECT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(desk.post("/api/admin/tenants", wanted, testing::kApiKey).status, 409);
  auto changed = desk.request("PUT", "/api/admin/tenants/umbrella", R"({"name":"U"})", testing::kApiKey);
  EXPECT_EQ(changed.json["name"], "U");
  EXPECT_EQ(changed.json["quotas"]["meetings"], 3);
  EXPECT_EQ(desk.request("PUT", "/api/admin/tenants/umbrella/quotas", R"({"quotas":{"meetings":null,"participants":9}})", testing::kApiKey)
                .status,
            200);
  EXPECT_EQ(desk.get("/api/admin/tenants/umbrella/quotas", testing::kApiKey).json["quotas"], Json::parse(R"({"participants":9})"));
  EXPECT_EQ(desk.post("/api/admin/tenants/umbrella/suspend", Json::object(), testing::kApiKey).json["suspended"], true);
  EXPECT_EQ(desk.post("/api/admin/tenants/umbrella/suspend", Json{{"suspended", false}}, testing::kApiKey).json["suspended"], false);
  desk.place("u1", "umbrella");
  EXPECT_EQ(desk.request("DELETE", "/api/admin/tenants/umbrella", {}, testing::kApiKey).status, 409);
  desk.store.meetings.clear();
  EXPECT_EQ(desk.request("DELETE", "/api/admin/tenants/umbrella", {}, testing::kApiKey).status, 200);
  EXPECT_EQ(desk.get("/api/admin/tenants/umbrella", testing::kApiKey).status, 404);
  EXPECT_EQ(desk.request("DELETE", "/api/admin/tenants/default", {}, testing::kApiKey).status, 409);
}

TEST(Administration, RefusesTenantsThatMakeNoSense) {
  Reception desk;
  for (const std::string bad :
       {R"({})", R"({"tenant":"a:b"})", R"({"tenant":"_mine"})", R"({"tenant":""})", R"({"tenant":"u","quotas":{"cake":1}})",
        R"({"tenant":"u","quotas":{"meetings":-1}})", R"({"tenant":"u","quotas":{"meetings":1.5}})",
        R"({"tenant":"u","quotas":{"meetings":18446744073709551615}})", R"({"tenant":"u","name":7})", R"([])"}) {
    EXPECT_EQ(desk.request("POST", "/api/admin/tenants", bad, testing::kApiKey).status, 400) << bad;
  }
}

TEST(Administration, ShowsAKeysSecretOnce) {
  Reception desk;
  const std::string token = desk.token("acme", Reception::admin());
  const auto made = desk.post("/api/admin/tenants/acme/keys", Json{{"algorithm", "HS256"}, {"keyId", "k2"}}, token);
  ASSERT_EQ(made.status, 201) << made.text;
  const std::string secret = made.json["secret"];
  EXPECT_GE(secret.size(), 32U);
  EXPECT_EQ(made.header("Cache-Control"), "no-store");
  const auto list = desk.get("/api/admin/tenants/acme/keys", token);
  EXPECT_EQ(list.json["keys"].size(), 2U);
  EXPECT_EQ(list.text.find(secret), std::string::npos);
  EXPECT_EQ(list.text.find("material"), std::string::npos);
  EXPECT_EQ(desk.post("/api/admin/tenants/acme/keys", Json{{"keyId", "k2"}}, token).status, 409);
  const auto retired = desk.post("/api/admin/tenants/acme/keys/k2/retire", Json::object(), token);
  EXPECT_TRUE(retired.json["retires"].is_number());
  EXPECT_EQ(desk.request("DELETE", "/api/admin/tenants/acme/keys/k2", {}, token).status, 200);
  EXPECT_EQ(desk.post("/api/admin/tenants/acme/keys/k2/retire", Json::object(), token).status, 404);
}

TEST(Administration, KeepsNoPrivateHalf) {
  Reception desk;
  const auto made = desk.post("/api/admin/tenants/acme/keys", Json{{"algorithm", "EdDSA"}, {"keyId", "pair"}}, testing::kApiKey);
  ASSERT_EQ(made.status, 201) << made.text;
  const std::string secret = made.json["secret"];
  EXPECT_NE(secret.find("PRIVATE KEY"), std::string::npos);
  for (const auto& key : desk.tenant_store.keys) EXPECT_EQ(key.material.find("PRIVATE"), std::string::npos);
  // The private half signs, what was kept verifies.
  trust::Key key;
  key.id = KeyId("pair");
  key.tenant = TenantId("acme");
  key.algorithm = trust::Algorithm::kEdDsa;
  key.material = secret;
  trust::Claims claims;
  claims.tenant = key.tenant;
  claims.grants = Reception::admin();
  claims.expires = desk.loop.wall_now() + std::chrono::hours{1};
  const auto token = trust::issue(claims, key, desk.loop.wall_now());
  ASSERT_TRUE(token);
  EXPECT_EQ(desk.get("/api/admin/tenants/acme", *token).status, 200);
  EXPECT_EQ(desk.post("/api/admin/tenants/acme/keys", Json{{"algorithm", "EdDSA"}, {"publicKey", secret}}, testing::kApiKey).status, 201);
  for (const auto& kept : desk.tenant_store.keys) EXPECT_EQ(kept.material.find("PRIVATE"), std::string::npos);
  EXPECT_EQ(desk.post("/api/admin/tenants/acme/keys", Json{{"algorithm", "RS256"}, {"publicKey", "nonsense"}}, testing::kApiKey).status,
            400);
}

TEST(Administration, MakesTokensThatWork) {
  Reception desk;
  const Json wanted =
      Json::parse(R"({"meeting":"standup","name":"Asha","expiresInSeconds":600,"grants":{"record":true,"publish":["audio"]}})");
  const auto made = desk.post("/api/admin/tokens", wanted, desk.token("acme", Reception::admin()));
  ASSERT_EQ(made.status, 200) << made.text;
  const std::string token = made.json["token"];
  EXPECT_EQ(made.json["link"], "https://meet.example.org/m/standup#token=" + token);
  desk.fleet.on_forward = [](const ContainerId&, const api::HttpRequest&) -> Result<api::HttpResponse> {
    api::HttpResponse response;
    response.body = R"({"recordings":[],"next":null})";
    return response;
  };
  EXPECT_EQ(desk.get("/api/recordings", token).status, 200);
  EXPECT_EQ(desk.get("/api/admin/meetings", token).status, 403);
  EXPECT_EQ(desk.post("/api/admin/tokens", Json{{"tenant", "default"}, {"meeting", "m"}}, testing::kApiKey).status, 409);  // no key
  for (const std::string bad :
       {R"({"expiresInSeconds":0})", R"({"grants":{"publish":["smell"]}})", R"({"grants":7})", R"({"meeting":"a b"})"}) {
    EXPECT_EQ(desk.request("POST", "/api/admin/tokens", bad, testing::kApiKey).status, 400) << bad;
  }
}

TEST(Administration, ShowsUsageAsJsonAndCsv) {
  Reception desk;
  const std::int32_t today = day_of(desk.loop.wall_now());
  desk.tenant_store.used = {{TenantId("acme"), today, "participant_seconds", 60},
                            {TenantId("other"), today, "bytes_in", 5},
                            {TenantId("acme"), today - 400, "bytes_in", 1}};
  const std::string token = desk.token("acme", Reception::admin());
  const auto own = desk.get("/api/admin/usage", token).json;
  ASSERT_EQ(own["usage"].size(), 1U);
  EXPECT_EQ(own["usage"][0]["value"], 60);
  EXPECT_EQ(desk.get("/api/admin/usage", testing::kApiKey).json["usage"].size(), 2U);
  const auto csv = desk.get("/api/admin/tenants/acme/usage?format=csv", token);
  EXPECT_EQ(csv.text, "tenant,day,meter,value\nacme," + day_text(today) + ",participant_seconds,60\n");
  EXPECT_EQ(csv.response.content_type, "text/csv; charset=utf-8");
  for (const std::string bad : {"from=yesterday", "from=2026-02-30", "from=2030-01-02&to=2030-01-01", "format=xml", "from=1970-01-01"}) {
    EXPECT_EQ(desk.get("/api/admin/usage?" + bad, token).status, 400) << bad;
  }
}

}  // namespace
}  // namespace dd::portal
