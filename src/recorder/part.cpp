// SPDX-License-Identifier: MIT
#include "recorder/part.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include "recording/paths.hpp"
#include "recording/timeline.hpp"

namespace dd::recorder {
namespace {

constexpr std::uintmax_t kMaxTimeline = 256U << 20;  // a day of a large meeting is a few megabytes

std::int64_t us(Duration duration) { return std::chrono::duration_cast<std::chrono::microseconds>(duration).count(); }

// `<track>.<number>.mkv`, also of files that a power failure left without their line in the timeline.
void count_file(std::map<std::string, unsigned>& files, const std::string& prefix, const std::string& name) {
  constexpr std::string_view kEnding = ".mkv";
  if (name.size() <= kEnding.size() || name.compare(name.size() - kEnding.size(), kEnding.size(), kEnding) != 0) return;
  const std::string stem = name.substr(0, name.size() - kEnding.size());
  const auto dot = stem.rfind('.');
  if (dot == std::string::npos) return;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(stem.data() + dot + 1, stem.data() + stem.size(), number);
  if (error != std::errc{} || end != stem.data() + stem.size()) return;
  auto& most = files[prefix + stem.substr(0, dot)];
  most = std::max(most, number);
}

recording::Time time_passed(const recording::PartBegan& before, const MachineClocks& clocks) {
  const bool same_boot = before.boot_id == clocks.boot_id && !clocks.boot_id.empty();
  return recording::Time{same_boot ? clocks.boot_us - before.boot_us : clocks.wall_us - before.wall_us};
}

}  // namespace

std::string preview_key(std::string_view track) { return std::string(recording::kPreviews) + '/' + std::string(track); }

MachineClocks read_machine_clocks(WallTime wall_now) {
  MachineClocks clocks{.wall_us = us(wall_now.time_since_epoch()), .boot_id = {}, .boot_us = us(since_boot())};
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::getline(file, clocks.boot_id);
  return clocks;
}

Result<Part> open_part(const std::filesystem::path& folder, const MachineClocks& clocks) {
  std::error_code error;
  std::filesystem::create_directories(folder / "tracks", error);
  if (error) return make_error(Errc::kUnavailable, "make the recording's folder: " + error.message());

  Part part;
  for (std::filesystem::directory_iterator entry(folder / "tracks", error), end; !error && entry != end; entry.increment(error)) {
    count_file(part.files, "", entry->path().filename().string());
  }
  if (error) return make_error(Errc::kUnavailable, "list the recording's tracks: " + error.message());
  std::error_code none;
  for (std::filesystem::directory_iterator entry(folder / recording::kPreviews, none), end; !none && entry != end; entry.increment(none)) {
    count_file(part.files, preview_key(""), entry->path().filename().string());
  }

  const auto path = folder / recording::kTimelineFile;
  if (!std::filesystem::exists(path, error)) return part;
  const auto size = std::filesystem::file_size(path, error);
  if (error || size > kMaxTimeline) return make_error(Errc::kUnavailable, "the recording's timeline cannot be read");
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return make_error(Errc::kUnavailable, "the recording's timeline cannot be read");
  const auto timeline = recording::read_timeline(text.str());

  recording::Time last{};
  bool found = false;
  for (const recording::Event& event : timeline.events) {
    last = std::max(last, event.t);
    if (const auto* before = std::get_if<recording::PartBegan>(&event.what)) {
      part.number = before->part + 1;
      part.begins = event.t + time_passed(*before, clocks);
      found = true;
    }
  }
  // A clock that was set back must not make time run backwards.
  part.begins = found ? std::max(part.begins, last) : recording::Time{};
  part.timeline_bytes = timeline.whole_bytes;
  if (timeline.whole_bytes < size) {
    std::filesystem::resize_file(path, timeline.whole_bytes, error);
    if (error) return make_error(Errc::kUnavailable, "cut the recording's timeline: " + error.message());
  }
  return part;
}

}  // namespace dd::recorder
