// SPDX-License-Identifier: MIT
// Taking meetings from a server that died or drains. The order matters: the new place is ready before anybody is told, clients go
// there, and only then is the old copy closed; so those on a draining server miss less than two seconds.
#include <algorithm>
#include <iterator>
#include <utility>

#include "control/media_calls.hpp"
#include "control/meetings_state.hpp"
#include "control/run_all.hpp"
#include "control/signals.hpp"
#include "observe/log.hpp"

namespace dd::control {
namespace {

constexpr std::string_view kDied = "server_died";
constexpr std::size_t kBatch = 200;      // meetings in one replaceMeetings: what a server makes well within its deadline
constexpr std::size_t kMovesAtOnce = 4;  // of a draining server, whose meetings still run
constexpr std::size_t kRowsAtOnce = 8;
constexpr std::chrono::seconds kOverlap{4};  // how long an old copy serves on while its clients go over
constexpr std::chrono::seconds kBuriedAfter{60};
constexpr std::chrono::seconds kQuiet{30};
constexpr std::size_t kMaxLeftovers = 20'000;
constexpr std::size_t kClosedAtOnce = 50;
constexpr int kMaxAttemptsToClose = 10;

}  // namespace

Task<void> Meetings::State::empty_server(ContainerId server, std::string reason) {
  auto reading = store.meetings_on(server);
  auto found = co_await std::move(reading);
  const auto* record = watch.find(server);
  if (!found || record == nullptr) co_return;
  auto placed = std::move(*found);
  const bool died = reason == kDied;
  const Duration silence = watch.silence(server, loop.now());
  if (placed.empty()) {
    if (died && silence > kBuriedAfter) {
      auto burying = store.bury_server(server);
      const auto buried = co_await std::move(burying);
      if (buried) observe::log_info("server_buried", {{"server", server}});
    }
    co_return;
  }
  std::stable_sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) { return a.created < b.created; });
  const std::string pool = record->tenant;
  const auto living = [this](const ServerRecord& each) { return is_living(each) && !is_draining(each); };
  std::vector<ServerRecord> targets;
  for (const auto* each : candidates(watch.servers(), pool, 0, living, all_claims())) targets.push_back(*each);
  std::vector<const ServerRecord*> pointers;
  for (const auto& each : targets) pointers.push_back(&each);
  const auto moves = spread(placed, pointers, all_claims());
  if (moves.size() < placed.size()) {
    metrics.add(observe::Metric::kMeetingMovesFailed, {"no_room"}, static_cast<double>(placed.size() - moves.size()));
    auto& when = logged_full[server];
    if (when == MonotonicTime{} || loop.now() - when >= kQuiet) {
      when = loop.now();
      observe::log_error("meetings_fit_nowhere", {{"server", server}, {"meetings", placed.size() - moves.size()}, {"reason", reason}});
    }
  }
  if (moves.empty()) co_return;

  std::vector<Task<void>> work;
  if (died) {
    for (const auto& target : targets) {
      std::vector<PlacedMeeting> batch;
      for (const auto& move : moves) {
        if (move.to != target.server) continue;
        claims[target.server] += move.meeting.size;
        batch.push_back(move.meeting);
        if (batch.size() == kBatch) work.push_back(move_batch(server, target, std::exchange(batch, {}), reason));
      }
      if (!batch.empty()) work.push_back(move_batch(server, target, std::move(batch), reason));
    }
  } else {
    for (const auto& move : moves) {
      const auto target = std::find_if(targets.begin(), targets.end(), [&](const auto& each) { return each.server == move.to; });
      claims[move.to] += move.meeting.size;
      std::vector<PlacedMeeting> single;
      single.push_back(move.meeting);
      work.push_back(move_batch(server, *target, std::move(single), reason));
    }
  }
  // A dead server's meetings cannot wait for each other; those of a draining one run meanwhile.
  const std::size_t at_once = died ? work.size() : kMovesAtOnce;
  auto moving = run_all(loop, std::move(work), at_once);
  co_await std::move(moving);
  if (!died) co_return;
  auto looking_again = store.meetings_on(server);
  const auto left = co_await std::move(looking_again);
  if (!left || !left->empty()) co_return;
  const double seconds = std::chrono::duration<double>(watch.silence(server, loop.now())).count();
  metrics.observe(observe::Metric::kFailoverSeconds, seconds);
  observe::log_info("server_replaced", {{"server", server}, {"meetings", placed.size()}, {"seconds", seconds}});
}

Task<void> Meetings::State::move_batch(ContainerId from, ServerRecord to, std::vector<PlacedMeeting> batch, std::string reason) {
  // A leader that lost its lease leaves the rest to the next one. A join that found its server gone needs no lease for its own meeting.
  if ((!leads || stopping) && reason != "server_gone") co_return;
  std::vector<Placing> placings;
  auto loads = expected;
  for (const auto& meeting : batch) {
    const auto workers = workers_by_load(to, loads);
    if (workers.empty()) co_return;
    loads[workers.front().worker] += std::max(1U, meeting.size);
    placings.push_back({meeting.meeting, meeting.tenant, from, workers.front().worker});
  }
  auto calling = fleet.call(to.server, "/v1/replaceMeetings", replace_meetings_body(placings, to.server, settings.consumers_per_router));
  const auto answer = co_await std::move(calling);
  if (!answer) {
    observe::log_warn("meetings_not_moved",
                      {{"from", from}, {"to", to.server}, {"meetings", batch.size()}, {"problem", answer.error().message}});
    const Errc code = answer.error().code;
    const bool server_away = code == Errc::kUnavailable || code == Errc::kDeadlineExceeded || code == Errc::kNotFound;
    if (server_away || batch.size() == 1) {
      metrics.add(observe::Metric::kMeetingMovesFailed, {"not_taken"}, static_cast<double>(batch.size()));
      co_return;
    }
    // One of them may be what the server cannot make; the others should not stay for it.
    std::vector<Task<void>> singles;
    for (auto& meeting : batch) {
      std::vector<PlacedMeeting> single;
      single.push_back(std::move(meeting));
      singles.push_back(move_batch(from, to, std::move(single), reason));
    }
    auto moving = run_all(loop, std::move(singles), kMovesAtOnce);
    co_await std::move(moving);
    co_return;
  }
  std::vector<Task<void>> rows;
  for (auto& meeting : batch) rows.push_back(settle_move(std::move(meeting), to.server, reason));
  auto settling = run_all(loop, std::move(rows), kRowsAtOnce);
  co_await std::move(settling);
}

