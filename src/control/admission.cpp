// SPDX-License-Identifier: MIT
// Who is let into a meeting, and on which routers.
#include <algorithm>

#include "control/media_calls.hpp"
#include "control/meetings_state.hpp"
#include "observe/log.hpp"

namespace dd::control {
namespace {

// A burst of joins reads the place once. Moves and locks are heard as signals; this is for those that are missed.
constexpr std::chrono::seconds kFresh{1};
constexpr std::size_t kMaxSeats = 10'000;
constexpr std::uint32_t kMaxSize = 100'000;
// What a newcomer is expected to receive until the next heartbeat tells: somebody's sound and picture, and a page of people's at most.
constexpr std::uint32_t kFewestStreams = 2;
constexpr std::uint32_t kMostStreams = 100;
// A meeting's streams cross once to each further worker: each is sent there and received there, about two consumers' work. A meeting
// whose worker has enough to do pays that for what it gains. One with room pays when it is little against what it moves, as with a
// broadcast, whose viewers get their pictures sooner from two cores than from one.
constexpr std::uint32_t kPipeCost = 2;
constexpr std::uint32_t kEarlyPipeCost = 20;
constexpr double kSpreadEarlyAbove = 0.1;

bool sends(const meeting::RouterRow& router) { return router.role != meeting::RouterRole::kConsumer; }
bool receives(const meeting::RouterRow& router) { return router.role != meeting::RouterRole::kProducer; }

// The meeting's own limit, of which 0 is none, and the tenant's.
std::optional<std::uint32_t> limit_of(const PlacedMeeting& placed, std::optional<std::uint32_t> tenants) {
  if (placed.limit == 0) return tenants;
  return std::min(placed.limit, tenants.value_or(placed.limit));
}

}  // namespace

Task<Result<Admission>> Meetings::State::admit(AdmissionRequest request) {
  auto taking = take_turn(request.meeting);
  DD_CO_TRY(const auto turn, co_await std::move(taking));
  auto admitting = admit_in_turn(turn.known, std::move(request));
  auto admission = co_await std::move(admitting);
  if (admission) {
    turn.known->admitted = loop.now();
  } else {
    const Error& error = admission.error();
    metrics.add(observe::Metric::kAdmissionsRefused, {error.reason.empty() ? to_string(error.code) : std::string_view(error.reason)});
  }
  co_return std::move(admission);
}

Task<Result<Admission>> Meetings::State::admit_in_turn(KnownPtr known, AdmissionRequest request) {
  auto asking = store.is_removed(request.meeting, request.participant);
  DD_CO_TRY(const bool removed, co_await std::move(asking));
  if (removed) co_return refused(Errc::kForbidden, "removed", "a moderator has removed this participant");
  auto reading = refresh(request.meeting, known, kFresh);
  DD_CO_TRY_VOID(co_await std::move(reading));

  Admission admission;
  if (!known->placed) {
    if (!request.may_create) co_return refused(Errc::kNotFound, "meeting_ended", "there is no such meeting now");
    if (request.tenant_meetings == 0U) co_return refused(Errc::kConflict, "tenant_full", "the tenant may have no meetings");
    if (request.participant_limit == 0U)
      co_return refused(Errc::kConflict, "meeting_full", "the tenant's meetings may have no participants");
    auto creating = create(known, request);
    DD_CO_TRY(admission.created, co_await std::move(creating));
  }
  const PlacedMeeting placed = *known->placed;
  if (!placed.tenant.empty() && placed.tenant != request.tenant) co_return not_found("meeting", request.meeting.str());
  if (placed.locked && !request.moderator) co_return refused(Errc::kForbidden, "meeting_locked", "a moderator has locked the meeting");
  const auto limit = limit_of(placed, request.participant_limit);
  if (limit && request.participants_here >= *limit) {
    co_return refused(Errc::kConflict, "meeting_full", "the meeting has its limit of participants");
  }
  auto readying = make_ready(request.meeting, known);
  DD_CO_TRY_VOID(co_await std::move(readying));
  if (request.participants_here >= known->placed->size) {
    // Within its reservation a meeting is always let grow; beyond it, while the server has anybody's seat left.
    const auto* server = watch.find(known->placed->server);
    if (server != nullptr && server->capacity != 0 && server->participants >= server->capacity) {
      co_return refused(Errc::kUnavailable, "cluster_full", "the meeting's server has no room for more");
    }
    auto growing = make_room(known, request.participants_here + 1);
    co_await std::move(growing);
  }
  auto seating = seat(request.meeting, known, request.participant, request.streams);
  DD_CO_TRY(admission.place, co_await std::move(seating));
  admission.meeting = *known->placed;
  co_return std::move(admission);
}

Task<Result<Place>> Meetings::State::place_of(MeetingId meeting, ParticipantId participant, std::uint32_t streams) {
  auto taking = take_turn(meeting);
  DD_CO_TRY(const auto turn, co_await std::move(taking));
  auto reading = refresh(meeting, turn.known, Duration{0});
  DD_CO_TRY_VOID(co_await std::move(reading));
  if (!turn.known->placed) co_return refused(Errc::kNotFound, "meeting_ended", "the meeting has ended");
  auto readying = make_ready(meeting, turn.known);
  DD_CO_TRY_VOID(co_await std::move(readying));
  auto seating = seat(meeting, turn.known, std::move(participant), streams);
  co_return co_await std::move(seating);
}

Task<Result<Place>> Meetings::State::seat(MeetingId meeting, KnownPtr known, ParticipantId participant, std::uint32_t streams) {
  Place place;
  place.server = known->placed->server;
  place.moves = known->placed->moves;
  const auto producer = std::find_if(known->routers.begin(), known->routers.end(), sends);
  place.producer_router = producer == known->routers.end() ? known->routers.front().router : producer->router;

  const auto taken = known->seats.find(participant);
  const bool stays = taken != known->seats.end() && std::any_of(known->routers.begin(), known->routers.end(),
                                                                [&](const auto& router) { return router.router == taken->second; });
  if (stays) {
    place.consumer_router = taken->second;
    co_return place;
  }
  auto choosing = consumer_router(meeting, known, streams);
  DD_CO_TRY(place.consumer_router, co_await std::move(choosing));
  if (known->seats.size() < kMaxSeats) known->seats.insert_or_assign(std::move(participant), place.consumer_router);
  co_return place;
}

// The router on the least loaded of the meeting's workers, or on a further one that is emptier by more than its pipes cost.
Task<Result<RouterId>> Meetings::State::consumer_router(MeetingId meeting, KnownPtr known, std::uint32_t streams) {
  streams = std::clamp(streams, kFewestStreams, kMostStreams);
  const auto* server = watch.find(known->placed->server);
  const auto workers = server == nullptr ? std::vector<WorkerLoad>{} : workers_by_load(*server, expected);
  const auto router_on = [&known](const WorkerLoad& worker) {
    return std::find_if(known->routers.begin(), known->routers.end(), [&](const auto& router) { return router.worker == worker.worker; });
  };
  const auto receives_here = [&](const WorkerLoad& worker) {
    const auto router = router_on(worker);
    return router != known->routers.end() && receives(*router);
  };
  const auto used = std::find_if(workers.begin(), workers.end(), receives_here);
  const auto further =
      std::find_if(workers.begin(), workers.end(), [&](const WorkerLoad& worker) { return router_on(worker) == known->routers.end(); });
  // Without a living worker any router is as good: the worker comes back with it. So are kendra's meetings without consumer routers.
  const auto any = std::find_if(known->routers.begin(), known->routers.end(), receives);
  auto chosen = used != workers.end() ? *router_on(*used) : any != known->routers.end() ? *any : known->routers.front();

  const double now = used == workers.end() ? 0 : load(*used, expected[used->worker]);
  const std::uint32_t pipes = streams * (now > settings.spread_above ? kPipeCost : kEarlyPipeCost);
  if (now > kSpreadEarlyAbove && further != workers.end() && load(*further, expected[further->worker] + pipes) < now) {
    const WorkerId worker = further->worker;
    auto calling = fleet.call(known->placed->server, "/v1/addRouters", add_router_body(meeting, worker, settings.consumers_per_router));
    const auto answer = co_await std::move(calling);
    auto routers = answer ? read_routers(*answer) : Result<std::vector<meeting::RouterRow>>(answer.error());
    if (routers) {
      known->routers = std::move(*routers);
      const auto added = std::find_if(known->routers.begin(), known->routers.end(), [&](const auto& row) { return row.worker == worker; });
      if (added != known->routers.end()) chosen = *added;
    } else {
      observe::log_warn("meeting_not_grown", {{"meeting", meeting}, {"problem", routers.error().message}});
    }
  }
  expected[chosen.worker] += streams;
  co_return chosen.router;
}

// Reserves more for a meeting that outgrows its size. That it fails costs precision of later placements, no participant.
Task<void> Meetings::State::make_room(KnownPtr known, std::uint32_t participants) {
  const std::uint32_t size = std::min(kMaxSize, std::max(participants, known->placed->size * 2));
  if (size <= known->placed->size) co_return;
  auto resizing = store.resize(known->placed->meeting, size);
  const auto resized = co_await std::move(resizing);
  if (resized && known->placed) known->placed->size = size;
  if (!resized) observe::log_warn("reservation_not_grown", {{"problem", resized.error().message}});
}

}  // namespace dd::control
