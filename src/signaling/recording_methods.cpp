// SPDX-License-Identifier: MIT
// Recording the meeting. That it started and stopped is told by the media server's events, to everyone.
#include <fmt/format.h>

#include "control/quota.hpp"
#include "signaling/media_calls.hpp"
#include "signaling/methods.hpp"
#include "signaling/peek.hpp"
#include "signaling/room.hpp"
#include "signaling/session.hpp"

namespace dd::signaling {
namespace {

using api::JsonText;
using api::ObjectReader;
using api::OrderedJson;

constexpr std::size_t kMaxLayout = 32;

Task<Result<std::string>> ask_about_recording(SessionPtr session, const char* path, OrderedJson body) {
  if (!session->visitor.grants.record) co_return not_granted("record");
  const auto room = session->room();
  body["meetingId"] = room->meeting.str();
  auto asking = post_media(session->hub(), room->server(), path, std::move(body));
  DD_CO_TRY(const auto answer, co_await std::move(asking));
  DD_CO_TRY(const auto parsed, api::parse_json(answer));
  co_return peek_text(parsed.root, "recordingId");
}

std::string recording_result(const std::string& recording) {
  OrderedJson result = OrderedJson::object();
  result["recordingId"] = recording;
  return api::to_text(result);
}

MethodAnswer change_pause(SessionPtr session, const char* path, const char* state) {
  auto asking = ask_about_recording(session, path, OrderedJson::object());
  DD_CO_TRY(const auto recording, co_await std::move(asking));
  if (const auto room = session->room()) {
    OrderedJson told = OrderedJson::object();
    told["recordingId"] = recording;
    told["state"] = state;
    room->publish_signal("recording", std::move(told));
  }
  co_return recording_result(recording);
}

}  // namespace

MethodAnswer start_recording(SessionPtr session, JsonText params) {
  if (!session->visitor.grants.record) co_return not_granted("record");
  const auto hub = session->hub();
  auto checking = hub->recording_quota.check(session->visitor.tenant);
  DD_CO_TRY_VOID(co_await std::move(checking));
  if (session->ended()) co_return refused(Errc::kConflict, "meeting_ended", "the session has ended");
  OrderedJson body = OrderedJson::object();
  for (const char* name : {"modes", "composite"}) {
    if (const api::Json* value = peek(params.root, name)) body[name] = OrderedJson(*value);
  }
  auto asking = ask_about_recording(session, "/v1/startRecording", std::move(body));
  DD_CO_TRY(const auto recording, co_await std::move(asking));
  co_return recording_result(recording);
}

MethodAnswer stop_recording(SessionPtr session, JsonText) {
  auto asking = ask_about_recording(session, "/v1/stopRecording", OrderedJson::object());
  DD_CO_TRY(const auto recording, co_await std::move(asking));
  co_return recording_result(recording);
}

MethodAnswer pause_recording(SessionPtr session, JsonText) {
  auto changing = change_pause(session, "/v1/pauseRecording", "paused");
  auto result = co_await std::move(changing);
  co_return std::move(result);
}

MethodAnswer resume_recording(SessionPtr session, JsonText) {
  auto changing = change_pause(session, "/v1/resumeRecording", "resumed");
  auto result = co_await std::move(changing);
  co_return std::move(result);
}

MethodAnswer change_recording_layout(SessionPtr session, JsonText params) {
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  DD_CO_TRY(const auto layout, reader.text("layout", kMaxLayout));
  OrderedJson body = OrderedJson::object();
  body["layout"] = layout;
  auto asking = ask_about_recording(session, "/v1/updateRecording", std::move(body));
  DD_CO_TRY(const auto recording, co_await std::move(asking));
  co_return recording_result(recording);
}

}  // namespace dd::signaling
