// SPDX-License-Identifier: MIT
#include <algorithm>
#include <fmt/format.h>

#include "meeting/gather.hpp"
#include "meeting/state.hpp"

namespace dd::meeting {

Result<std::vector<RouterRow>> Host::State::routers_of(const MeetingId& meeting_id) const {
  const Meeting* meeting = find_meeting(meeting_id);
  if (meeting == nullptr) return not_found("meeting", meeting_id.str());
  return meeting->routers;
}

Error Host::State::draining_error() const {
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(drain_deadline_ - loop_.now());
  return unavailable("this server is draining", std::max(std::chrono::seconds{1}, left));
}

// `present`: routers that the meeting has already.
Result<void> Host::State::require_workers(const std::vector<RouterRequest>& routers, std::size_t present) const {
  if (present + routers.size() > settings_.max_routers_per_meeting) {
    return make_error(Errc::kTooManyRequests, fmt::format("a meeting may have {} routers", settings_.max_routers_per_meeting));
  }
  const auto workers = media_.workers();
  for (const auto& request : routers) {
    const bool known = std::any_of(workers.begin(), workers.end(), [&](const WorkerStatus& worker) { return worker.id == request.worker; });
    if (known) continue;
    Error error = not_found("worker", request.worker.str());
    error.field = "workerId";
    return error;
  }
  return ok();
}

// A worker that died is back in well under a second, so its callers are better served by waiting than by a refusal.
Task<void> Host::State::wait_for_workers(std::vector<WorkerId> workers, MonotonicTime deadline) {
  for (auto& worker : workers) {
    auto dead = dead_workers_.find(worker);
    if (dead == dead_workers_.end() || loop_.now() >= deadline) continue;
    Completion<bool> restored(loop_);
    restored.resolve_after(deadline - loop_.now(), false);
    std::erase_if(dead->second, [](const Completion<bool>& waiter) { return waiter.resolved(); });
    dead->second.push_back(restored);
    co_await restored;
  }
}

Task<Result<MeetingRows>> Host::State::create_routers(CreateMeeting command) {
  MeetingRows rows;
  rows.meeting = command.meeting;
  rows.container = command.container;
  std::vector<Task<Result<void>>> creating;
  for (const auto& request : command.routers) {
    const RouterRow row{make_id<RouterId>(), request.worker, request.role, request.capacity};
    rows.routers.push_back(row);
    creating.push_back(media_.create_router(row.worker, row.router));
  }
  auto gathering = gather(loop_, std::move(creating));
  auto created = co_await std::move(gathering);
  for (auto& answer : created) {
    if (answer) continue;
    close_routers(rows.routers);
    co_return std::move(answer.error()).during("create router");
  }
  co_return std::move(rows);
}

void Host::State::close_routers(const std::vector<RouterRow>& routers) {
  for (const auto& row : routers) media_.close_router(row.router);
}

void Host::State::install_meeting(Slot& slot, MeetingRows rows, const std::optional<std::string>& tenant) {
  slot.meeting = std::make_unique<Meeting>();
  slot.meeting->id = rows.meeting;
  slot.meeting->container = std::move(rows.container);
  slot.meeting->tenant = tenant.value_or(settings_.tenant);
  slot.meeting->routers = std::move(rows.routers);
  slot.meeting->placed_routers = slot.meeting->routers.size();
  slot.meeting->placed = loop_.now();
  ++meetings_;
  for (const auto& row : slot.meeting->routers) install_router(slot.meeting->id, row);
  usages_.add(slot.meeting->id);
  emit_account(*slot.meeting, MeetingCreated{});
}

void Host::State::install_router(const MeetingId& meeting, const RouterRow& row) {
  routers_[row.router] = meeting;
  worker_routers_[row.worker].insert(row.router);
}

Task<Result<Insertion>> Host::State::create_meeting(CreateMeeting command) {
  if (draining_) co_return draining_error();
  DD_CO_TRY_VOID(require_workers(command.routers));
  std::vector<WorkerId> workers;
  for (const auto& request : command.routers) workers.push_back(request.worker);
  auto waiting = wait_for_workers(std::move(workers), loop_.now() + settings_.worker_wait);
  co_await std::move(waiting);

  auto taking = take_turn(command.meeting);
  DD_CO_TRY(auto turn, co_await std::move(taking));
  if (turn.has_meeting()) co_return Insertion::kAlreadyThere;
  DD_CO_TRY_VOID(require_store());
  if (meetings_ + placing_ >= settings_.max_meetings) {
    co_return make_error(Errc::kTooManyRequests, fmt::format("this server carries its limit of {} meetings", settings_.max_meetings));
  }
  ++placing_;
  auto creating = create_routers(command);
  auto rows = co_await std::move(creating);
  if (!rows) {
    --placing_;
    co_return std::move(rows.error());
  }

  auto opening = open_entry();
  auto entry = co_await std::move(opening);
  auto writing = write_if(entry.has_value(), store_.create_meeting(*rows));
  auto written = co_await std::move(writing);
  --placing_;
  if (!written || *written == Insertion::kAlreadyThere) {
    close_routers(rows->routers);
    co_return std::move(written);
  }
  install_meeting(turn.slot(), std::move(*rows), command.tenant);
  co_return Insertion::kInserted;
}

}  // namespace dd::meeting
