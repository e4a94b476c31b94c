// SPDX-License-Identifier: MIT
#include "studio/live_programme.hpp"

#include "observe/log.hpp"

namespace dd::studio {

using child::Supervisor;

namespace {

constexpr int kNiceness = 5;  // before the work that can wait, behind live media

}  // namespace

LiveProgramme::LiveProgramme(Loop& loop, LiveProgrammeSettings settings, std::filesystem::path folder, recording::Programme programme,
                             Wishes wishes)
    : loop_(loop),
      settings_(std::move(settings)),
      arguments_{"compose",
                 "live",
                 folder.string(),
                 "--width",
                 std::to_string(programme.width),
                 "--height",
                 std::to_string(programme.height),
                 "--fps",
                 std::to_string(programme.fps),
                 "--json",
                 "-o",
                 (folder / "composite" / "live").string()},
      wishes_(std::move(wishes)),
      supervisor_(settings_.supervision),
      whole_(loop) {}

void LiveProgramme::start() {
  if (std::exchange(started_, true)) return;
  act(supervisor_.start(loop_.now()));
}

void LiveProgramme::act(Supervisor::Action action) {
  if (action == Supervisor::Action::kStart) launch();
  timer_.cancel();
  const auto deadline = supervisor_.next_deadline();
  if (!deadline) return;
  timer_ = loop_.after(std::max<Duration>(*deadline - loop_.now(), Duration::zero()), [this] { act(supervisor_.on_time(loop_.now())); });
}

void LiveProgramme::launch() {
  auto on_line = [this](const ToolLine& line) {
    if (ending_) return;
    for (const auto& [track, smaller] : line.previews) wishes_.preview(track, smaller);
    for (const auto& track : line.key_frames) wishes_.key_frame(track);
  };
  auto opened = Tool::open(loop_, settings_.recorder_program, arguments_, on_line, kNiceness);
  if (!opened) {
    observe::log_error("live_programme_not_started", {{"reason", opened.error().message}});
    whole_.resolve(false);
    return;
  }
  tool_ = std::move(*opened);
  supervisor_.on_ready(loop_.now());
  spawn(wait_for(shared_from_this(), tool_));
}

Task<void> LiveProgramme::wait_for(std::shared_ptr<LiveProgramme> self, std::shared_ptr<Tool> tool) {
  auto ending = tool->end();
  auto made = co_await ending;
  if (self->tool_ != tool) co_return;
  self->tool_.reset();
  if (made || self->ending_) {
    self->supervisor_.stop();
    self->whole_.resolve(made.has_value());
    co_return;
  }
  observe::log_warn("live_programme_died", {{"reason", made.error().message}});
  self->act(self->supervisor_.on_ended(self->loop_.now()));
}

Task<bool> LiveProgramme::end() {
  auto self = shared_from_this();
  ending_ = true;
  if (!tool_) {
    abandon();
  } else {
    timer_ = loop_.after(settings_.end_limit, [this] { abandon(); });
  }
  auto whole = whole_;
  const bool answer = co_await whole;
  timer_.cancel();
  co_return answer;
}

void LiveProgramme::abandon() {
  supervisor_.stop();
  timer_.cancel();
  if (auto tool = std::exchange(tool_, nullptr)) tool->kill();
  whole_.resolve(false);
}

}  // namespace dd::studio
