// SPDX-License-Identifier: MIT
// A recording's timeline as it is being written: its events so far, and what time it is on it.
// It only reads. The recorder may die and come back in a further part; the clock of the newest part is the one that counts.
// Used from the composing thread.
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "recording/timeline.hpp"

namespace dd::composer {

class TimelineTail {
 public:
  static Result<TimelineTail> open(const std::filesystem::path& folder, const Clock& clock);

  // Takes what has been written since; whether anything was.
  bool read_more();

  const std::vector<recording::Event>& events() const { return events_; }
  // Where the recording ended, when it has.
  std::optional<recording::Time> end() const { return end_; }
  // Now, on the recording's timeline.
  recording::Time now() const;

 private:
  TimelineTail(std::ifstream file, const Clock& clock) : file_(std::move(file)), clock_(&clock) {}

  std::ifstream file_;
  const Clock* clock_;
  std::string unread_;  // a line that is not whole yet
  std::vector<recording::Event> events_;
  std::optional<recording::Time> end_;
  recording::Time known_{};   // on the timeline, at
  MonotonicTime known_at_{};  // of the clock
};

}  // namespace dd::composer
