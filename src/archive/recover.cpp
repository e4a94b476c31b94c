// SPDX-License-Identifier: MIT
// The order matters: first every file is made whole, then one write says so, then the manifest follows. Each step looks at
// what is there and not at what this process did before, so it can be repeated.
#include "archive/recover.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "archive/matroska_cut.hpp"
#include "recording/paths.hpp"

namespace dd::archive {
namespace {

using namespace recording;

struct OpenFile {
  FileBegan began;
  Time start{};
};

struct OpenPart {
  unsigned part = 1;
  Time until{};  // the last thing known of it
};

// What the timeline leaves open.
struct Unfinished {
  std::vector<OpenFile> files;
  std::vector<OpenPart> parts;
  std::set<std::string> playing;  // tracks that were neither ended nor paused
  bool stopped = false;
};

Unfinished unfinished_of(const std::vector<Event>& events) {
  Unfinished out;
  std::vector<OpenFile> files;
  std::set<std::string> ended;
  std::set<unsigned> recovered;
  std::vector<OpenPart> parts;
  for (const Event& event : events) {
    if (const auto* part = std::get_if<PartBegan>(&event.what)) {
      parts.push_back({part->part, event.t});
      out.playing.clear();
      out.stopped = false;
    }
    if (!parts.empty()) parts.back().until = std::max(parts.back().until, event.t);
    if (const auto* file = std::get_if<FileBegan>(&event.what)) files.push_back({*file, event.t});
    if (const auto* file = std::get_if<FileEnded>(&event.what)) ended.insert(file->file);
    if (const auto* over = std::get_if<PartRecovered>(&event.what)) recovered.insert(over->part);
    if (const auto* track = std::get_if<TrackBegan>(&event.what)) out.playing.insert(track->track);
    if (const auto* track = std::get_if<TrackPaused>(&event.what)) out.playing.erase(track->track);
    if (const auto* track = std::get_if<TrackResumed>(&event.what)) out.playing.insert(track->track);
    if (const auto* track = std::get_if<TrackEnded>(&event.what)) out.playing.erase(track->track);
    if (std::holds_alternative<RecordingStopped>(event.what)) {
      out.stopped = true;
      if (!parts.empty()) recovered.insert(parts.back().part);  // it ended in order
    }
  }
  for (OpenFile& file : files) {
    if (ended.insert(file.began.file).second) out.files.push_back(std::move(file));
  }
  for (const OpenPart& part : parts) {
    if (!recovered.contains(part.part)) out.parts.push_back(part);
  }
  return out;
}

Result<MatroskaCut> make_whole(const std::filesystem::path& path, std::uint64_t& dropped) {
  DD_TRY(File file, File::open_for_writing(path));
  DD_TRY(const std::uint64_t size, file.size());
  DD_TRY(MatroskaCut cut,
         find_matroska_cut([&](std::uint64_t offset, std::span<std::uint8_t> into) { return file.read_at(offset, into); }, size));
  for (const Patch& patch : cut.patches) {
    DD_TRY_VOID(file.write_at(patch.offset, patch.bytes));
  }
  if (cut.whole_bytes < size) {
    DD_TRY_VOID(file.truncate(cut.whole_bytes));
  }
  DD_TRY_VOID(file.sync());
  dropped += size - cut.whole_bytes;
  return cut;
}

Time end_of_part(const OpenPart& part, const std::vector<std::pair<OpenFile, MatroskaCut>>& files) {
  Time until = part.until;
  for (const auto& [file, cut] : files) {
    if (file.began.part == part.part) until = std::max(until, file.start + cut.duration);
  }
  return until;
}

}  // namespace

Result<Recovered> recover(const std::filesystem::path& path, Ending ending, const Progress& progress) {
  DD_TRY(Folder folder, Folder::open(path, Access::kWrite));
  DD_TRY(const Manifest before, folder.manifest());  // refuses a folder that is no recording before anything is changed
  const Unfinished open = unfinished_of(folder.timeline().events);

  Recovered out;
  std::vector<std::pair<OpenFile, MatroskaCut>> whole;
  for (const OpenFile& file : open.files) {
    if (progress) progress(100.0 * out.files / static_cast<double>(open.files.size()), file.began.file);
    ++out.files;
    DD_TRY(const auto place, file_within(path, file.began.file));
    auto cut = make_whole(place, out.dropped_bytes);
    if (!cut && cut.error().code == Errc::kInternal)
      return std::move(cut.error()).during(file.began.file);  // the disk fails: try again later
    if (!cut || cut->frames == 0) out.damaged.push_back(file.began.file);
    whole.emplace_back(file, cut ? std::move(*cut) : MatroskaCut{});
  }

  std::vector<Event> events;
  Time now = last_known_time(folder.timeline().events);
  for (const OpenPart& part : open.parts) now = std::max(now, end_of_part(part, whole));
  for (const OpenPart& part : open.parts) {
    const Time until = end_of_part(part, whole);
    for (const auto& [file, cut] : whole) {
      const Time end = file.start + cut.duration;
      const bool cut_short = file.began.part == part.part && open.playing.contains(file.began.track) && end < until;
      if (cut_short) events.push_back({now, GapNoted{file.began.track, end, until, GapReason::kCrash}});
    }
    events.push_back({now, PartRecovered{part.part, until}});
  }
  // Last, because what was said above follows from the files that are still open: a torn write is repeated from them.
  for (const auto& [file, cut] : whole) events.push_back({now, FileEnded{file.began.file, cut.duration, cut.frames, cut.whole_bytes}});
  if (ending == Ending::kFinal && !open.stopped) events.push_back({now, RecordingStopped{"recovered"}});
  DD_TRY_VOID(folder.append(std::move(events)));

  DD_TRY(out.manifest, folder.manifest());
  DD_TRY_VOID(folder.write_manifest(out.manifest));
  if (progress) progress(100, "done");
  return out;
}

}  // namespace dd::archive
