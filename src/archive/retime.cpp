// SPDX-License-Identifier: MIT
// A file's patches are on the disk as a whole before the first is applied, and only the timeline's line ends them: they say which bytes are
// to be where, so that applying them again changes nothing.
#include "archive/retime.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <system_error>

#include "recording/paths.hpp"

namespace dd::archive {
namespace {

using namespace recording;

constexpr std::uint64_t kMaxNote = 256U << 20;  // ten times what a day takes
constexpr Time kNoticed = std::chrono::milliseconds{3};

struct Block {
  std::uint64_t relative_at = 0;  // where its time relative to the cluster's is
  std::int64_t relative = 0;
};

class Rewriting {
 public:
  Rewriting(const ReadAt& read_at, std::uint64_t size, const std::function<Time(Time)>& moved)
      : in_(read_at, size), size_(size), moved_(moved) {}

  Result<std::vector<Patch>> run() {
    const auto head = in_.element(0);
    if (!head || head->id != kEbml || !in_.fits(*head)) return refused();
    const auto segment = in_.element(head->end());
    if (!segment || segment->id != kSegment) return refused();
    for (std::uint64_t at = segment->body; at < size_;) {
      const auto next = in_.element(at);
      if (!next || !in_.fits(*next)) return refused();
      if (next->id == kInfo && !info(*next)) return refused();
      if (next->id == kCluster && !cluster(*next)) return refused();
      if (next->id == kCues) cues(*next, segment->body);
      at = next->end();
    }
    if (duration_) {
      const double longer = static_cast<double>(last_ - last_was_);
      const auto width = static_cast<unsigned>(*duration_->size);
      const std::uint64_t bits = in_.number(*duration_).value_or(0);
      const double was = width == 8 ? std::bit_cast<double>(bits) : std::bit_cast<float>(static_cast<std::uint32_t>(bits));
      patches_.push_back({duration_->body, float_field(was + longer, width)});
    }
    return std::move(patches_);
  }

 private:
  static Error refused() { return make_error(Errc::kInvalidArgument, "is not a whole Matroska file as the recorder writes them"); }

  template <typename Visit>
  bool children(const Element& parent, Visit visit) const {
    return in_.each(parent.body, parent.end(), visit);
  }

  bool info(const Element& info) {
    return children(info, [&](const Element& child) {
      if (child.id == kDuration && (*child.size == 4 || *child.size == 8)) duration_ = child;
      return child.id != kTimestampScale || in_.number(child) == kDefaultScale;
    });
  }

  bool cluster(const Element& cluster) {
    std::optional<Element> timestamp;
    std::int64_t base = 0;
    std::vector<Block> blocks;
    const bool whole = children(cluster, [&](const Element& child) {
      if (child.id == kTimestamp) {
        timestamp = child;
        base = static_cast<std::int64_t>(in_.number(child).value_or(0));
      }
      if (child.id == kBlockGroup) return false;
      if (child.id != kSimpleBlock) return true;
      std::array<std::uint8_t, 4> bytes{};
      if (*child.size < bytes.size() || in_.read_at(child.body, bytes) != bytes.size()) return false;
      blocks.push_back({child.body + 1, static_cast<std::int16_t>(static_cast<std::uint16_t>(bytes[1] << 8 | bytes[2]))});
      return true;
    });
    if (!whole || !timestamp || blocks.empty()) return false;
    std::vector<std::int64_t> times;
    for (const Block& block : blocks) {
      last_was_ = base + block.relative;
      const auto ms = static_cast<std::int64_t>(std::llround(static_cast<double>(moved_(Time{last_was_ * 1000}).count()) / 1000));
      last_ = std::max(ms, last_ + 1);
      times.push_back(last_);
    }
    // Mostly the cluster's own time is all that changes; where its new one needs more bytes than there are, each block's does.
    const std::int64_t wish = times.front() - blocks.front().relative;
    const std::int64_t now = number_fits(wish, *timestamp) ? wish : base;
    if (now != base) patches_.push_back(number_patch(now, *timestamp));
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const std::int64_t relative = times[i] - now;
      if (relative < INT16_MIN || relative > INT16_MAX) return false;
      if (relative == blocks[i].relative) continue;
      const auto bits = static_cast<std::uint16_t>(static_cast<std::int16_t>(relative));
      patches_.push_back({blocks[i].relative_at, {static_cast<std::uint8_t>(bits >> 8), static_cast<std::uint8_t>(bits)}});
    }
    begins_[cluster.begin] = times.front();
    return true;
  }

  // A cue that keeps its time is a few frames off, which a player that seeks there does not mind.
  void cues(const Element& cues, std::uint64_t segment) {
    children(cues, [&](const Element& point) {
      std::optional<Element> time;
      std::optional<std::uint64_t> position;
      children(point, [&](const Element& child) {
        if (child.id == kCueTime) time = child;
        if (child.id == kCueTrackPositions) {
          children(child, [&](const Element& inner) {
            if (inner.id == kCueClusterPosition) position = in_.number(inner);
            return true;
          });
        }
        return true;
      });
      const auto found = position ? begins_.find(segment + *position) : begins_.end();
      if (time && found != begins_.end() && number_fits(found->second, *time)) patches_.push_back(number_patch(found->second, *time));
      return true;
    });
  }

