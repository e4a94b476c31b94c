// SPDX-License-Identifier: MIT
#include "meeting/state.hpp"

namespace dd::meeting {

Task<Result<void>> Host::State::end_meeting(MeetingId meeting_id) {
  auto taking = take_turn(meeting_id);
  DD_CO_TRY(auto turn, co_await std::move(taking));
  std::vector<RouterId> routers;
  if (turn.has_meeting()) {
    for (const auto& row : turn.meeting().routers) routers.push_back(row.router);
    auto counting = count_last_bytes(turn.meeting());
    co_await std::move(counting);
  }
  // Also for a meeting unknown here: rows of an earlier start of this server lead control planes to it.
  auto opening = open_entry();
  DD_CO_TRY(auto entry, co_await std::move(opening));
  auto deleting = store_.delete_meeting(meeting_id, std::move(routers));
  auto deleted = noted(co_await std::move(deleting));
  if (refused(deleted)) co_return std::move(deleted);
  remove_meeting(turn.slot(), "ended");
  co_return ok();
}

Task<Result<void>> Host::State::release_meeting(MeetingId meeting_id) {
  auto taking = require_meeting(std::move(meeting_id));
  DD_CO_TRY(auto turn, co_await std::move(taking));
  // The rows are another server's by now, the participants' as well: whoever is here is so in memory only.
  remove_meeting(turn.slot(), "taken_over");
  co_return ok();
}

}  // namespace dd::meeting
