// SPDX-License-Identifier: MIT
#include "signaling/testing/stage.hpp"

#include "control/scoped_ids.hpp"

namespace dd::signaling::testing {
namespace {

const TenantId kAcme("acme");

}  // namespace

void FakeSocket::send(std::string text) {
  queued += text.size();
  received.push_back(Json::parse(text));
}

void FakeSocket::close(CloseCode code, std::string_view reason) {
  if (closed) return;
  closed = code;
  close_reason = reason;
}

Client::Client(Stage& stage, Gate& gate) : socket(std::make_shared<FakeSocket>()), stage_(stage) {
  receiver_ = gate.accept(api::HttpRequest{}, socket);
}

Client::~Client() { break_socket(); }

void Client::break_socket() {
  if (!receiver_) return;
  receiver_->on_closed();
  receiver_.reset();
  stage_.settle();
}

void Client::send_text(std::string text) {
  if (!receiver_ || socket->closed) return;
  receiver_->on_text(std::move(text));
}

int Client::send(const std::string& method, Json params) {
  const int id = next_id_++;
  const Json request{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}};
  send_text(request.dump());
  return id;
}

Json Client::answer_to(int id) const {
  for (const auto& message : socket->received) {
    if (message.contains("id") && message["id"] == id) return message;
  }
  return nullptr;
}

Json Client::ask(const std::string& method, Json params) {
  const int id = send(method, std::move(params));
  stage_.settle();
  return answer_to(id);
}

Json Client::join(const std::string& token, const std::string& instance, Json more) {
  more["token"] = token;
  more["instanceId"] = instance;
  joined = ask("join", std::move(more));
  return joined;
}

std::vector<Json> Client::told(const std::string& method) const {
  std::vector<Json> found;
  for (const auto& message : socket->received) {
    if (message.contains("method") && message["method"] == method) found.push_back(message["params"]);
  }
  return found;
}

Json Client::last(const std::string& method) const {
  const auto all = told(method);
  return all.empty() ? Json(nullptr) : all.back();
}

std::string Client::produce(const std::string& kind) {
  const Json answer = ask("produce", {{"transportId", send_transport()}, {"kind", kind}, {"rtpParameters", Json::object()}});
  return answer.contains("result") ? answer["result"]["producerId"].get<std::string>() : std::string{};
}

Replica::Replica(Stage& home, std::string name, GateSettings settings)
    : bus(home.bus.open_port()),
      tenants(home.loop, control::TenantsSettings{}, home.tenant_rows, metrics),
      meetings(
          home.loop,
          [&] {
            control::MeetingsSettings chosen;
            chosen.replica = name;
            return chosen;
          }(),
          home.rows, home.media, bus, metrics),
      recording_quota(home.loop, control::RecordingQuotaSettings{}, tenants, meetings, home.media),
      stage(home) {
  settings.replica = std::move(name);
  gate = std::make_unique<Gate>(home.loop, std::move(settings), meetings, tenants, recording_quota, home.media, bus, metrics);
  meetings.start();
  gate->start();
  home.settle();
}

Replica::~Replica() {
  stage.media.remove_listener(gate.get());
  stage.bus.close_port(bus);
}

Stage::Stage(GateSettings chosen) : settings(std::move(chosen)) {
  control::ServerRecord record;
  record.server = ContainerId("media-1");
  record.host = "192.0.2.1";
  record.origin = "http://192.0.2.1:3001";
  record.heartbeat = loop.wall_now();
  record.capacity = 1'000;
  control::WorkerLoad worker;
  worker.worker = WorkerId("w-1");
  record.workers.push_back(worker);
  rows.records.push_back(record);
  control::Tenant acme;
  acme.id = kAcme;
  acme.name = "Acme";
  tenant_rows.rows[kAcme] = acme;
  tenant_rows.keys.push_back(trust::generate_key(kAcme, trust::Algorithm::kHs256).value());
  add_replica("replica-a");
}

Stage::~Stage() {
  replicas.clear();
  loop.run_ready();
}

Replica& Stage::add_replica(const std::string& name) {
  replicas.push_back(std::make_unique<Replica>(*this, name, settings));
  return *replicas.back();
}

std::unique_ptr<Client> Stage::connect(std::size_t replica) { return std::make_unique<Client>(*this, *replicas[replica]->gate); }

std::unique_ptr<Client> Stage::enter(const std::string& participant, const trust::Grants& grants, std::size_t replica) {
  auto client = connect(replica);
  client->join(token(participant, grants), "i-" + participant);
  return client;
}

std::unique_ptr<Client> Stage::enter(const std::string& participant, std::size_t replica) {
  return enter(participant, everything(), replica);
}

std::string Stage::token(const std::string& participant, const trust::Grants& grants, const std::string& in,
                         const std::string& tenant) const {
  trust::Claims claims;
  claims.tenant = TenantId(tenant);
  claims.meeting = MeetingId(in);
  claims.participant = ParticipantId(participant);
  claims.name = participant.empty() ? "" : "Name of " + participant;
  claims.grants = grants;
  claims.expires = loop.wall_now() + std::chrono::hours{12};
  return trust::issue(claims, tenant_rows.keys.front(), loop.wall_now()).value();
}

MeetingId Stage::meeting() const { return control::scoped_meeting(kAcme, "standup"); }

std::string Stage::scoped(const std::string& participant) const { return control::scoped_participant(meeting(), participant).str(); }

const ContainerId& Stage::server() const { return rows.meetings.at(meeting()).server; }

FakeMeeting& Stage::at_server() { return media.servers[server()][meeting().str()]; }

trust::Grants everything() {
  trust::Grants grants;
  grants.publish = {"audio", "video", "screenshare"};
  grants.subscribe = grants.data = grants.record = grants.moderate = true;
  return grants;
}

trust::Grants guest() {
  trust::Grants grants = everything();
  grants.record = grants.moderate = false;
  return grants;
}

}  // namespace dd::signaling::testing
