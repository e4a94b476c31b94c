// SPDX-License-Identifier: MIT
// How the rows of tests give a meeting its place: as the real store does, whose own tests are tests/contract's affair.
// It does not know whether the meeting has one already; its callers do. Pure but for the rows.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "control/control_store.hpp"

namespace dd::control::testing {

inline Reservation reserve_among(std::map<MeetingId, PlacedMeeting>& places, const PlacedMeeting& meeting, std::uint32_t capacity,
                                 std::uint32_t tenant_meetings) {
  std::uint32_t reserved = 0;
  std::uint32_t of_tenant = 0;
  for (const auto& [id, each] : places) {
    if (each.server == meeting.server) reserved += each.size;
    if (each.tenant == meeting.tenant) ++of_tenant;
  }
  if (tenant_meetings != 0 && of_tenant >= tenant_meetings) return {Reservation::Outcome::kTenantFull, std::nullopt};
  if (reserved + meeting.size > capacity) return {Reservation::Outcome::kServerFull, std::nullopt};
  places[meeting.meeting] = meeting;
  return {Reservation::Outcome::kReserved, meeting};
}

}  // namespace dd::control::testing