// The media server's rows say `to` already; ours follow. Whoever else moved or ended the meeting meanwhile is made to agree.
Task<void> Meetings::State::settle_move(PlacedMeeting from, ContainerId to, std::string reason) {
  PlacedMeeting now = from;
  now.server = to;
  ++now.moves;
  auto moving = store.move(from, to);
  const auto moved = co_await std::move(moving);
  if (!moved) {
    // Nobody was told. The next look finds the meeting where it was and moves it again.
    metrics.add(observe::Metric::kMeetingMovesFailed, {"not_written"});
    co_return;
  }
  if (!*moved) {
    auto finding = store.find(from.meeting);
    const auto found = co_await std::move(finding);
    if (!found) co_return;
    if (!*found) {
      // It ended meanwhile; what we just made would come back from the dead.
      auto ending = fleet.call(to, "/v1/endMeeting", meeting_body(from.meeting));
      (void)co_await std::move(ending);
      co_return;
    }
    now = **found;
    if (now.server != to) {
      // Two of us moved it. The rows of routers are those of the last replacement, which is ours.
      const PlacedMeeting other = now;
      now.server = to;
      ++now.moves;
      auto again = store.move(other, to);
      const auto taken = co_await std::move(again);
      if (!taken || !*taken) co_return;
      leave_behind(other.server, from.meeting, kOverlap);
    }
  }
  announce_move(from, now, reason);
}

void Meetings::State::announce_move(const PlacedMeeting& from, const PlacedMeeting& now, const std::string& reason) {
  if (const auto known = meetings.find(from.meeting); known != meetings.end()) {
    known->second->refresh = true;
    known->second->seats.clear();
  }
  metrics.add(observe::Metric::kMeetingMoves, {reason});
  observe::log_info("meeting_moved", {{"meeting", from.meeting}, {"from", from.server}, {"to", now.server}, {"reason", reason}});
  // Also our own listener hears it by the bus, in its place among the meeting's signals.
  bus.publish(from.meeting, make_signal(MovedSignal{now.server, reason, now.moves}));
  bus.publish_for_kendra(from.meeting, KendraSignal{"DoordarshanDisconnect", "system", from.server.str(), "null"});
  leave_behind(from.server, from.meeting, kOverlap);
}

// The copy on a dead server is closed if that server should come back: what it then believes of the meeting's people is wrong.
void Meetings::State::leave_behind(ContainerId server, MeetingId meeting, Duration delay) {
  if (leftovers.size() >= kMaxLeftovers) leftovers.pop_front();
  leftovers.push_back({std::move(server), std::move(meeting), loop.now() + delay, 0});
}

Task<void> Meetings::State::close_leftovers() {
  std::vector<Task<void>> closing_now;
  std::deque<Leftover> later;
  for (auto& leftover : std::exchange(leftovers, {})) {
    const auto* server = watch.find(leftover.server);
    if (server == nullptr) continue;  // buried
    const bool due = loop.now() >= leftover.due && closing_now.size() < kClosedAtOnce && !watch.dead(leftover.server, loop.now());
    if (due) {
      closing_now.push_back(close_leftover(std::move(leftover)));
    } else {
      later.push_back(std::move(leftover));
    }
  }
  leftovers.insert(leftovers.end(), std::make_move_iterator(later.begin()), std::make_move_iterator(later.end()));
  auto closing_all = run_all(loop, std::move(closing_now), kRowsAtOnce);
  co_await std::move(closing_all);
  closing = false;
}

Task<void> Meetings::State::close_leftover(Leftover leftover) {
  auto finding = store.find(leftover.meeting);
  const auto found = co_await std::move(finding);
  if (found && *found && (*found)->server == leftover.server) co_return;  // it came back there
  std::optional<Error> problem;
  if (!found) {
    problem = found.error();
  } else {
    auto calling = fleet.call(leftover.server, "/v1/releaseMeeting", meeting_body(leftover.meeting));
    const auto answer = co_await std::move(calling);
    if (!answer && answer.error().code != Errc::kNotFound) problem = answer.error();
  }
  if (!problem) co_return;
  if (++leftover.attempts >= kMaxAttemptsToClose) {
    observe::log_warn("old_place_not_closed", {{"meeting", leftover.meeting}, {"server", leftover.server}, {"problem", problem->message}});
    co_return;
  }
  leftover.due = loop.now() + std::chrono::seconds{2} * leftover.attempts;
  leftovers.push_back(std::move(leftover));
}

}  // namespace dd::control
