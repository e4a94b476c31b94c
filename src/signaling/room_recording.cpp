// SPDX-License-Identifier: MIT
// The meeting's recording as its participants see it, its usage and its quota. What is recorded is metered, and stopped above the
// tenant's minutes, by the keeper: one of the replicas with participants in the meeting, chosen by name.
#include <algorithm>

#include "base/completion.hpp"
#include "control/quota.hpp"
#include "signaling/media_calls.hpp"
#include "signaling/peek.hpp"
#include "signaling/room.hpp"
#include "signaling/session.hpp"

namespace dd::signaling {
namespace {

using api::Json;
using api::OrderedJson;

OrderedJson recording_params(const std::string& recording, const std::string& reason = {}) {
  OrderedJson params = OrderedJson::object();
  params["recordingId"] = recording;
  if (!reason.empty()) params["reason"] = reason;
  return params;
}

constexpr std::size_t kMaxPage = 256 * 1024;  // of a list of recordings

// Of an answer that may still be coming.
Task<std::string> body_of(Loop& loop, std::shared_ptr<api::HttpResponse> response) {
  if (!response->stream) co_return std::string(response->content());
  auto waker = std::make_shared<std::optional<Completion<bool>>>();
  response->stream->on_ready([waker] {
    if (*waker) (*waker)->resolve(true);
  });
  std::string text;
  while (text.size() <= kMaxPage) {
    *waker = Completion<bool>(loop);
    const std::size_t before = text.size();
    const auto state = response->stream->read(text, kMaxPage);
    if (state != api::BodyStream::State::kOpen) break;
    if (text.size() > before) continue;
    const Completion<bool> woken = **waker;
    co_await woken;
  }
  co_return text;
}

}  // namespace

void Room::recording_event(const std::string& type, const Json& event) {
  const std::string id = peek_text(event, "recordingId");
  if (type == "recording.started") {
    if (recording_ && recording_->id == id) return;
    set_recording(RunningRecording{id, peek_integer(event, "time").value_or(0), false});
    return tell(notice(type, recording_params(id)));
  }
  if (type == "recording.stopped") {
    if (!recording_ || recording_->id != id) return;
    const std::string reason = stop_reason_.empty() ? peek_text(event, "reason") : stop_reason_;
    set_recording(std::nullopt);
    return tell(notice(type, recording_params(id, reason)));
  }
  if (type == "recording.failed") return tell(notice(type, recording_params(id, peek_text(event, "reason"))));
  if (type == "recording.composed") return tell(notice(type, recording_params(id)));
  if (type != "recording.progress") return;
  OrderedJson params = recording_params(id);
  const auto copy = [&](const char* name) {
    if (const Json* value = peek(event, name)) params[name] = OrderedJson(*value);
  };
  copy("percent");
  copy("speed");
  copy("etaSeconds");
  tell(reading(type, params));
}

// Media servers have no events for these, so whoever did it says so.
void Room::on_recording_signal(const Json& signal) {
  if (peek_text(signal, "room") == "recording_over") {
    stop_reason_ = peek_text(signal, "reason");
    return;
  }
  if (!recording_ || recording_->id != peek_text(signal, "recordingId")) return;
  const bool paused = peek_text(signal, "state") == "paused";
  if (recording_->paused == paused) return;
  meter_recording();
  recording_->paused = paused;
  tell(notice(paused ? "recording.paused" : "recording.resumed", recording_params(recording_->id)));
}

void Room::set_recording(std::optional<RunningRecording> recording) {
  meter_recording();
  recording_ = std::move(recording);
  stop_reason_.clear();
  metered_ = hub_->loop.now();
  metering_.cancel();
  if (recording_) schedule_metering();
}

void Room::meter_recording() {
  const auto now = hub_->loop.now();
  const auto passed = std::chrono::duration_cast<std::chrono::seconds>(now - metered_);
  if (!recording_ || recording_->paused || passed.count() <= 0) {
    if (!recording_ || recording_->paused) metered_ = now;
    return;
  }
  metered_ += passed;  // what is left of a second counts with the next
  if (keeper()) hub_->tenants.meter(tenant, control::kRecordingSeconds, static_cast<std::uint64_t>(passed.count()));
}

void Room::schedule_metering() {
  const std::weak_ptr<Room> weak = weak_from_this();
  metering_ = hub_->loop.after(hub_->settings.recording_interval, [weak] {
    const auto room = weak.lock();
    if (!room || room->closed_ || !room->recording_) return;
    room->meter_recording();
    room->schedule_metering();
    if (!room->keeper()) return;
    auto checking = check_recording_quota(room);
    spawn(std::move(checking));
  });
}

Task<void> Room::check_recording_quota(std::shared_ptr<Room> room) {
  auto checking = room->hub_->recording_quota.check(room->tenant);
  const auto checked = co_await std::move(checking);
  // What cannot be found out now stops nobody's recording.
  if (checked || !checked.error().reason.starts_with("quota_")) co_return;
  if (room->closed_ || !room->recording_ || !room->stop_reason_.empty()) co_return;
  OrderedJson body = OrderedJson::object();
  body["reason"] = checked.error().reason;
  room->stop_reason_ = checked.error().reason;
  room->publish_signal("recording_over", std::move(body));
  OrderedJson stop = OrderedJson::object();
  stop["meetingId"] = room->meeting.str();
  auto stopping = post_media(room->hub_, room->place_.server, "/v1/stopRecording", std::move(stop));
  const auto stopped = co_await std::move(stopping);
  if (!stopped) room->stop_reason_.clear();  // tried again
}

// A meeting that this replica finds under way may be recorded.
Task<void> Room::find_recording(std::shared_ptr<Room> room) {
  api::HttpRequest request;
  request.method = "GET";
  request.target = "/v1/recordings?state=recording&limit=1&meetingId=" + room->meeting.str();
  auto asking = room->hub_->fleet.forward(room->place_.server, std::move(request));
  auto answer = co_await std::move(asking);
  if (!answer || answer->status != 200) co_return;
  auto reading_body = body_of(room->hub_->loop, std::make_shared<api::HttpResponse>(std::move(*answer)));
  const std::string text = co_await std::move(reading_body);
  const auto parsed = api::parse_json(text);
  if (!parsed || room->closed_ || room->recording_) co_return;
  for (const auto& recording : peek_list(parsed->root, "recordings")) {
    const std::string id = peek_text(recording, "recordingId");
    if (id.empty() || peek_text(recording, "meetingId") != room->meeting.str()) continue;
    room->set_recording(RunningRecording{id, room->started_, false});
    room->tell(notice("recording.started", recording_params(id)));
    co_return;
  }
}

}  // namespace dd::signaling
