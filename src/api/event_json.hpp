// SPDX-License-Identifier: MIT
// Each event of the meeting folder as the name and the JSON object by which clients of /v1/events know it (docs/events.md).
// It decides no order and keeps nothing. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "api/json.hpp"
#include "meeting/event.hpp"

namespace dd::api {

std::string_view event_type(const meeting::EventBody& body);

// A reading that the next one replaces (levels, scores, the speaker): it is not kept as long, and its loss is no loss.
bool is_reading(const meeting::EventBody& body);

// {"id", "type", "time" (ms since 1970), "meetingId"?, "participantId"?, ...}
OrderedJson event_json(const meeting::Event& event, std::string_view id);

}  // namespace dd::api
