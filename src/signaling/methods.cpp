// SPDX-License-Identifier: MIT
#include "signaling/methods.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "signaling/session.hpp"

namespace dd::signaling {
namespace {

struct Method {
  std::string_view name;
  MethodAnswer (*carry_out)(SessionPtr session, api::JsonText params);
};

MethodAnswer leave_meeting(SessionPtr session, api::JsonText) {
  session->leave_after_answer();
  co_return std::string("{}");
}

MethodAnswer joined_already(SessionPtr, api::JsonText) {
  co_return make_error(Errc::kConflict, "this socket has joined; another meeting needs another socket");
}

constexpr std::array kMethods{
    Method{"join", &joined_already},
    Method{"resume", &joined_already},
    Method{"leave", &leave_meeting},
    Method{"media.open", &open_media},
    Method{"transport.connect", &connect_transport},
    Method{"transport.restartIce", &restart_ice},
    Method{"produce", &produce},
    Method{"producer.pause", &pause_producers},
    Method{"producer.resume", &resume_producers},
    Method{"producer.close", &close_producers},
    Method{"consume", &consume},
    Method{"consumer.pause", &pause_consumers},
    Method{"consumer.resume", &resume_consumers},
    Method{"consumer.close", &close_consumers},
    Method{"consumer.setLayers", &set_layers},
    Method{"consumer.setPriority", &set_priority},
    Method{"consumer.requestKeyFrame", &request_key_frame},
    Method{"data.produce", &produce_data},
    Method{"data.consume", &consume_data},
    Method{"data.close", &close_data},
    Method{"message.send", &send_message},
    Method{"participant.update", &update_participant},
    Method{"recording.start", &start_recording},
    Method{"recording.stop", &stop_recording},
    Method{"recording.pause", &pause_recording},
    Method{"recording.resume", &resume_recording},
    Method{"recording.layout", &change_recording_layout},
    Method{"moderate.mute", &mute_participant},
    Method{"moderate.remove", &remove_participant},
    Method{"moderate.lock", &lock_meeting},
    Method{"moderate.end", &end_meeting},
};

}  // namespace

MethodAnswer carry_out(SessionPtr session, Call call) {
  const auto* method = std::find_if(kMethods.begin(), kMethods.end(), [&](const Method& known) { return known.name == call.method; });
  if (method == kMethods.end()) co_return unknown_method(call.method);
  DD_CO_TRY_VOID(session->hub()->tenants.spend_request(session->visitor.tenant));
  auto carrying_out = method->carry_out(session, std::move(call.params));
  auto result = co_await std::move(carrying_out);
  co_return std::move(result);
}

std::string pong(WallTime now) {
  return fmt::format(R"({{"time":{}}})", std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
}

Error not_granted(std::string_view what) {
  return refused(Errc::kForbidden, "not_granted", fmt::format("the token does not grant this: {}", what));
}

}  // namespace dd::signaling
