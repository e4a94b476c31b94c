// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <map>

#include "control/scoped_ids.hpp"
#include "portal/testing/reception.hpp"

namespace dd::portal {
namespace {

using api::Json;
using testing::Reception;

// What a media server keeps, as its API answers it.
class Shelf {
 public:
  void put(const std::string& id, const std::string& started, const std::string& meeting, const std::string& tenant) {
    entries_[started + "~" + id] =
        Json{{"recordingId", id}, {"started", started}, {"meetingId", meeting}, {"tenant", tenant}, {"state", "complete"}};
  }
  api::HttpResponse answer(const api::HttpRequest& request) const {
    api::HttpResponse response;
    response.headers.emplace_back("X-Request-ID", "the-servers");
    response.headers.emplace_back("Access-Control-Allow-Origin", "*");
    const std::string path(request.path());
    if (path == "/v1/recordings") {
      response.body = page(request).dump();
      return response;
    }
    for (const auto& [position, entry] : entries_) {
      const std::string base = "/v1/recordings/" + entry["recordingId"].get<std::string>();
      if (path == base) {
        response.body = entry.dump();
        return response;
      }
      if (path.starts_with(base + "/")) {
        response.headers.emplace_back("etag", "\"e\"");
        response.headers.emplace_back("Content-Range", "bytes 0-1/9");
        response.status = request.header("range") ? 206 : 200;
        response.content_type = "video/webm";
        response.body = path.substr(base.size());
        return response;
      }
    }
    response.status = 404;
    response.body = R"({"error":{"code":"not_found","message":"there is no such recording"}})";
    return response;
  }

 private:
  Json page(const api::HttpRequest& request) const {
    const std::string after = request.query_parameter("cursor").value_or("");
    const auto meeting = request.query_parameter("meetingId");
    const auto limit = std::stoul(request.query_parameter("limit").value_or("50"));
    Json list = Json::array();
    Json next = nullptr;
    std::string last;
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
      if (!after.empty() && entry->first >= after) continue;
      if (meeting && entry->second["meetingId"] != *meeting) continue;
      if (list.size() == limit) {
        next = last;
        break;
      }
      list.push_back(entry->second);
      last = entry->first;
    }
    return Json{{"recordings", list}, {"next", next}};
  }
  std::map<std::string, Json> entries_;
};

class RecordingsPages : public ::testing::Test {
 protected:
  RecordingsPages() {
    desk.add_server("c2");
    desk.beat();
    desk.fleet.on_forward = [this](const ContainerId& server, const api::HttpRequest& request) -> Result<api::HttpResponse> {
      if (away == server) return unavailable("away");
      return shelves[server.str()].answer(request);
    };
    shelves["c1"].put("r1", "2026-01-01T00:00:01Z", "m1", " default");
    shelves["c2"].put("r2", "2026-01-01T00:00:02Z", "m2", "default");
    shelves["c1"].put("r3", "2026-01-01T00:00:03Z", scoped("standup"), "acme");
    shelves["c2"].put("r4", "2026-01-01T00:00:04Z", scoped("retro"), "acme");
    shelves["c2"].put("r5", "2026-01-01T00:00:05Z", "m1", "default");
  }
  static std::string scoped(std::string_view meeting) { return control::scoped_meeting(TenantId("acme"), meeting).str(); }
  static std::vector<std::string> ids(const Reception::Reply& reply) {
    std::vector<std::string> out;
    for (const auto& entry : reply.json["recordings"]) out.push_back(entry["recordingId"]);
    return out;
  }
  static trust::Grants recorder() {
    trust::Grants grants;
    grants.record = true;
    return grants;
  }
  using Ids = std::vector<std::string>;

  Reception desk;
  std::map<std::string, Shelf> shelves;
  ContainerId away;
};

TEST_F(RecordingsPages, ShowEveryServersNewestFirst) {
  const auto all = desk.get("/api/recordings", testing::kApiKey);
  EXPECT_EQ(all.status, 200) << all.text;
  EXPECT_EQ(ids(all), (Ids{"r5", "r4", "r3", "r2", "r1"}));
  EXPECT_EQ(all.json["next"], nullptr);
  EXPECT_EQ(all.json["missingServers"], 0);
  EXPECT_EQ(ids(desk.get("/api/recordings?tenant=default", testing::kApiKey)), (Ids{"r5", "r2", "r1"}));
  EXPECT_EQ(ids(desk.get("/api/recordings?tenant=default&meetingId=m1", testing::kApiKey)), (Ids{"r5", "r1"}));
}

TEST_F(RecordingsPages, GoOnWithoutLosingOrRepeatingAny) {
  for (const std::string limit : {"1", "2", "3", "4", "5"}) {
    Ids seen;
    std::string cursor;
    for (int pages = 0; pages < 10; ++pages) {
      const auto page = desk.get("/api/recordings?limit=" + limit + "&cursor=" + cursor, testing::kApiKey);
      for (const auto& id : ids(page)) seen.push_back(id);
      if (page.json["next"].is_null()) break;
      cursor = page.json["next"].get<std::string>();
    }
    EXPECT_EQ(seen, (Ids{"r5", "r4", "r3", "r2", "r1"})) << limit;
  }
}

TEST_F(RecordingsPages, AreTheTenantsOwnWithMeetingsAsItWritesThem) {
  const std::string token = desk.token("acme", recorder());
  const auto page = desk.get("/api/recordings", token);
  EXPECT_EQ(ids(page), (Ids{"r4", "r3"}));
  EXPECT_EQ(page.json["recordings"][0]["meetingId"], "retro");
  EXPECT_EQ(desk.get("/api/recordings?tenant=default", token).status, 403);
  EXPECT_EQ(desk.get("/api/recordings/r4", token).json["meetingId"], "retro");
  for (const std::string rest : {"", "/manifest", "/files/tracks/a.mkv"})
    EXPECT_EQ(desk.get("/api/recordings/r5" + rest, token).status, 404) << rest;
  EXPECT_EQ(desk.request("DELETE", "/api/recordings/r5", {}, token).status, 404);
  EXPECT_EQ(desk.post("/api/recordings/r5/ticket", Json::object(), token).status, 404);
}

TEST_F(RecordingsPages, OfOneMeetingAreAllThatItsTokenSees) {
  const std::string token = desk.token("acme", recorder(), "standup");
  EXPECT_EQ(ids(desk.get("/api/recordings", token)), (Ids{"r3"}));
  EXPECT_EQ(desk.get("/api/recordings?meetingId=retro", token).status, 403);
  EXPECT_EQ(desk.get("/api/recordings/r3", token).status, 200);
  EXPECT_EQ(desk.get("/api/recordings/r4", token).status, 404);
}

TEST_F(RecordingsPages, NeedAGrant) {
  trust::Grants grants;
  grants.subscribe = true;
  const auto reply = desk.get("/api/recordings", desk.token("acme", grants));
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.reason(), "not_granted");
  EXPECT_EQ(desk.get("/api/recordings").status, 401);
}

