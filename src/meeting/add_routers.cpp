// SPDX-License-Identifier: MIT
// A meeting that outgrows its workers gets routers on others. Whoever repeats the call gets the same routers again.
#include "meeting/state.hpp"

namespace dd::meeting {
namespace {

// Those whose worker the meeting has no router on, each worker once.
std::vector<RouterRequest> missing_in(const Meeting& meeting, std::vector<RouterRequest> wanted) {
  std::set<WorkerId> there;
  for (const auto& row : meeting.routers) there.insert(row.worker);
  std::erase_if(wanted, [&](const RouterRequest& request) { return !there.insert(request.worker).second; });
  return wanted;
}

}  // namespace

Task<Result<std::vector<RouterRow>>> Host::State::add_routers(AddRouters command) {
  if (find_meeting(command.meeting) == nullptr) co_return not_found("meeting", command.meeting.str());
  DD_CO_TRY_VOID(require_workers(command.routers));
  std::vector<WorkerId> workers;
  for (const auto& request : command.routers) workers.push_back(request.worker);
  auto waiting = wait_for_workers(std::move(workers), loop_.now() + settings_.worker_wait);
  co_await std::move(waiting);

  auto taking = require_meeting(command.meeting);
  DD_CO_TRY(auto turn, co_await std::move(taking));
  Meeting& meeting = turn.meeting();
  CreateMeeting adding;
  adding.meeting = meeting.id;
  adding.container = meeting.container;
  adding.routers = missing_in(meeting, std::move(command.routers));
  if (adding.routers.empty()) co_return meeting.routers;
  if (draining_) co_return draining_error();
  DD_CO_TRY_VOID(require_workers(adding.routers, meeting.routers.size()));
  DD_CO_TRY_VOID(require_store());
  auto creating = create_routers(std::move(adding));
  DD_CO_TRY(auto rows, co_await std::move(creating));

  auto opening = open_entry();
  auto entry = co_await std::move(opening);
  auto writing = write_if(entry.has_value(), store_.add_routers(rows));
  auto written = co_await std::move(writing);
  if (!written) {
    close_routers(rows.routers);
    co_return std::move(written.error());
  }
  for (auto& row : rows.routers) {
    install_router(meeting.id, row);
    meeting.routers.push_back(std::move(row));
  }
  co_return meeting.routers;
}

}  // namespace dd::meeting
