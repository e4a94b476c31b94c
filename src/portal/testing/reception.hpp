// SPDX-License-Identifier: MIT
// Reception: the whole portal between the real Meetings and Tenants and fakes of what is outside, on a loop stepped by hand. A test calls it
// as a client would, without a socket. Owned by one test.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/json.hpp"
#include "base/testing/manual_loop.hpp"
#include "control/meetings.hpp"
#include "control/signal_bus.hpp"
#include "control/tenants.hpp"
#include "control/testing/memory_rows.hpp"
#include "portal/portal.hpp"
#include "portal/testing/fake_fleet.hpp"
#include "trust/token.hpp"

namespace dd::portal::testing {

using api::Json;

class HeardBus final : public control::SignalBus {
 public:
  struct Heard {
    MeetingId meeting;
    control::KendraSignal signal;
    Json payload;
  };
  void set_listener(control::SignalListener*) override {}
  void subscribe(const MeetingId&) override {}
  void unsubscribe(const MeetingId&) override {}
  void publish(const MeetingId&, std::string) override {}
  void publish_for_kendra(const MeetingId& meeting, control::KendraSignal signal) override {
    Json payload = Json::parse(signal.payload);
    heard.push_back(Heard{meeting, std::move(signal), std::move(payload)});
  }
  bool available() const override { return true; }
  bool alone() const override { return true; }

  std::vector<Heard> heard;
};

inline const std::string kApiKey = "an-operators-key-of-tests";

class Reception {
 public:
  struct Reply {
    int status = 0;
    std::string text;
    Json json;  // discarded when the text is none
    api::HttpResponse response;

    std::string header(std::string_view name) const {
      for (const auto& [key, value] : response.headers) {
        if (key == name) return value;
      }
      return {};
    }
    std::string code() const { return json.is_object() && json.contains("error") ? json["error"].value("code", "") : std::string{}; }
    std::string reason() const { return json.is_object() && json.contains("error") ? json["error"].value("reason", "") : std::string{}; }
  };

  static PortalSettings defaults() {
    PortalSettings settings;
    settings.version = "9.9.9";
    settings.api_key = kApiKey;
    settings.pool = "default";
    settings.public_url = "https://meet.example.org";
    return settings;
  }

  explicit Reception(PortalSettings settings = defaults())
      : tenants(loop, control::TenantsSettings{}, tenant_store, metrics),
        meetings(loop, meetings_settings(), store, fleet, bus, metrics),
        recording_quota(loop, control::RecordingQuotaSettings{}, tenants, meetings, fleet) {
    add_server("c1");
    put_tenant("acme");
    auto opened = Portal::open(loop, meetings, tenants, recording_quota, tenant_store, store, fleet, bus, metrics, std::move(settings));
    DD_CHECK(opened.has_value(), "the settings of a test make sense");
    portal = std::move(*opened);
    meetings.start();
    beat();
    portal->start();
    beat();
  }

  static control::MeetingsSettings meetings_settings() {
    control::MeetingsSettings settings;
    settings.replica = "r1";
    settings.pool = "default";
    return settings;
  }

  void add_server(const std::string& id, std::vector<std::uint32_t> consumers = {0, 0, 0}) {
    control::ServerRecord server;
    server.server = ContainerId(id);
    server.host = "10.0.0.1";
    server.origin = "http://10.0.0.1:3001";
    server.tenant = "default";
    server.heartbeat = loop.wall_now();
    server.capacity = 200;
    for (std::size_t i = 0; i < consumers.size(); ++i) {
      server.workers.push_back(control::WorkerLoad{WorkerId(id + "w" + std::to_string(i + 1)), true, consumers[i], 0});
    }
    store.records.push_back(std::move(server));
  }
  // Every server says that it is alive, and is seen.
  void beat() {
    for (auto& server : store.records) server.heartbeat = loop.wall_now();
    loop.advance(std::chrono::seconds{2});
  }

  void put_tenant(const std::string& id) {
    control::Tenant tenant;
    tenant.id = TenantId(id);
    tenant.name = id;
    tenant_store.rows[tenant.id] = tenant;
    give_key(id);
  }
  void give_key(const std::string& tenant) {
    auto key = trust::generate_key(TenantId(tenant), trust::Algorithm::kHs256);
    DD_CHECK(key.has_value(), "keys can be made");
    key->id = KeyId("k-" + tenant);
    tenant_store.keys.push_back(*key);
  }
  std::string token(const std::string& tenant, trust::Grants grants, const std::string& meeting = "", const std::string& participant = "") {
    trust::Claims claims;
    claims.tenant = TenantId(tenant);
    claims.meeting = MeetingId(meeting);
    claims.participant = ParticipantId(participant);
    claims.grants = std::move(grants);
    claims.expires = loop.wall_now() + std::chrono::hours{1};
    for (const auto& key : tenant_store.keys) {
      if (key.tenant != claims.tenant) continue;
      auto issued = trust::issue(claims, key, loop.wall_now());
      DD_CHECK(issued.has_value(), "the key of a test signs");
      return *issued;
    }
    return {};
  }
  static trust::Grants admin() {
    trust::Grants grants;
    grants.admin = true;
    return grants;
  }

  void place(const std::string& meeting, const std::string& tenant = "default", const std::string& server = "c1") {
    control::PlacedMeeting placed;
    placed.meeting = MeetingId(meeting);
    placed.tenant = TenantId(tenant);
    placed.server = ContainerId(server);
    placed.size = 10;
    store.meetings[placed.meeting] = placed;
  }

  Reply request(std::string method, std::string target, std::string body = {}, std::string credential = {},
                std::vector<std::pair<std::string, std::string>> headers = {}) {
    api::HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = std::move(body);
    request.headers = std::move(headers);
    request.peer = peer;
    if (!credential.empty()) request.headers.emplace_back("authorization", "Bearer " + credential);
    Reply reply;
    reply.response = loop.run(portal->handle(std::move(request)));
    reply.status = reply.response.status;
    reply.text = std::string(reply.response.content());
    reply.json = Json::parse(reply.text, nullptr, false);
    return reply;
  }
  Reply get(std::string target, std::string credential = {}) { return request("GET", std::move(target), {}, std::move(credential)); }
  Reply post(std::string target, const Json& body, std::string credential = {}) {
    return request("POST", std::move(target), body.dump(), std::move(credential), {{"content-type", "application/json"}});
  }
  Reply kendra(const std::string& name, const Json& body, std::string credential = kApiKey) {
    return post("/v1/" + name, body, std::move(credential));
  }

  dd::testing::ManualLoop loop;
  observe::Metrics metrics;
  control::testing::MemoryControlStore store;
  control::testing::MemoryTenantStore tenant_store;
  FakeFleet fleet;
  HeardBus bus;
  control::Tenants tenants;
  control::Meetings meetings;
  control::RecordingQuota recording_quota;
  std::unique_ptr<Portal> portal;
  api::PeerAddress peer{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1};
};

}  // namespace dd::portal::testing
