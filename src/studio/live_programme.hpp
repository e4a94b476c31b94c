// SPDX-License-Identifier: MIT
// A programme that is made while its meeting runs: one composer process that follows the recording, brought back when it dies.
// It decides no layout (the timeline does), and when it cannot keep up nothing is lost: the tracks are composed afterwards.
// Lives on the control loop; owned by the recording it follows.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/completion.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "child/supervisor.hpp"
#include "recording/command.hpp"
#include "studio/tool.hpp"

namespace dd::studio {

struct LiveProgrammeSettings {
  std::string recorder_program;  // whose `compose live` also enters the programme into the manifest
  child::Supervisor::Settings supervision{std::chrono::seconds{1}, std::chrono::seconds{30}, std::chrono::minutes{1},
                                          std::chrono::hours{24}};
  Duration end_limit = std::chrono::seconds{30};  // for the last seconds, after the recording has ended
};

class LiveProgramme : public std::enable_shared_from_this<LiveProgramme> {
 public:
  // What the composer asks of the recording it follows, while it runs.
  struct Wishes {
    std::function<void(const std::string& track, unsigned smaller)> preview;
    std::function<void(const std::string& track)> key_frame;
  };

  LiveProgramme(Loop& loop, LiveProgrammeSettings settings, std::filesystem::path folder, recording::Programme programme, Wishes wishes);

  void start();  // when the recording's folder is there
  // The recording has ended. True when the whole programme is there and in the manifest.
  Task<bool> end();
  // Nobody waits for it any more.
  void abandon();

  // Relative to the recording's folder: a playlist that plays while it grows, and the programme beside it.
  static constexpr std::string_view kPlaylist = "composite/live/live.m3u8";

 private:
  void act(child::Supervisor::Action action);
  void launch();
  static Task<void> wait_for(std::shared_ptr<LiveProgramme> self, std::shared_ptr<Tool> tool);

  Loop& loop_;
  LiveProgrammeSettings settings_;
  std::vector<std::string> arguments_;
  Wishes wishes_;
  child::Supervisor supervisor_;
  std::shared_ptr<Tool> tool_;
  bool started_ = false;
  bool ending_ = false;
  Completion<bool> whole_;
  Timer timer_;
};

}  // namespace dd::studio
