// SPDX-License-Identifier: MIT
#include "recording/notice.hpp"

#include "recording/fields.hpp"

namespace dd::recording {
namespace {

struct Name {
  std::string_view operator()(const NoticeStarted&) const { return "recording.started"; }
  std::string_view operator()(const NoticePart&) const { return "recording.part"; }
  std::string_view operator()(const NoticeStopped&) const { return "recording.stopped"; }
  std::string_view operator()(const NoticeComposed&) const { return "recording.composed"; }
  std::string_view operator()(const NoticeUploaded&) const { return "recording.uploaded"; }
  std::string_view operator()(const NoticeFailed&) const { return "recording.failed"; }
};

struct Body {
  Json& json;

  void operator()(const NoticeStarted&) const {}
  void operator()(const NoticePart& part) const { json["part"] = part.part; }
  void operator()(const NoticeStopped& stopped) const { json["reason"] = stopped.reason; }
  void operator()(const NoticeComposed& composed) const {
    json["jobId"] = composed.job;
    json["file"] = composed.file;
  }
  void operator()(const NoticeUploaded& uploaded) const {
    json["profile"] = uploaded.profile;
    json["files"] = uploaded.files;
    json["bytes"] = uploaded.bytes;
  }
  void operator()(const NoticeFailed& failed) const {
    json["stage"] = failed.stage;
    json["reason"] = failed.reason;
  }
};

}  // namespace

std::string_view event_name(const Notice& notice) { return std::visit(Name{}, notice.what); }

std::string encode(const Notice& notice) {
  Json json;
  json["id"] = notice.id;
  json["event"] = event_name(notice);
  json["timestamp"] = std::chrono::duration_cast<std::chrono::milliseconds>(notice.time.time_since_epoch()).count();
  json["tenant"] = notice.tenant;
  json["meetingId"] = notice.meeting.str();
  json["recordingId"] = notice.recording.str();
  Json details = Json::object();
  std::visit(Body{details}, notice.what);
  json["details"] = std::move(details);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace dd::recording
