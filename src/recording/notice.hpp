// SPDX-License-Identifier: MIT
// What the outside is told of a recording, as the JSON body of a webhook and of an event: started, a further part, stopped,
// composed, uploaded, failed. It delivers nothing. Plain values and pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "recording/command.hpp"

namespace dd::recording {

struct NoticeStarted {};
struct NoticePart {  // the recording goes on after a crash or a restart
  unsigned part = 2;
};
struct NoticeStopped {
  std::string reason;
};
struct NoticeComposed {
  std::string job;
  std::string file;
};
struct NoticeUploaded {
  std::string profile;
  std::uint64_t bytes = 0;
  std::size_t files = 0;
};
struct NoticeFailed {
  std::string stage;  // "start", "finish", "compose" or "upload"
  std::string reason;
};

struct Notice {
  std::string id;  // the same in every delivery of it
  WallTime time;
  std::string tenant;
  MeetingId meeting;
  RecordingId recording;
  std::variant<NoticeStarted, NoticePart, NoticeStopped, NoticeComposed, NoticeUploaded, NoticeFailed> what;
};

std::string_view event_name(const Notice& notice);  // "recording.started"
std::string encode(const Notice& notice);

}  // namespace dd::recording
