// SPDX-License-Identifier: MIT
// What the outside is told of a recording, as the JSON body of a webhook and of an event: started, a further part, stopped,
// composed, uploaded, failed. It delivers nothing. Plain values and pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "recording/command.hpp"

namespace dd::recording {

struct NoticeStarted {
  std::vector<Mode> modes;
};
struct NoticePart {  // the recording goes on after a crash or a restart
  unsigned part = 2;
};
struct NoticeStopped {
  std::string reason;
  Time duration{};
};
struct NoticeComposed {
  std::string job;
  std::string file;
  Time duration{};
  std::uint64_t bytes = 0;
};
struct NoticeUploaded {
  std::string profile;
  std::uint64_t bytes = 0;
  std::size_t files = 0;
};
struct NoticeFailed {
  std::string stage;  // "recording", "composing" or "upload"
  std::string reason;
  bool will_retry = false;
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
