// SPDX-License-Identifier: MIT
// The bodies of the recording calls into commands, and what the library knows into answers. Bounds are checked here.
// Pure functions.
#pragma once

#include <span>

#include "api/http.hpp"
#include "api/json.hpp"
#include "base/result.hpp"
#include "recording/command.hpp"
#include "recording/library.hpp"

namespace dd::api {

Result<recording::StartRecording> parse_start_recording(const Json& body);
Result<MeetingId> parse_recording_meeting(const Json& body);

struct UpdateRecording {
  MeetingId meeting;
  recording::Layout layout = recording::Layout::kGrid;
};
Result<UpdateRecording> parse_update_recording(const Json& body);
Result<recording::ComposeRecording> parse_compose_recording(RecordingId recording, const Json& body);
Result<recording::Query> parse_recording_query(const HttpRequest& request);

OrderedJson started_answer(const recording::Started& started);
OrderedJson page_answer(const recording::Page& page);
OrderedJson storage_answer(const recording::Storage& storage);
OrderedJson details_answer(const recording::Details& details, std::span<const recording::Job> jobs);

}  // namespace dd::api