TEST_F(RecordingsPages, SayWhatTheyMayBeMissing) {
  away = ContainerId("c2");
  const auto page = desk.get("/api/recordings", testing::kApiKey);
  EXPECT_EQ(ids(page), (Ids{"r3", "r1"}));
  EXPECT_EQ(page.json["missingServers"], 1);
  EXPECT_EQ(desk.get("/api/recordings/r5", testing::kApiKey).status, 503);
  EXPECT_EQ(desk.get("/api/recordings/r1", testing::kApiKey).status, 200);
}

TEST_F(RecordingsPages, RefuseStrangeQueries) {
  for (const std::string query : {"limit=0", "limit=201", "limit=x", "cursor=abc", "state=gone", "meetingId=a:b", "tenant=a%20b"}) {
    EXPECT_EQ(desk.get("/api/recordings?" + query, testing::kApiKey).status, 400) << query;
  }
}

TEST_F(RecordingsPages, FilesComeFromTheirServerWithRangesAndNoneOfItsOwnHeaders) {
  const auto whole = desk.request("GET", "/api/recordings/r5/files/tracks/a%20b.webm", {}, testing::kApiKey, {{"range", "bytes=0-1"}});
  EXPECT_EQ(whole.status, 206);
  EXPECT_EQ(whole.text, "/files/tracks/a%20b.webm");
  EXPECT_EQ(whole.response.content_type, "video/webm");
  EXPECT_EQ(whole.header("ETag"), "\"e\"");
  EXPECT_EQ(whole.header("Content-Range"), "bytes 0-1/9");
  EXPECT_EQ(whole.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(whole.header("Access-Control-Allow-Origin"), "");
  EXPECT_NE(whole.header("X-Request-ID"), "the-servers");
  const std::size_t asked = desk.fleet.forwarded.size();
  const auto head = desk.request("HEAD", "/api/recordings/r5/files/a", {}, testing::kApiKey);
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(head.response.head_only);
  EXPECT_EQ(desk.fleet.last_forwarded.method, "HEAD");
  EXPECT_EQ(desk.fleet.forwarded.size(), asked + 1);  // where it is was remembered
}

TEST_F(RecordingsPages, ATicketOpensOneRecordingForAnHour) {
  const auto made = desk.post("/api/recordings/r4/ticket", Json::object(), desk.token("acme", recorder()));
  ASSERT_EQ(made.status, 200) << made.text;
  const std::string ticket = made.json["ticket"];
  EXPECT_EQ(desk.get(made.json["manifest"].get<std::string>()).status, 200);
  EXPECT_EQ(desk.get("/api/recordings/r4/files/a?access=" + ticket).status, 200);
  EXPECT_EQ(desk.get("/api/recordings/r5/files/a?access=" + ticket).status, 401);
  EXPECT_EQ(desk.get("/api/recordings/r4?access=" + ticket).status, 401);
  EXPECT_EQ(desk.request("DELETE", "/api/recordings/r4?access=" + ticket).status, 401);
  EXPECT_EQ(desk.get("/api/recordings/r4/manifest?access=" + ticket + "0").status, 401);
  Reception other;  // with the same API key, as a second replica
  other.add_server("c2");
  other.beat();
  other.fleet.on_forward = desk.fleet.on_forward;
  EXPECT_EQ(other.get("/api/recordings/r4/files/a?access=" + ticket).status, 200);
  for (int i = 0; i < 3601; ++i) desk.beat();
  const auto late = desk.get("/api/recordings/r4/files/a?access=" + ticket);
  EXPECT_EQ(late.status, 401);
  EXPECT_EQ(late.reason(), "token_expired");
}

TEST_F(RecordingsPages, ComposeAndDeleteAreTheServers) {
  desk.post("/api/recordings/r5/compose", Json{{"layout", "grid"}}, testing::kApiKey);
  EXPECT_EQ(desk.fleet.forwarded.back(), (std::pair{ContainerId("c2"), std::string("POST /v1/recordings/r5/compose")}));
  EXPECT_EQ(desk.fleet.last_forwarded.body, R"({"layout":"grid"})");
  EXPECT_EQ(desk.request("DELETE", "/api/recordings/r5", {}, testing::kApiKey).status, 200);
  EXPECT_EQ(desk.fleet.last_forwarded.method, "DELETE");
}

}  // namespace
}  // namespace dd::portal
