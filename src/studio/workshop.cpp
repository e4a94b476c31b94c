// SPDX-License-Identifier: MIT
#include "studio/workshop.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "observe/log.hpp"
#include "recording/paths.hpp"
#include "recording/timeline.hpp"

namespace dd::studio {

using recording::Job;

Workshop::Workshop(Loop& loop, WorkshopSettings settings, OnChange on_change)
    : loop_(loop), settings_(std::move(settings)), on_change_(std::move(on_change)), line_(loop, settings_.max_jobs) {}

Workshop::~Workshop() = default;

void Workshop::stop() {
  stopped_ = true;
  if (running_) running_->terminate();
}

Task<Result<std::string>> Workshop::run(std::vector<std::string> arguments, Tool::OnLine on_line) {
  DD_CO_TRY(auto turn, co_await line_.acquire());
  if (stopped_) co_return unavailable("the server is stopping");
  DD_CO_TRY(auto opened, Tool::open(loop_, settings_.recorder_program, std::move(arguments), std::move(on_line)));
  std::shared_ptr<Tool> tool = std::move(opened);
  running_ = tool;
  auto end = tool->end();
  auto made = co_await end;
  running_.reset();
  if (!made && stopped_) co_return unavailable("the server is stopping");
  co_return made;
}

Task<Result<void>> Workshop::recover(std::filesystem::path folder, bool last) {
  std::vector<std::string> arguments{"recover", folder.string(), "--json"};
  if (last) arguments.emplace_back("--final");
  DD_CO_TRY_VOID(co_await run(std::move(arguments), {}));
  co_return ok();
}

Task<Result<void>> Workshop::finish(RecordingId recording, std::filesystem::path folder, bool participants) {
  DD_CO_TRY(auto job, announce(recording, Job::Kind::kFinish));
  std::vector<std::string> arguments{"finish", folder.string(), "--json"};
  if (!participants) arguments.emplace_back("--no-participants");
  DD_CO_TRY_VOID(co_await run_job(std::move(recording), std::move(job), std::move(arguments)));
  co_return ok();
}

Task<Result<std::string>> Workshop::compose(std::string job, std::filesystem::path folder, recording::ComposeRecording command,
                                            LayoutFrom layout) {
  const auto& programme = command.programme;
  const auto format = recording::to_string(programme.format);
  // A further programme of the same layout does not replace the first: its job's number tells them apart.
  const auto shown = layout == LayoutFrom::kCommand ? recording::to_string(programme.layout) : recording::kTimelineLayouts;
  const auto file = recording::composite_file(fmt::format("{}-{}", shown, job), format);
  if (Job* entry = find(command.recording, job)) {
    entry->layout = shown;
    entry->file = file;
  }
  std::vector<std::string> arguments{"compose",
                                     folder.string(),
                                     "--width",
                                     std::to_string(programme.width),
                                     "--height",
                                     std::to_string(programme.height),
                                     "--fps",
                                     std::to_string(programme.fps),
                                     "--format",
                                     std::string(format),
                                     "--json",
                                     "-o",
                                     (folder / file).string()};
  const auto seconds = [](recording::Time time) { return fmt::format("{:.6f}", std::chrono::duration<double>(time).count()); };
  if (layout == LayoutFrom::kCommand) arguments.insert(arguments.end(), {"--layout", std::string(recording::to_string(programme.layout))});
  if (command.from.count() > 0) arguments.insert(arguments.end(), {"--from", seconds(command.from)});
  if (command.to) arguments.insert(arguments.end(), {"--to", seconds(*command.to)});
  auto composed = co_await run_job(std::move(command.recording), std::move(job), std::move(arguments));
  if (!composed) co_return std::move(composed.error());
  co_return file;
}

Result<std::string> Workshop::announce(const RecordingId& recording, Job::Kind kind) {
  if (open_jobs_ >= settings_.max_jobs) return make_error(Errc::kTooManyRequests, "too many recordings wait to be worked on");
  auto [entry, fresh] = remembered_.try_emplace(recording);
  if (fresh) {
    oldest_first_.push_back(recording);
    while (oldest_first_.size() > settings_.max_remembered) {
      remembered_.erase(oldest_first_.front());
      oldest_first_.pop_front();
    }
  }
  auto& jobs = remembered_[recording].jobs;
  const auto ended = [](const Job& job) { return job.state == Job::State::kDone || job.state == Job::State::kFailed; };
  while (jobs.size() >= settings_.max_ended_jobs) {
    const auto oldest = std::find_if(jobs.begin(), jobs.end(), ended);
    if (oldest == jobs.end()) return make_error(Errc::kTooManyRequests, "too many jobs wait for this recording");
    jobs.erase(oldest);
  }
  Job job;
  job.id = std::to_string(next_job_++);
  job.kind = kind;
  jobs.push_back(job);
  ++open_jobs_;
  return job.id;
}

std::vector<Job> Workshop::jobs(const RecordingId& recording) const {
  auto found = remembered_.find(recording);
  if (found == remembered_.end()) return {};
  return {found->second.jobs.begin(), found->second.jobs.end()};
}

Task<Result<std::string>> Workshop::run_job(RecordingId recording, std::string job, std::vector<std::string> arguments) {
  auto wait = settings_.first_retry;
  for (int attempt = 1;; ++attempt) {
    auto on_line = [this, recording, job](const ToolLine& line) {
      if (!line.progress) return;
      update(recording, job, [&](Job& entry) {
        entry.state = Job::State::kRunning;
        entry.percent = line.progress->percent;
        entry.speed = line.progress->speed;
        entry.eta_seconds = line.progress->eta_seconds;
      });
    };
    auto made = co_await run(arguments, on_line);
    const bool gives_up = stopped_ || attempt >= settings_.attempts;
    if (made || gives_up) {
      --open_jobs_;
      update(recording, job, [&](Job& entry) {
        entry.state = made ? Job::State::kDone : Job::State::kFailed;
        entry.eta_seconds.reset();
        if (made) {
          entry.percent = 100;
        } else {
          entry.failure = made.error().message;
        }
      });
      co_return made;
    }
    observe::log_warn("recording_job_failed", {{"recording", recording}, {"attempt", attempt}, {"reason", made.error().message}});
    auto waiting = sleep_for(loop_, wait);
    co_await waiting;
    wait *= 2;
  }
}

Job* Workshop::find(const RecordingId& recording, const std::string& job) {
  auto found = remembered_.find(recording);
  if (found == remembered_.end()) return nullptr;
  auto entry = std::find_if(found->second.jobs.begin(), found->second.jobs.end(), [&](const Job& one) { return one.id == job; });
  return entry == found->second.jobs.end() ? nullptr : &*entry;
}

void Workshop::update(const RecordingId& recording, const std::string& job, const std::function<void(Job&)>& change) {
  Job* entry = find(recording, job);
  if (entry == nullptr) return;
  change(*entry);
  on_change_(recording, *entry);
}

}  // namespace dd::studio
