// SPDX-License-Identifier: MIT
// Makes one programme of one recording: for each output frame it chooses each tile's picture, draws, mixes and encodes.
// It follows a plan and decides nothing of its own; time is the timeline's and no clock's, so the same recording gives the same programme.
// One call, on one thread; GStreamer's threads decode and encode beside it.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "composer/encoder.hpp"
#include "composer/plan.hpp"

namespace dd::composer {

struct ComposeRequest {
  std::filesystem::path folder;  // the recording's
  std::filesystem::path output;
  std::optional<Layout> layout;  // none: as the timeline says
  Size size{1280, 720};
  int fps = 30;
  Format format = Format::kMp4;
  Time from{};
  std::optional<Time> to;
};

struct Composed {
  Time duration{};
  std::vector<std::string> troubles;  // tracks that could not be used to their end, and why
};

// `progress` is told the time composed so far and the whole. Setting `stop` ends it soon with kUnavailable and leaves nothing behind.
using Progress = std::function<void(Time done, Time whole)>;
Result<Composed> compose(const ComposeRequest& request, const Progress& progress, const std::atomic<bool>& stop);

}  // namespace dd::composer
