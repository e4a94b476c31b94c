// SPDX-License-Identifier: MIT
// What the API asks of the recording of meetings; app/ implements it over the studio.
// It is not about recordings at rest (recording/library.hpp). All calls are idempotent: one that was already carried out
// succeeds. Called on the control loop.
#pragma once

#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "recording/command.hpp"

namespace dd::api {

class RecordingControl {
 public:
  virtual ~RecordingControl() = default;

  // kNotFound when the meeting is not here. A meeting has one recording at a time: the running one is answered again.
  virtual Task<Result<recording::Started>> start(recording::StartRecording command) = 0;
  // The four below: kNotFound when the meeting is not being recorded.
  virtual Task<Result<RecordingId>> stop(MeetingId meeting) = 0;
  virtual Task<Result<RecordingId>> pause(MeetingId meeting) = 0;
  virtual Task<Result<RecordingId>> resume(MeetingId meeting) = 0;
  virtual Task<Result<RecordingId>> change_layout(MeetingId meeting, recording::Layout layout) = 0;

  // The new job's id. kNotFound for an unknown recording, kConflict for one without its tracks.
  virtual Task<Result<std::string>> compose(recording::ComposeRecording command) = 0;
  // Those that wait or run, and the latest that ended; bounded.
  virtual std::vector<recording::Job> jobs(const RecordingId& recording) const = 0;
};

}  // namespace dd::api
