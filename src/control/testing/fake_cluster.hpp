// SPDX-License-Identifier: MIT
// FakeCluster: a database and media servers behind ControlStore and Fleet, on simulated time: heartbeats, rows and leases as the real
// ones keep them, and what a test breaks. Each answer takes some milliseconds, so that operations interleave. Owned by one test.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/json.hpp"
#include "base/completion.hpp"
#include "base/testing/manual_loop.hpp"
#include "control/control_store.hpp"
#include "control/fleet.hpp"
#include "control/testing/reserve_among.hpp"

namespace dd::control::testing {

using namespace std::chrono_literals;

class FakeCluster final : public ControlStore, public Fleet {
 public:
  struct Carried {
    std::vector<meeting::RouterRow> routers;
    std::size_t participants = 0;
  };
  struct Server {
    ServerRecord record;
    bool alive = true;           // beats and answers
    std::optional<Error> error;  // of createMeeting and replaceMeetings
    std::map<MeetingId, Carried> carries;
    std::string storage = R"({"root":"none","tenants":[]})";  // the answer of getRecordingStorage
    WallTime last_beat{};
  };
  struct Call {
    ContainerId server;
    std::string path;
    std::string body;
    MonotonicTime at{};
  };

  explicit FakeCluster(dd::testing::ManualLoop& loop) : loop_(loop) {}

  Server& add_server(const std::string& id, std::uint32_t capacity = 100, int workers = 3) {
    Server& server = servers_[ContainerId(id)];
    server.record.server = ContainerId(id);
    server.record.tenant = " default";
    server.record.origin = "http://" + id + ":3001";
    server.record.capacity = capacity;
    for (int i = 1; i <= workers; ++i) server.record.workers.push_back({WorkerId(id + "-w" + std::to_string(i)), true, 0, 0});
    server.last_beat = loop_.wall_now();
    return server;
  }
  Server& server(const std::string& id) { return servers_.at(ContainerId(id)); }
  void kill(const std::string& id) { server(id).alive = false; }

  std::size_t calls(const std::string& path, const std::string& id = {}) const {
    return static_cast<std::size_t>(std::count_if(
        made.begin(), made.end(), [&](const Call& call) { return call.path == path && (id.empty() || call.server.str() == id); }));
  }

  // What tests look at and change.
  bool away = false;  // the database
  std::uint32_t participants = 0;
  std::map<MeetingId, PlacedMeeting> places;
  std::map<MeetingId, std::pair<ContainerId, std::vector<meeting::RouterRow>>> rows;  // as the media servers write them
  std::map<std::string, std::pair<std::string, MonotonicTime>> leases;
  std::set<std::pair<MeetingId, ParticipantId>> removed;
  std::set<ContainerId> buried;
  std::vector<Call> made;
  std::size_t readings = 0;
  std::vector<MediaEvents*> listeners;
  std::set<ContainerId> known;

  // ControlStore
  bool available() const override { return !away; }

  Task<Result<std::vector<ServerRecord>>> servers() override {
    ++readings;
    DD_CO_TRY_VOID(co_await answer());
    std::vector<ServerRecord> all;
    for (auto& [id, server] : servers_) {
      if (buried.contains(id)) continue;
      // A heartbeat every two seconds.
      while (server.alive && server.last_beat + 2s <= loop_.wall_now()) server.last_beat += 2s;
      server.record.heartbeat = server.last_beat;
      ServerRecord record = server.record;
      for (const auto& [meeting, placed] : places) {
        if (placed.server != id) continue;
        record.reserved += placed.size;
        ++record.meetings;
      }
      all.push_back(std::move(record));
    }
    co_return all;
  }

