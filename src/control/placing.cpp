// SPDX-License-Identifier: MIT
// Giving a meeting a server and routers: at its first join, after a crash in between, or when its server is gone for good.
#include <algorithm>

#include "control/media_calls.hpp"
#include "control/meetings_state.hpp"
#include "observe/log.hpp"

namespace dd::control {
namespace {

constexpr std::size_t kMaxAttempts = 4;
constexpr std::chrono::seconds kMoveWait{10};
constexpr std::chrono::milliseconds kLookAgain{200};
constexpr std::chrono::seconds kAfterUnknownOutcome{10};

// Copies, because the records change while a call is under way.
std::vector<ServerRecord> best_of(const std::vector<const ServerRecord*>& servers, std::size_t most) {
  std::vector<ServerRecord> best;
  for (std::size_t i = 0; i < std::min(most, servers.size()); ++i) best.push_back(*servers[i]);
  return best;
}

Error cluster_full() {
  Error error = refused(Errc::kUnavailable, "cluster_full", "no media server has room");
  error.retry_after = std::chrono::seconds{5};
  return error;
}

}  // namespace

// True when this call has placed it; false when another replica, or another process, was quicker.
Task<Result<bool>> Meetings::State::create(KnownPtr known, AdmissionRequest request) {
  auto needing = need_servers();
  DD_CO_TRY_VOID(co_await std::move(needing));
  const std::uint32_t size = std::min(settings.default_size, request.participant_limit.value_or(settings.default_size));
  const auto living = [this](const ServerRecord& server) { return is_living(server) && !is_draining(server); };
  const auto servers = best_of(candidates(watch.servers(), settings.pool, size, living, all_claims()), kMaxAttempts);
  std::optional<Error> last;
  bool unknown_outcome = false;
  for (const auto& server : servers) {
    PlacedMeeting wanted;
    wanted.meeting = request.meeting;
    wanted.tenant = request.tenant;
    wanted.server = server.server;
    wanted.size = size;
    wanted.created = loop.wall_now();
    claims[server.server] += size;  // before asking, so that a burst does not choose the same server
    auto reserving = store.reserve(wanted, server.capacity, request.tenant_meetings.value_or(0));
    DD_CO_TRY(auto reservation, co_await std::move(reserving));
    if (reservation.outcome != Reservation::Outcome::kReserved) unclaim(server.server, size);
    if (reservation.outcome == Reservation::Outcome::kServerFull) continue;
    if (reservation.outcome == Reservation::Outcome::kTenantFull) {
      co_return refused(Errc::kConflict, "tenant_full", "the tenant has its limit of meetings");
    }
    if (reservation.outcome == Reservation::Outcome::kPlacedAlready) {
      known->placed = reservation.placed ? *reservation.placed : wanted;
      known->routers.clear();
      co_return false;
    }
    const Placing placing{wanted.meeting, wanted.tenant, server.server, workers_by_load(server, expected).front().worker};
    // After an unknown outcome the rows may be another server's; only a replacement writes over them.
    std::string path = "/v1/createMeeting";
    std::string body = create_meeting_body(placing, server.server, settings.consumers_per_router);
    if (unknown_outcome) {
      path = "/v1/replaceMeetings";
      body = replace_meetings_body({placing}, server.server, settings.consumers_per_router);
    }
    auto calling = fleet.call(server.server, std::move(path), std::move(body));
    const auto answer = co_await std::move(calling);
    if (answer) {
      known->placed = reservation.placed ? *reservation.placed : wanted;
      known->routers.clear();
      metrics.add(observe::Metric::kPlacements, {"created"});
      co_return true;
    }
    observe::log_warn("meeting_not_created",
                      {{"meeting", request.meeting}, {"server", server.server}, {"problem", answer.error().message}});
    unclaim(server.server, size);
    last = answer.error();
    if (last->code == Errc::kDeadlineExceeded) {
      unknown_outcome = true;
      leave_behind(server.server, request.meeting, kAfterUnknownOutcome);
    }
    auto forgetting = store.forget(request.meeting);
    DD_CO_TRY_VOID(co_await std::move(forgetting));
  }
  if (last) co_return unavailable("no media server could take the meeting", std::chrono::seconds{2});
  co_return cluster_full();
}

// On return the meeting is on a server that lives, and has routers there.
Task<Result<void>> Meetings::State::make_ready(MeetingId meeting, KnownPtr known) {
  auto needing = need_servers();
  DD_CO_TRY_VOID(co_await std::move(needing));
  const auto deadline = loop.now() + kMoveWait;
  while (true) {
    if (!known->placed) co_return refused(Errc::kNotFound, "meeting_ended", "the meeting has ended");
    if (loop.now() >= deadline) co_return unavailable("the meeting waits for another server", std::chrono::seconds{2});
    const auto* record = watch.find(known->placed->server);
    if (record == nullptr) {
      // Its rows were buried, or the database was restored: no leader will find it by its server.
      auto relocating = relocate(meeting, known);
      DD_CO_TRY_VOID(co_await std::move(relocating));
    } else if (!watch.dead(record->server, loop.now())) {
      const ServerRecord server = *record;
      if (known->routers.empty()) {
        auto reading = refresh(meeting, known, Duration{0});
        DD_CO_TRY_VOID(co_await std::move(reading));
        if (!known->placed || known->placed->server != server.server) continue;
      }
      const bool there = std::any_of(known->routers.begin(), known->routers.end(), [&](const auto& router) {
        return std::any_of(server.workers.begin(), server.workers.end(),
                           [&](const WorkerLoad& load) { return load.worker == router.worker; });
      });
      if (there) co_return ok();
      auto repairing = repair(meeting, known, server);
      DD_CO_TRY_VOID(co_await std::move(repairing));
      co_return ok();
    }
    auto pause = sleep_for(loop, kLookAgain);
    co_await pause;
    auto reading = refresh(meeting, known, Duration{0});
    DD_CO_TRY_VOID(co_await std::move(reading));
  }
}

// Somebody reserved a place and did not come to create the meeting, or the rows are of a server that has lost it.
Task<Result<void>> Meetings::State::repair(MeetingId meeting, KnownPtr known, ServerRecord server) {
  const auto workers = workers_by_load(server, expected);
  if (workers.empty()) co_return unavailable("the meeting's server has no worker");
  const Placing placing{meeting, known->placed->tenant, known->placed->server, workers.front().worker};
  auto calling =
      fleet.call(server.server, "/v1/replaceMeetings", replace_meetings_body({placing}, server.server, settings.consumers_per_router));
  const auto answer = co_await std::move(calling);
  if (!answer && is_draining(server)) {
    auto relocating = relocate(meeting, known);
    DD_CO_TRY_VOID(co_await std::move(relocating));
    co_return ok();
  }
  if (!answer) co_return Error(answer.error()).during("place the meeting again");
  auto reading = refresh(meeting, known, Duration{0});
  DD_CO_TRY_VOID(co_await std::move(reading));
  if (!known->placed || known->routers.empty()) co_return unavailable("the meeting has no routers");
  metrics.add(observe::Metric::kPlacements, {"repaired"});
  observe::log_info("meeting_repaired", {{"meeting", meeting}, {"server", server.server}});
  co_return ok();
}

Task<Result<void>> Meetings::State::relocate(MeetingId meeting, KnownPtr known) {
  const PlacedMeeting from = *known->placed;
  const auto living = [this](const ServerRecord& server) { return is_living(server) && !is_draining(server); };
  const auto targets = best_of(candidates(watch.servers(), settings.pool, from.size, living, all_claims()), 1);
  if (targets.empty()) co_return cluster_full();
  std::vector<PlacedMeeting> batch;
  batch.push_back(from);
  std::string reason = "server_gone";
  auto moving = move_batch(from.server, targets.front(), std::move(batch), std::move(reason));
  co_await std::move(moving);
  auto reading = refresh(meeting, known, Duration{0});
  DD_CO_TRY_VOID(co_await std::move(reading));
  if (known->placed && known->placed->server == from.server) co_return unavailable("the meeting waits for another server");
  co_return ok();
}

}  // namespace dd::control
