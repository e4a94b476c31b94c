// SPDX-License-Identifier: MIT
// Ids as tenants write them, and as servers and rows know them. The reference's schema has one meeting and one participant of an id
// in the whole system; scoping lets two tenants have a meeting "standup", and one person be in two meetings.
// A scoped id ends in ":" and ten characters made of what scopes it; ids of tenants have no colon, so none can imitate another's.
// Pure functions.
#pragma once

#include <string_view>

#include "base/id.hpp"
#include "base/result.hpp"

namespace dd::control {

inline constexpr std::size_t kMaxOuterId = 48;  // what scoping adds keeps the whole within kMaxIdLength

// 1 to 48 characters of A-Z a-z 0-9 - _ . @ ; the error names `field`.
Result<std::string> checked_outer_id(std::string_view field, std::string_view text);

// The meetings of the default tenant keep their ids, so that kendra and the media API see what people wrote.
MeetingId scoped_meeting(const TenantId& tenant, std::string_view meeting);
ParticipantId scoped_participant(const MeetingId& scoped, std::string_view participant);

std::string_view outer(const MeetingId& scoped);
std::string_view outer(const ParticipantId& scoped);

}  // namespace dd::control
