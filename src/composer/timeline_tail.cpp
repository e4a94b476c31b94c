// SPDX-License-Identifier: MIT
#include "composer/timeline_tail.hpp"

#include <array>
#include <fmt/format.h>
#include <utility>
#include <variant>

#include "recording/paths.hpp"

namespace dd::composer {

using recording::Time;

Result<TimelineTail> TimelineTail::open(const std::filesystem::path& folder, const Clock& clock) {
  const std::filesystem::path path = folder / recording::kTimelineFile;
  std::ifstream file(path, std::ios::binary);
  if (!file) return invalid_field("folder", fmt::format("{} cannot be read", path.string()));
  TimelineTail tail(std::move(file), clock);
  tail.known_at_ = clock.now();
  tail.read_more();
  return tail;
}

bool TimelineTail::read_more() {
  file_.clear();  // the end of the file was the end only then
  std::array<char, 65536> bytes;
  while (file_.read(bytes.data(), bytes.size()), file_.gcount() > 0) unread_.append(bytes.data(), static_cast<std::size_t>(file_.gcount()));
  recording::Timeline read = recording::read_timeline(unread_);
  unread_.erase(0, read.whole_bytes);
  for (recording::Event& event : read.events) {
    if (const auto* part = std::get_if<recording::PartBegan>(&event.what)) {
      // Once for each part: from then on the wall clock may be set as it likes.
      const auto wall = std::chrono::duration_cast<Time>(clock_->wall_now().time_since_epoch());
      known_ = event.t + (wall - Time{part->wall_us});
      known_at_ = clock_->now();
    }
    if (std::holds_alternative<recording::RecordingStopped>(event.what)) end_ = event.t;
    events_.push_back(std::move(event));
  }
  return !read.events.empty();
}

Time TimelineTail::now() const { return known_ + std::chrono::duration_cast<Time>(clock_->now() - known_at_); }

}  // namespace dd::composer
