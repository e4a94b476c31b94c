// SPDX-License-Identifier: MIT
#include "control/meetings.hpp"

#include <algorithm>

#include "control/media_calls.hpp"
#include "control/meetings_state.hpp"
#include "control/signals.hpp"

namespace dd::control {
namespace {

constexpr std::size_t kMaxKnown = 20'000;
constexpr std::chrono::minutes kKeptUnused{10};
// Nobody is removed for longer than tokens usually live; and a day later the meeting of that name is another one.
constexpr std::chrono::hours kRemovedFor{24};
constexpr std::chrono::seconds kHintLasts{30};

}  // namespace

Meetings::State::State(Loop& home, MeetingsSettings chosen, ControlStore& rows, Fleet& servers, SignalBus& signals,
                       observe::Metrics& counts)
    : loop(home),
      settings(std::move(chosen)),
      store(rows),
      fleet(servers),
      bus(signals),
      metrics(counts),
      watch(settings.heartbeat_limit, settings.watch_interval) {}

Meetings::State::KnownPtr Meetings::State::known_of(const MeetingId& meeting) {
  auto& known = meetings[meeting];
  if (!known) known = std::make_shared<Known>(loop);
  known->used = loop.now();
  return known;
}

Task<Result<Meetings::State::Turn>> Meetings::State::take_turn(MeetingId meeting) {
  if (meetings.size() >= kMaxKnown && !meetings.contains(meeting)) forget_places();
  auto known = known_of(meeting);
  auto waiting = known->line.acquire();
  DD_CO_TRY(auto guard, co_await std::move(waiting));
  co_return Turn{std::move(known), std::move(guard)};
}

void Meetings::State::forget_places() {
  const bool crowded = meetings.size() >= kMaxKnown;
  std::erase_if(meetings, [&](const auto& entry) {
    const Known& known = *entry.second;
    return known.line.idle() && entry.second.use_count() == 1 && (crowded || loop.now() - known.used > kKeptUnused);
  });
}

bool Meetings::State::is_living(const ServerRecord& server) const { return watch.living(server.server, loop.now()); }

bool Meetings::State::is_draining(const ServerRecord& server) const {
  const auto hint = drain_hints.find(server.server);
  return server.draining || (hint != drain_hints.end() && loop.now() - hint->second < kHintLasts);
}

Claims Meetings::State::all_claims() const {
  Claims sum = claims;
  for (const auto& [server, size] : claims_before) sum[server] += size;
  return sum;
}

void Meetings::State::unclaim(const ContainerId& server, std::uint32_t size) {
  // A reading in between may have taken the claim away already.
  if (const auto found = claims.find(server); found != claims.end()) found->second -= std::min(found->second, size);
}

// Before the first look, or with start() never called.
Task<Result<void>> Meetings::State::need_servers() {
  if (watch.read_once()) co_return ok();
  auto reading = store.servers();
  DD_CO_TRY(auto servers, co_await std::move(reading));
  for (const auto& server : servers) fleet.know(server.server, server.origin);
  watch.update(std::move(servers), loop.now(), loop.wall_now());
  co_return ok();
}

Task<Result<void>> Meetings::State::refresh(MeetingId meeting, KnownPtr known, Duration max_age) {
  if (!known->refresh && known->placed && !known->routers.empty() && loop.now() - known->read < max_age) co_return ok();
  known->refresh = false;  // before asking: what is said meanwhile counts
  auto finding = store.find(meeting);
  auto found = co_await std::move(finding);
  if (!found) {
    known->refresh = true;
    co_return std::move(found.error());
  }
  auto asking = store.routers_of(meeting);
  auto routers = co_await std::move(asking);
  if (!routers) {
    known->refresh = true;
    co_return std::move(routers.error());
  }
  const bool moved = known->placed && *found && known->placed->server != (*found)->server;
  if (!*found || moved) known->seats.clear();
  known->placed = std::move(*found);
  known->routers = std::move(*routers);
  known->read = loop.now();
  co_return ok();
}

Task<Result<void>> Meetings::State::lock(MeetingId meeting, bool locked) {
  auto taking = take_turn(meeting);
  DD_CO_TRY(const auto turn, co_await std::move(taking));
  auto writing = store.set_locked(meeting, locked);
  DD_CO_TRY_VOID(co_await std::move(writing));
  if (turn.known->placed) turn.known->placed->locked = locked;
  bus.publish(meeting, make_signal(LockedSignal{locked}));
  co_return ok();
}

Task<Result<void>> Meetings::State::remove(MeetingId meeting, ParticipantId participant) {
  auto taking = take_turn(meeting);
  DD_CO_TRY(const auto turn, co_await std::move(taking));
  auto writing = store.remove_participant(meeting, participant, loop.wall_now() + kRemovedFor);
  DD_CO_TRY_VOID(co_await std::move(writing));
  turn.known->seats.erase(participant);
  bus.publish(meeting, make_signal(RemovedSignal{std::move(participant)}));
  co_return ok();
}

void Meetings::State::on_control_signal(const MeetingId& meeting, std::string_view text) {
  const auto signal = parse_signal(text);
  if (!signal) return;
  if (const auto known = meetings.find(meeting); known != meetings.end()) known->second->refresh = true;
  if (listener == nullptr) return;
  if (const auto* moved = std::get_if<MovedSignal>(&*signal)) listener->on_meeting_moved(meeting, moved->to, moved->reason);
  if (const auto* ended = std::get_if<EndedSignal>(&*signal)) listener->on_meeting_ended(meeting, ended->reason);
}

void Meetings::State::on_media_event(const MediaEvent& event) {
  if (!is_draining_event(event.json) || watch.find(event.server) == nullptr) return;
  drain_hints[event.server] = loop.now();
  if (leads && started && !stopping) schedule(Duration{0});
}

Meetings::Meetings(Loop& loop, MeetingsSettings settings, ControlStore& store, Fleet& fleet, SignalBus& bus, observe::Metrics& metrics)
    : state_(std::make_shared<State>(loop, std::move(settings), store, fleet, bus, metrics)) {
  fleet.add_listener(state_.get());
}

Meetings::~Meetings() {
  state_->listener = nullptr;
  state_->stopping = true;
  state_->timer.cancel();
}

void Meetings::start() { state_->start(); }

Task<void> Meetings::stop() {
  auto task = state_->stop();
  return State::held(state_, std::move(task));
}

void Meetings::set_listener(MeetingsListener* listener) { state_->listener = listener; }

void Meetings::on_control_signal(const MeetingId& meeting, std::string_view text) { state_->on_control_signal(meeting, text); }

Task<Result<Admission>> Meetings::admit(AdmissionRequest request) {
  auto task = state_->admit(std::move(request));
  return State::held(state_, std::move(task));
}

Task<Result<Place>> Meetings::place_of(MeetingId meeting, ParticipantId participant, std::uint32_t streams) {
  auto task = state_->place_of(std::move(meeting), std::move(participant), streams);
  return State::held(state_, std::move(task));
}

Task<Result<std::optional<PlacedMeeting>>> Meetings::find(MeetingId meeting) { return state_->store.find(std::move(meeting)); }

Task<Result<std::uint32_t>> Meetings::participants_of(TenantId tenant) { return state_->store.participants_of(std::move(tenant)); }

Task<Result<void>> Meetings::lock(MeetingId meeting, bool locked) {
  auto task = state_->lock(std::move(meeting), locked);
  return State::held(state_, std::move(task));
}

Task<Result<void>> Meetings::remove(MeetingId meeting, ParticipantId participant) {
  auto task = state_->remove(std::move(meeting), std::move(participant));
  return State::held(state_, std::move(task));
}

Task<Result<void>> Meetings::end(MeetingId meeting, std::string reason) {
  auto task = state_->end(std::move(meeting), std::move(reason));
  return State::held(state_, std::move(task));
}

Task<Result<void>> Meetings::end_if_empty(MeetingId meeting) {
  auto task = state_->end_if_empty(std::move(meeting));
  return State::held(state_, std::move(task));
}

const std::vector<ServerRecord>& Meetings::servers() const { return state_->watch.servers(); }

bool Meetings::leader() const { return state_->leads; }

}  // namespace dd::control
