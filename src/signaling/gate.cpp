// SPDX-License-Identifier: MIT
#include "signaling/gate.hpp"

#include "api/json.hpp"
#include "signaling/hub.hpp"
#include "signaling/link.hpp"
#include "signaling/peek.hpp"
#include "signaling/room.hpp"
#include "signaling/session.hpp"

namespace dd::signaling {
namespace {

class Doorway final : public Receiver {
 public:
  explicit Doorway(std::shared_ptr<Link> link) : link_(std::move(link)) {}
  ~Doorway() override { link_->on_closed(); }
  void on_text(std::string text) override {
    const auto link = link_;
    link->receive(std::move(text));
  }
  void on_closed() override { link_->on_closed(); }

 private:
  std::shared_ptr<Link> link_;
};

void meter_usage(control::Tenants& tenants, const api::Json& event) {
  const TenantId tenant(peek_text(event, "tenant"));
  if (tenant.empty()) return;  // of a meeting that kendra made
  const auto meter = [&](std::string_view what, std::string_view member) {
    const auto amount = peek_integer(event, member).value_or(0);
    if (amount > 0) tenants.meter(tenant, what, static_cast<std::uint64_t>(amount));
  };
  meter(control::kParticipantSeconds, "participantSeconds");
  meter(control::kBytesIn, "bytesIn");
  meter(control::kBytesOut, "bytesOut");
}

}  // namespace

Gate::Gate(Loop& loop, GateSettings settings, control::Meetings& meetings, control::Tenants& tenants,
           control::RecordingQuota& recording_quota, control::Fleet& fleet, control::SignalBus& bus, observe::Metrics& metrics)
    : hub_(std::make_shared<Hub>(loop, meetings, tenants, recording_quota, fleet, bus, metrics, std::move(settings))) {}

Gate::~Gate() {
  stop();
  hub_->break_up();
}

void Gate::start() {
  hub_->bus.set_listener(this);
  hub_->fleet.add_listener(this);
  hub_->meetings.set_listener(this);
  follow_as_leader();
  schedule_following();
}

void Gate::stop() {
  hub_->stopping = true;
  following_.cancel();
  for (const auto& session : hub_->sessions()) session->end(CloseCode::kGoingAway, "the server stops");
  for (const auto& server : std::exchange(metered_, {})) hub_->unfollow(server);
}

std::size_t Gate::sessions() const { return hub_->session_count(); }

std::unique_ptr<Receiver> Gate::accept(const api::HttpRequest&, std::shared_ptr<Socket> socket) {
  auto link = std::make_shared<Link>(hub_, std::move(socket));
  link->open();
  if (hub_->stopping) {
    link->close(CloseCode::kGoingAway, "the server stops");
  } else if (hub_->connections > hub_->settings.max_connections) {
    hub_->metrics.add(observe::Metric::kSignalingRefused, {"connections"});
    link->close(CloseCode::kTooManyMessages, "too many connections");
  }
  return std::make_unique<Doorway>(std::move(link));
}

void Gate::on_media_event(const control::MediaEvent& event) {
  const auto parsed = api::parse_json(event.json);
  if (!parsed) return;
  const std::string type = peek_text(parsed->root, "type");
  if (type == "meeting.usage") {
    if (metered_.contains(event.server) && hub_->meetings.leader()) meter_usage(hub_->tenants, parsed->root);
    return;
  }
  if (type == "server.draining") {
    const auto seconds = peek_integer(parsed->root, "deadlineSeconds").value_or(0);
    for (const auto& room : hub_->rooms()) {
      if (room->server() == event.server) room->on_drain(seconds);
    }
    return;
  }
  const MeetingId meeting(peek_text(parsed->root, "meetingId"));
  if (meeting.empty()) return;
  Room* found = hub_->find_room(meeting);
  if (found == nullptr || found->server() != event.server) return;  // an old place still telling
  const auto room = found->shared_from_this();
  room->on_media_event(type, parsed->root);
}

void Gate::on_media_resync(const ContainerId& server) {
  for (const auto& room : hub_->rooms()) {
    if (room->server() == server) room->reload();
  }
}

void Gate::on_signal(const MeetingId& meeting, std::string_view text) {
  const auto parsed = api::parse_json(text);
  if (!parsed) return;
  const std::string type = peek_text(parsed->root, "room");
  if (type.empty()) return hub_->meetings.on_control_signal(meeting, text);
  Room* found = hub_->find_room(meeting);
  if (found == nullptr) return;
  const auto room = found->shared_from_this();
  room->on_signal(type, parsed->root);
}

void Gate::on_signals_missed(const MeetingId& meeting) {
  Room* found = hub_->find_room(meeting);
  if (found == nullptr) return;
  const auto room = found->shared_from_this();
  room->on_signals_missed();
}

void Gate::on_meeting_moved(const MeetingId& meeting, const ContainerId& to, std::string_view reason) {
  Room* found = hub_->find_room(meeting);
  if (found == nullptr) return;
  const auto room = found->shared_from_this();
  room->on_moved(to, reason == "drain" ? "drain" : "server_died");
}

void Gate::on_meeting_ended(const MeetingId& meeting, std::string_view reason) {
  Room* found = hub_->find_room(meeting);
  if (found == nullptr) return;
  const auto room = found->shared_from_this();
  room->on_ended(reason);
}

void Gate::follow_as_leader() {
  std::set<ContainerId> wanted;
  if (hub_->meetings.leader()) {
    for (const auto& server : hub_->meetings.servers()) wanted.insert(server.server);
  }
  for (const auto& server : wanted) {
    if (!metered_.contains(server)) hub_->follow(server);
  }
  for (const auto& server : metered_) {
    if (!wanted.contains(server)) hub_->unfollow(server);
  }
  metered_ = std::move(wanted);
}

void Gate::schedule_following() {
  following_ = hub_->loop.after(hub_->settings.leader_interval, [this] {
    follow_as_leader();
    schedule_following();
  });
}

}  // namespace dd::signaling