  Task<Result<Reservation>> reserve(PlacedMeeting meeting, std::uint32_t capacity, std::uint32_t tenant_meetings) override {
    DD_CO_TRY_VOID(co_await answer());
    if (auto placed = place(meeting.meeting)) co_return Reservation{Reservation::Outcome::kPlacedAlready, placed};
    co_return reserve_among(places, meeting, capacity, tenant_meetings);
  }
  Task<Result<std::optional<PlacedMeeting>>> find(MeetingId meeting) override {
    DD_CO_TRY_VOID(co_await answer());
    co_return place(meeting);
  }
  Task<Result<std::vector<PlacedMeeting>>> meetings_on(ContainerId server) override {
    DD_CO_TRY_VOID(co_await answer());
    std::vector<PlacedMeeting> all;
    for (const auto& [id, row] : rows) {
      if (!places.contains(id) && row.first == server) all.push_back(*place(id));
    }
    for (const auto& [id, each] : places) {
      if (each.server == server) all.push_back(each);
    }
    co_return all;
  }
  Task<Result<std::vector<PlacedMeeting>>> meetings_of(TenantId tenant) override {
    DD_CO_TRY_VOID(co_await answer());
    std::vector<PlacedMeeting> all;
    for (const auto& [id, each] : places) {
      if (tenant.empty() || each.tenant == tenant) all.push_back(each);
    }
    co_return all;
  }
  Task<Result<std::uint32_t>> participants_of(TenantId) override { co_return participants; }
  Task<Result<std::vector<meeting::RouterRow>>> routers_of(MeetingId meeting) override {
    DD_CO_TRY_VOID(co_await answer());
    const auto row = rows.find(meeting);
    co_return row == rows.end() ? std::vector<meeting::RouterRow>{} : row->second.second;
  }
  Task<Result<bool>> move(PlacedMeeting from, ContainerId to) override {
    DD_CO_TRY_VOID(co_await answer());
    const auto now = place(from.meeting);
    if (!now || now->server != from.server || now->moves != from.moves) co_return false;
    auto& placed = places[from.meeting];
    placed = *now;
    placed.server = to;
    ++placed.moves;
    co_return true;
  }
  Task<Result<void>> resize(MeetingId meeting, std::uint32_t size) override {
    DD_CO_TRY_VOID(co_await answer());
    if (const auto found = places.find(meeting); found != places.end()) found->second.size = size;
    co_return ok();
  }
  Task<Result<void>> set_locked(MeetingId meeting, bool locked) override {
    DD_CO_TRY_VOID(co_await answer());
    const auto found = places.find(meeting);
    if (found == places.end()) co_return not_found("meeting", meeting.str());
    found->second.locked = locked;
    co_return ok();
  }
  Task<Result<void>> forget(MeetingId meeting) override {
    DD_CO_TRY_VOID(co_await answer());
    places.erase(meeting);
    std::erase_if(removed, [&](const auto& entry) { return entry.first == meeting; });
    co_return ok();
  }
  Task<Result<void>> remove_participant(MeetingId meeting, ParticipantId participant, WallTime) override {
    DD_CO_TRY_VOID(co_await answer());
    removed.emplace(meeting, participant);
    co_return ok();
  }
  Task<Result<bool>> is_removed(MeetingId meeting, ParticipantId participant) override {
    DD_CO_TRY_VOID(co_await answer());
    co_return removed.contains({meeting, participant});
  }
  Task<Result<bool>> hold_lease(std::string name, std::string holder, std::chrono::seconds lifetime) override {
    DD_CO_TRY_VOID(co_await answer());
    auto& lease = leases[name];
    if (lease.first != holder && !lease.first.empty() && lease.second > loop_.now()) co_return false;
    lease = {holder, loop_.now() + lifetime};
    co_return true;
  }
  Task<Result<void>> drop_lease(std::string name, std::string holder) override {
    DD_CO_TRY_VOID(co_await answer());
    if (leases[name].first == holder) leases.erase(name);
    co_return ok();
  }
  Task<Result<void>> bury_server(ContainerId server) override {
    DD_CO_TRY_VOID(co_await answer());
    buried.insert(server);
    co_return ok();
  }

