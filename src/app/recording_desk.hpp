// SPDX-License-Identifier: MIT
// The API's recording calls, carried to the studio. It decides nothing; it exists because api/ and studio/ do not know each other.
// Lives on the control loop, between the two.
#pragma once

#include "api/recording_control.hpp"
#include "studio/studio.hpp"

namespace dd::app {

class RecordingDesk final : public api::RecordingControl {
 public:
  explicit RecordingDesk(studio::Studio& studio) : studio_(studio) {}

  Task<Result<recording::Started>> start(recording::StartRecording command) override { return studio_.start(std::move(command)); }
  Task<Result<RecordingId>> stop(MeetingId meeting) override { return studio_.stop(std::move(meeting)); }
  Task<Result<RecordingId>> pause(MeetingId meeting) override { return studio_.pause(std::move(meeting)); }
  Task<Result<RecordingId>> resume(MeetingId meeting) override { return studio_.resume(std::move(meeting)); }
  Task<Result<RecordingId>> change_layout(MeetingId meeting, recording::Layout layout) override {
    return studio_.change_layout(std::move(meeting), layout);
  }
  Task<Result<std::string>> compose(recording::ComposeRecording command) override { return studio_.compose(std::move(command)); }
  std::vector<recording::Job> jobs(const RecordingId& recording) const override { return studio_.jobs(recording); }

 private:
  studio::Studio& studio_;
};

}  // namespace dd::app