  static bool number_fits(std::int64_t value, const Element& element) {
    return value >= 0 && (*element.size >= 8 || static_cast<std::uint64_t>(value) >> (8 * *element.size) == 0);
  }

  static Patch number_patch(std::int64_t value, const Element& element) {
    return {element.body, number_field(static_cast<std::uint64_t>(value), static_cast<unsigned>(*element.size))};
  }

  EbmlReader in_;
  std::uint64_t size_;
  const std::function<Time(Time)>& moved_;
  std::optional<Element> duration_;
  std::map<std::uint64_t, std::int64_t> begins_;  // of each cluster, by where it is
  std::int64_t last_ = -1;
  std::int64_t last_was_ = 0;
  std::vector<Patch> patches_;
};

std::filesystem::path note_of(const std::filesystem::path& file) {
  auto note = file;
  note += ".retime";
  return note;
}

struct Note {
  Time start{};
  std::vector<Patch> patches;
};

std::string text_of(const Note& note) {
  std::string text = fmt::format("{}\n", note.start.count());
  for (const Patch& patch : note.patches) text += fmt::format("{} {:02x}\n", patch.offset, fmt::join(patch.bytes, ""));
  return text;
}

std::optional<Note> parse_note(const std::string& text) {
  std::istringstream in(text);
  Note note;
  std::int64_t start = 0;
  if (!(in >> start)) return std::nullopt;
  note.start = Time{start};
  std::uint64_t offset = 0;
  std::string hex;
  while (in >> offset >> hex) {
    Patch patch{offset, {}};
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
      std::uint8_t byte = 0;
      if (std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16).ec != std::errc{}) return std::nullopt;
      patch.bytes.push_back(byte);
    }
    note.patches.push_back(std::move(patch));
  }
  return note;
}

// kInvalidArgument when the file cannot be understood.
Result<Note> plan_file(const std::filesystem::path& path, Time start, const Retiming& retiming) {
  DD_TRY(const File file, File::open_for_reading(path));
  DD_TRY(const std::uint64_t size, file.size());
  Note note;
  note.start = retiming.corrected(start);
  const auto moved = [&](Time t) { return std::max(Time{}, retiming.corrected(start + t) - note.start); };
  DD_TRY(note.patches,
         patches_to_retime([&](std::uint64_t offset, std::span<std::uint8_t> into) { return file.read_at(offset, into); }, size, moved));
  return note;
}

Result<void> apply(const std::filesystem::path& path, const Note& note) {
  DD_TRY(File file, File::open_for_writing(path));
  DD_TRY(const std::uint64_t size, file.size());
  for (const Patch& patch : note.patches) {
    if (patch.offset + patch.bytes.size() > size) continue;
    DD_TRY_VOID(file.write_at(patch.offset, patch.bytes));
  }
  return file.sync();
}

}  // namespace

Result<std::vector<Patch>> patches_to_retime(const ReadAt& read_at, std::uint64_t size, const std::function<Time(Time)>& moved) {
  return Rewriting(read_at, size, moved).run();
}

Result<std::vector<std::string>> retime_files(Folder& folder) {
  std::vector<std::string> changed;
  std::map<std::string, Retiming> retimings;
  std::map<std::string, Time> ends;
  std::set<std::string> done;
  for (const Event& event : folder.timeline().events) {
    if (const auto* retimed = std::get_if<TrackRetimed>(&event.what)) retimings[retimed->track].add(retimed->points);
    if (const auto* ended = std::get_if<FileEnded>(&event.what)) ends[ended->file] = ended->duration;
    if (const auto* file = std::get_if<FileRetimed>(&event.what)) done.insert(file->file);
  }
  const std::vector<Event> events = folder.timeline().events;
  const Time now = last_known_time(events);
  for (const Event& event : events) {
    const auto* began = std::get_if<FileBegan>(&event.what);
    if (began == nullptr) continue;
    DD_TRY(const auto path, file_within(folder.path(), began->file));
    std::error_code ignored;
    if (done.contains(began->file)) {
      std::filesystem::remove(note_of(path), ignored);
      continue;
    }
    const auto retiming = retimings.find(began->track);
    const auto end = ends.find(began->file);
    if (retiming == retimings.end() || end == ends.end()) continue;
    if (!retiming->second.moves(event.t, event.t + end->second, kNoticed)) continue;
    std::optional<Note> note;
    if (const auto text = read_text(note_of(path), kMaxNote)) note = parse_note(*text);
    if (!note) {
      auto planned = plan_file(path, event.t, retiming->second);
      if (!planned && planned.error().code == Errc::kInternal) return std::move(planned.error()).during(began->file);
      if (!planned) continue;  // gone or damaged: it is played as it is, with the timeline's help
      note = std::move(*planned);
      DD_TRY_VOID(replace_text(note_of(path), text_of(*note)));
    }
    DD_TRY_VOID(apply(path, *note));
    DD_TRY_VOID(folder.append({{now, FileRetimed{began->file, note->start}}}));
    std::filesystem::remove(note_of(path), ignored);
    changed.push_back(began->file);
  }
  return changed;
}

}  // namespace dd::archive