  // Fleet
  void know(const ContainerId& server, std::string) override { known.insert(server); }
  Task<Result<std::string>> call(ContainerId server, std::string path, std::string body) override {
    made.push_back({server, path, body, loop_.now()});
    const auto found = servers_.find(server);
    if (found == servers_.end() || !known.contains(server)) co_return not_found("server", server.str());
    auto wait = sleep_for(loop_, found->second.alive ? Duration{20ms} : Duration{5s});
    co_await wait;
    if (!found->second.alive) co_return make_error(Errc::kDeadlineExceeded, "no answer");
    co_return serve(found->second, path, body);
  }
  Task<Result<api::HttpResponse>> forward(ContainerId, api::HttpRequest) override { co_return api::HttpResponse{}; }
  void follow(const ContainerId&) override {}
  void unfollow(const ContainerId&) override {}
  void add_listener(MediaEvents* listener) override { listeners.push_back(listener); }

 private:
  Task<Result<void>> answer() {
    auto wait = sleep_for(loop_, 5ms);
    co_await wait;
    if (away) co_return unavailable("the database is away");
    co_return ok();
  }

  std::optional<PlacedMeeting> place(const MeetingId& meeting) const {
    if (const auto found = places.find(meeting); found != places.end()) return found->second;
    const auto row = rows.find(meeting);
    if (row == rows.end()) return std::nullopt;
    PlacedMeeting placed;  // kendra's
    placed.meeting = meeting;
    placed.server = row->second.first;
    return placed;
  }

  void install(Server& server, const MeetingId& meeting, const api::Json& routers) {
    Carried carried;
    const auto role = meeting::RouterRole::kBoth;
    carried.routers.push_back(
        {RouterId("r" + std::to_string(++last_router_)), WorkerId(routers.at("workerId").get<std::string>()), role, 0});
    rows[meeting] = {server.record.server, carried.routers};
    server.carries[meeting] = std::move(carried);
  }

  Result<std::string> serve(Server& server, const std::string& path, const std::string& text) {
    if (path == "/v1/getRecordingStorage") return server.storage;
    const api::Json body = api::Json::parse(text);
    if (path == "/v1/replaceMeetings") {
      if (server.error) return *server.error;
      for (const auto& item : body.at("replaceMeetingRequests")) install(server, MeetingId(item.at("meetingId")), item.at("routers"));
      return std::string("\"created\"");
    }
    const MeetingId meeting(body.at("meetingId").get<std::string>());
    const auto carried = server.carries.find(meeting);
    if (path == "/v1/createMeeting") {
      if (server.error) return *server.error;
      if (!rows.contains(meeting)) install(server, meeting, body.at("routers"));
      return std::string("{}");
    }
    if (path == "/v1/endMeeting") {
      server.carries.erase(meeting);
      rows.erase(meeting);  // wherever they lead
      return std::string("{}");
    }
    if (carried == server.carries.end()) return not_found("meeting", meeting.str());
    if (path == "/v1/releaseMeeting") {
      server.carries.erase(carried);
      return std::string("{}");
    }
    if (path == "/v1/getMeeting") {
      api::OrderedJson answer = {{"meetingId", meeting.str()}, {"participants", api::OrderedJson::array()}};
      for (std::size_t i = 0; i < carried->second.participants; ++i) answer["participants"].push_back(api::OrderedJson::object());
      return api::to_text(answer);
    }
    if (path == "/v1/addRouters") {
      auto& routers = carried->second.routers;
      for (const auto& router : body.at("routers")) {
        routers.push_back({RouterId("r" + std::to_string(++last_router_)), WorkerId(router.at("workerId").get<std::string>()),
                           meeting::RouterRole::kConsumer, 0});
      }
      rows[meeting].second = routers;
      api::OrderedJson answer = {{"routers", api::OrderedJson::array()}};
      for (const auto& row : routers) {
        answer["routers"].push_back({{"routerId", row.router.str()},
                                     {"workerId", row.worker.str()},
                                     {"role", row.role == meeting::RouterRole::kConsumer ? "consumer" : "both"}});
      }
      return api::to_text(answer);
    }
    return not_found("route", path);
  }

  dd::testing::ManualLoop& loop_;
  std::map<ContainerId, Server> servers_;
  int last_router_ = 0;
};

}  // namespace dd::control::testing
