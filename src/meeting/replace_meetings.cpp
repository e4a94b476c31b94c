// SPDX-License-Identifier: MIT
// Taking meetings over from a server that died. Several control planes may ask for the same at once, and the first one's
// meetings must not be destroyed by the second.
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <tuple>

#include "meeting/gather.hpp"
#include "meeting/state.hpp"

namespace dd::meeting {
namespace {

// Kendra's replicas notice a dead server within one 5 s period of each other. Later than this, the same request means that
// the meeting went elsewhere in between and comes back, so its rows have to be written again.
constexpr std::chrono::seconds kRepeatWindow{30};

// Kendra gives the whole call 1 s.
constexpr std::chrono::milliseconds kWorkerWait{500};

std::vector<std::tuple<std::string, RouterRole, std::int32_t>> layout_of(const CreateMeeting& command) {
  std::vector<std::tuple<std::string, RouterRole, std::int32_t>> layout;
  for (const auto& request : command.routers) layout.emplace_back(request.worker.str(), request.role, request.capacity);
  std::sort(layout.begin(), layout.end());
  return layout;
}

std::vector<std::tuple<std::string, RouterRole, std::int32_t>> layout_of(const Meeting& meeting) {
  std::vector<std::tuple<std::string, RouterRole, std::int32_t>> layout;
  // Without what was added since: a control plane that repeats its request does not know of it.
  for (std::size_t i = 0; i < meeting.placed_routers; ++i) {
    const auto& row = meeting.routers[i];
    layout.emplace_back(row.worker.str(), row.role, row.capacity);
  }
  std::sort(layout.begin(), layout.end());
  return layout;
}

bool is_repeated(const CreateMeeting& command, const Meeting& meeting, MonotonicTime now) {
  const bool same_tenant = !command.tenant || *command.tenant == meeting.tenant;
  return same_tenant && meeting.container == command.container && now - meeting.placed < kRepeatWindow &&
         layout_of(command) == layout_of(meeting);
}

}  // namespace

Task<Result<void>> Host::State::replace_meetings(ReplaceMeetings command) {
  if (draining_) co_return draining_error();
  // Sorted by id: whoever takes several turns takes them in one order, so that two calls never wait for each other.
  std::map<MeetingId, CreateMeeting> wanted;
  std::vector<WorkerId> workers;
  for (auto& meeting : command.meetings) {
    DD_CO_TRY_VOID(require_workers(meeting.routers));
    for (const auto& request : meeting.routers) workers.push_back(request.worker);
    wanted[meeting.meeting] = meeting;
  }
  auto waiting = wait_for_workers(std::move(workers), loop_.now() + kWorkerWait);
  co_await std::move(waiting);

  std::vector<Turn> turns;
  std::vector<CreateMeeting> placing;
  std::size_t arriving = 0;
  for (auto& [meeting_id, request] : wanted) {
    auto taking = take_turn(meeting_id);
    DD_CO_TRY(auto turn, co_await std::move(taking));
    if (turn.has_meeting() && is_repeated(request, turn.meeting(), loop_.now())) continue;
    if (!turn.has_meeting()) ++arriving;
    turns.push_back(std::move(turn));
    placing.push_back(std::move(request));
  }
  if (placing.empty()) co_return ok();
  if (meetings_ + placing_ + arriving > settings_.max_meetings) {
    co_return make_error(Errc::kTooManyRequests, fmt::format("this server carries at most {} meetings", settings_.max_meetings));
  }

  DD_CO_TRY_VOID(require_store());
  placing_ += arriving;
  std::vector<Task<Result<MeetingRows>>> creating;
  for (const auto& request : placing) creating.push_back(create_routers(request));
  auto gathering = gather(loop_, std::move(creating));
  auto created = co_await std::move(gathering);
  std::vector<MeetingRows> rows;
  std::optional<Error> failure;
  for (auto& answer : created) {
    if (answer) {
      rows.push_back(std::move(*answer));
    } else if (!failure) {
      failure = std::move(answer.error());
    }
  }
  if (failure) {
    placing_ -= arriving;
    for (const auto& made : rows) close_routers(made.routers);
    co_return std::move(*failure);
  }

  auto opening = open_entry();
  auto entry = co_await std::move(opening);
  auto writing = write_if(entry.has_value(), store_.replace_meetings(rows));
  auto written = co_await std::move(writing);
  placing_ -= arriving;
  // With the outcome unknown the meetings are kept: if the rows did not come, the reconcile that is scheduled finds them
  // at another server and closes the meetings here; dropping them could leave rows that lead nowhere.
  if (!written && written.error().code != Errc::kDeadlineExceeded) {
    for (const auto& made : rows) close_routers(made.routers);
    co_return std::move(written);
  }
  for (std::size_t i = 0; i < turns.size(); ++i) {
    remove_meeting(turns[i].slot(), "replaced");
    install_meeting(turns[i].slot(), std::move(rows[i]), placing[i].tenant);
  }
  co_return std::move(written);
}

}  // namespace dd::meeting
