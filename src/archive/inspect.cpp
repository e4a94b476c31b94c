// SPDX-License-Identifier: MIT
#include "archive/inspect.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

#include "archive/sync_quality.hpp"

namespace dd::archive {
namespace {

using namespace recording;

constexpr std::size_t kMaxGapsShown = 20;  // of one track; a bad network makes thousands

// A terminal obeys control characters; a name must not move its cursor.
std::string plain(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return out;
}

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 10'000) return fmt::format("{} B", bytes);
  if (bytes < 10'000'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string size_text(std::optional<std::uint32_t> width, std::optional<std::uint32_t> height) {
  return width && height ? fmt::format("{}x{}", *width, *height) : std::string("-");
}

std::string sync_text(std::span<const Event> events, const TrackEntry& track) {
  const auto quality = judge_sync(events, track.track, track.codec);
  if (!quality) return "no reports";
  return fmt::format("{:+.1f} ppm, within {:.1f} ms over {} reports", quality->drift_ppm, quality->residual_ms, quality->reports);
}

void add_track(std::string& out, const TrackEntry& track, std::span<const Event> events) {
  Time lost{};
  for (const GapEntry& gap : track.gaps) lost += gap.to - gap.from;
  fmt::format_to(std::back_inserter(out), "\n{}  {} {}  sync {}\n", plain(track.track), to_string(track.kind), to_string(track.codec),
                 sync_text(events, track));
  for (const FileEntry& file : track.files) {
    fmt::format_to(std::back_inserter(out), "  {:<48} part {}  {:>11} + {:>11}  {:>9}  {:>10}\n", file.file, file.part,
                   clock_text(file.start), clock_text(file.duration), size_text(file.width, file.height), bytes_text(file.bytes));
  }
  if (track.gaps.empty()) return;
  fmt::format_to(std::back_inserter(out), "  {} gaps, {} in all\n", track.gaps.size(), clock_text(lost));
  for (std::size_t i = 0; i < std::min(track.gaps.size(), kMaxGapsShown); ++i) {
    const GapEntry& gap = track.gaps[i];
    fmt::format_to(std::back_inserter(out), "    {:>11} - {:>11}  {}\n", clock_text(gap.from), clock_text(gap.to), to_string(gap.reason));
  }
  if (track.gaps.size() > kMaxGapsShown) fmt::format_to(std::back_inserter(out), "    and {} more\n", track.gaps.size() - kMaxGapsShown);
}

}  // namespace

std::string clock_text(Time time) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  const auto seconds = ms / 1000;
  const std::string below_hour = fmt::format("{:02}:{:02}.{:03}", seconds / 60 % 60, seconds % 60, ms % 1000);
  return seconds < 3600 ? below_hour : fmt::format("{}:{}", seconds / 3600, below_hour);
}

std::string inspection(const Manifest& manifest, const Timeline& timeline) {
  std::string out = fmt::format("recording {}  tenant {}  meeting {}  {}  {}  {}\n", plain(manifest.recording), plain(manifest.tenant),
                                plain(manifest.meeting), to_string(manifest.state), plain(manifest.started), clock_text(manifest.duration));
  const auto add = std::back_inserter(out);
  for (const Part& part : manifest.parts) {
    fmt::format_to(add, "part {:<3} {:>11} - {:>11}  {}\n", part.part, clock_text(part.from), clock_text(part.to), to_string(part.end));
  }
  for (const Missing& missing : manifest.missing) {
    fmt::format_to(add, "missing  {:>11} - {:>11}  {}\n", clock_text(missing.from), clock_text(missing.to), plain(missing.reason));
  }
  for (const ParticipantEntry& participant : manifest.participants) {
    fmt::format_to(add, "participant {}  {}\n", plain(participant.participant), plain(participant.name));
  }
  for (const TrackEntry& track : manifest.tracks) add_track(out, track, timeline.events);
  if (!manifest.outputs.empty()) out += "\n";
  for (const Output& output : manifest.outputs) {
    fmt::format_to(add, "{} {:<48} {:>11} + {:>11}  {:>10}\n", plain(output.mode), output.file, clock_text(output.start),
                   clock_text(output.duration), bytes_text(output.bytes));
  }
  if (timeline.damaged > 0) fmt::format_to(add, "\n{} lines of the timeline could not be read\n", timeline.damaged);
  return out;
}

}  // namespace dd::archive
