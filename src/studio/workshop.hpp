// SPDX-License-Identifier: MIT
// The workshop: what is done to recordings at rest - recover, finish, compose - one tool at a time, each job with its progress.
// It decides which tool with which arguments, not when a recording is over (studio.hpp does). A failed job is tried again.
// Lives on the control loop.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/async_mutex.hpp"
#include "base/id.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "recording/command.hpp"
#include "studio/tool.hpp"

namespace dd::studio {

struct WorkshopSettings {
  std::string recorder_program;
  Duration first_retry = std::chrono::seconds{5};  // doubled each time
  int attempts = 3;
  std::size_t max_jobs = 256;         // that wait or run
  std::size_t max_ended_jobs = 16;    // remembered of each recording
  std::size_t max_remembered = 1000;  // recordings whose jobs are remembered
};

class Workshop {
 public:
  // `on_change` hears of each step of a job; `job.state` says what happened.
  using OnChange = std::function<void(const RecordingId& recording, const recording::Job& job)>;

  Workshop(Loop& loop, WorkshopSettings settings, OnChange on_change);
  ~Workshop();

  // What a crash left becomes whole. `last`: nothing will be added any more.
  Task<Result<void>> recover(std::filesystem::path folder, bool last);
  // Checksums, and a file for each participant when `participants`.
  Task<Result<void>> finish(RecordingId recording, std::filesystem::path folder, bool participants);
  // The programme's file, relative to the folder.
  enum class LayoutFrom { kCommand, kTimeline };  // the timeline's, as it was changed while the meeting ran
  Task<Result<std::string>> compose(std::string job, std::filesystem::path folder, recording::ComposeRecording command, LayoutFrom layout);

  // Enters the job before it waits, so that a caller can be told its name. kTooManyRequests when too many wait.
  Result<std::string> announce(const RecordingId& recording, recording::Job::Kind kind);
  std::vector<recording::Job> jobs(const RecordingId& recording) const;

  // Ends what runs; nothing starts any more.
  void stop();

 private:
  struct Remembered {
    std::deque<recording::Job> jobs;
  };

  Task<Result<std::string>> run(std::vector<std::string> arguments, Tool::OnLine on_line);
  Task<Result<std::string>> run_job(RecordingId recording, std::string job, std::vector<std::string> arguments);
  void update(const RecordingId& recording, const std::string& job, const std::function<void(recording::Job&)>& change);
  recording::Job* find(const RecordingId& recording, const std::string& job);

  Loop& loop_;
  WorkshopSettings settings_;
  OnChange on_change_;
  AsyncMutex line_;
  std::shared_ptr<Tool> running_;
  bool stopped_ = false;
  std::size_t open_jobs_ = 0;
  std::uint64_t next_job_ = 1;
  std::map<RecordingId, Remembered> remembered_;
  std::deque<RecordingId> oldest_first_;
};

}  // namespace dd::studio
