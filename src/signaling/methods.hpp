// SPDX-License-Identifier: MIT
// What each request of docs/signaling.md does once somebody has joined: grants, parameters, the call of the media API, the result.
// It sends nothing to a socket; session.cpp answers, room.hpp tells the others. Called on the control loop, one request of a session
// at a time; each function answers the JSON text of its result.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/json.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "signaling/json_rpc.hpp"

namespace dd::signaling {

class Session;
using SessionPtr = std::shared_ptr<Session>;
using MethodAnswer = Task<Result<std::string>>;

MethodAnswer carry_out(SessionPtr session, Call call);
std::string pong(WallTime now);

Error not_granted(std::string_view what);

MethodAnswer open_media(SessionPtr session, api::JsonText params);
MethodAnswer connect_transport(SessionPtr session, api::JsonText params);
MethodAnswer restart_ice(SessionPtr session, api::JsonText params);

MethodAnswer produce(SessionPtr session, api::JsonText params);
MethodAnswer pause_producers(SessionPtr session, api::JsonText params);
MethodAnswer resume_producers(SessionPtr session, api::JsonText params);
MethodAnswer close_producers(SessionPtr session, api::JsonText params);

MethodAnswer consume(SessionPtr session, api::JsonText params);
MethodAnswer pause_consumers(SessionPtr session, api::JsonText params);
MethodAnswer resume_consumers(SessionPtr session, api::JsonText params);
MethodAnswer close_consumers(SessionPtr session, api::JsonText params);
MethodAnswer set_layers(SessionPtr session, api::JsonText params);
MethodAnswer set_priority(SessionPtr session, api::JsonText params);
MethodAnswer request_key_frame(SessionPtr session, api::JsonText params);

MethodAnswer produce_data(SessionPtr session, api::JsonText params);
MethodAnswer consume_data(SessionPtr session, api::JsonText params);
MethodAnswer close_data(SessionPtr session, api::JsonText params);

MethodAnswer send_message(SessionPtr session, api::JsonText params);
MethodAnswer update_participant(SessionPtr session, api::JsonText params);

MethodAnswer start_recording(SessionPtr session, api::JsonText params);
MethodAnswer stop_recording(SessionPtr session, api::JsonText params);
MethodAnswer pause_recording(SessionPtr session, api::JsonText params);
MethodAnswer resume_recording(SessionPtr session, api::JsonText params);
MethodAnswer change_recording_layout(SessionPtr session, api::JsonText params);

MethodAnswer mute_participant(SessionPtr session, api::JsonText params);
MethodAnswer remove_participant(SessionPtr session, api::JsonText params);
MethodAnswer lock_meeting(SessionPtr session, api::JsonText params);
MethodAnswer end_meeting(SessionPtr session, api::JsonText params);

}  // namespace dd::signaling
