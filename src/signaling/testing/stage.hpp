// SPDX-License-Identifier: MIT
// Stage: replicas of the control plane with clients, over fake media servers, a shared bus and rows in memory; time is simulated.
// Everything between a client's text and a media server's JSON is the real thing. Owned by one test.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/testing/manual_loop.hpp"
#include "control/meetings.hpp"
#include "control/recording_quota.hpp"
#include "control/tenants.hpp"
#include "control/testing/memory_rows.hpp"
#include "observe/metrics.hpp"
#include "signaling/gate.hpp"
#include "signaling/testing/fake_media_servers.hpp"
#include "signaling/testing/shared_bus.hpp"
#include "trust/token.hpp"

namespace dd::signaling::testing {

using api::Json;

class Stage;

struct FakeSocket final : Socket {
  void send(std::string text) override;
  std::size_t queued_bytes() const override { return reads ? 0 : queued; }
  void close(CloseCode code, std::string_view reason) override;

  bool reads = true;
  std::size_t queued = 0;
  std::vector<Json> received;
  std::optional<CloseCode> closed;
  std::string close_reason;
};

// One WebSocket of a client.
class Client {
 public:
  Client(Stage& stage, Gate& gate);
  ~Client();

  // Sends a request and lets everything happen that it causes; the answer, or null when there is none yet.
  Json ask(const std::string& method, Json params = Json::object());
  int send(const std::string& method, Json params = Json::object());  // without waiting; the id
  void send_text(std::string text);
  Json answer_to(int id) const;
  Json join(const std::string& token, const std::string& instance = "i-1", Json more = Json::object());

  // Notifications of a method, oldest first, without those that were looked at before.
  std::vector<Json> told(const std::string& method) const;
  Json last(const std::string& method) const;  // its params; null when there is none
  void forget() { socket->received.clear(); }

  void break_socket();  // the network is gone
  const std::shared_ptr<FakeSocket> socket;

  Json joined;  // the answer to join
  std::string send_transport() const { return joined["result"]["media"]["send"]["id"]; }
  std::string receive_transport() const { return joined["result"]["media"]["receive"]["id"]; }
  std::string produce(const std::string& kind);  // the producer

 private:
  Stage& stage_;
  std::unique_ptr<Receiver> receiver_;
  int next_id_ = 1;
};

struct Replica {
  Replica(Stage& stage, std::string name, GateSettings settings);
  ~Replica();
  SharedBus::Port& bus;
  observe::Metrics metrics;
  control::Tenants tenants;
  control::Meetings meetings;
  control::RecordingQuota recording_quota;
  std::unique_ptr<Gate> gate;
  Stage& stage;
};

class Stage {
 public:
  explicit Stage(GateSettings settings = {});
  ~Stage();

  Replica& add_replica(const std::string& name);
  std::unique_ptr<Client> connect(std::size_t replica = 0);
  // A client that has joined.
  std::unique_ptr<Client> enter(const std::string& participant, const trust::Grants& grants, std::size_t replica = 0);
  std::unique_ptr<Client> enter(const std::string& participant, std::size_t replica = 0);
  std::string token(const std::string& participant, const trust::Grants& grants, const std::string& meeting = "standup",
                    const std::string& tenant = "acme") const;
  void settle() { loop.run_ready(); }
  // The meeting as its server knows it, and the ids that servers use.
  FakeMeeting& at_server();
  std::string scoped(const std::string& participant) const;
  MeetingId meeting() const;
  const ContainerId& server() const;

  dd::testing::ManualLoop loop;
  control::testing::MemoryControlStore rows;
  control::testing::MemoryTenantStore tenant_rows;
  SharedBus bus{loop};
  FakeMediaServers media{loop, rows};
  GateSettings settings;
  std::vector<std::unique_ptr<Replica>> replicas;
};

trust::Grants everything();
trust::Grants guest();  // neither records nor moderates

}  // namespace dd::signaling::testing
