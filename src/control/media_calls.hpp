// SPDX-License-Identifier: MIT
// The media API's bodies and answers as far as placing meetings needs them (docs/api.md). Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "meeting/store_port.hpp"

namespace dd::control {

// One meeting that a server is to carry, with its first router on `worker`.
struct Placing {
  MeetingId meeting;
  TenantId tenant;         // empty for kendra's
  ContainerId old_server;  // replaceMeetings only
  WorkerId worker;
};

std::string create_meeting_body(const Placing& placing, const ContainerId& server, std::uint32_t router_capacity);
std::string replace_meetings_body(const std::vector<Placing>& placings, const ContainerId& server, std::uint32_t router_capacity);
std::string add_router_body(const MeetingId& meeting, const WorkerId& worker, std::uint32_t router_capacity);
std::string meeting_body(const MeetingId& meeting);  // endMeeting, releaseMeeting, getMeeting

Result<std::vector<meeting::RouterRow>> read_routers(std::string_view answer);
Result<std::size_t> read_participant_count(std::string_view answer);  // of getMeeting
bool is_draining_event(std::string_view event);

}  // namespace dd::control
