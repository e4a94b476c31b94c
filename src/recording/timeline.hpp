// SPDX-License-Identifier: MIT
// What happened in a recording, as values, and as the lines of timeline.jsonl (docs/recording-format.md).
// It neither opens nor writes the file: the recorder appends encoded events, readers pass the text they have read.
// Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "recording/retiming.hpp"
#include "recording/terms.hpp"

namespace dd::recording {

inline constexpr unsigned kFormatVersion = 1;
inline constexpr std::size_t kMaxRetimedPoints = 256;
// In the place of a layout's name: of a programme that changes its layout where the timeline says so.
inline constexpr std::string_view kTimelineLayouts = "timeline";

struct RecordingBegan {
  std::string recording;
  std::string tenant;
  std::string meeting;
  std::string started;  // RFC 3339, UTC
  Fill fill = Fill::kBlack;
  unsigned version = kFormatVersion;
};

struct PartBegan {
  unsigned part = 1;
  std::int64_t wall_us = 0;
  std::string boot_id;
  std::int64_t boot_us = 0;
};

struct ParticipantNamed {
  std::string participant;
  std::string name;
};

struct TrackBegan {
  std::string track;
  std::string participant;
  Kind kind = Kind::kAudio;
  std::string producer;
  Codec codec = Codec::kOpus;
};

struct FileBegan {  // a file whose time 0 is this event's time
  std::string track;
  std::string file;
  unsigned part = 1;
  std::optional<std::uint32_t> width;
  std::optional<std::uint32_t> height;
  std::string reason;          // "first", "codec", "source", "size", "rotation" or "restart"
  std::uint32_t rotation = 0;  // degrees clockwise that make its pictures upright, as they were when it began
};

struct PictureTurned {  // a phone was turned: from here on its pictures are upright when turned so
  std::string track;
  std::uint32_t degrees = 0;  // clockwise: 0, 90, 180 or 270
};

struct SizeChanged {
  std::string track;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

struct SyncNoted {
  std::string track;
  std::uint32_t rtp = 0;
  std::int64_t ntp_us = 0;
  Time mapped{};
};

struct TrackRetimed {  // the sender's clock became known: where frames belong that were written before
  std::string track;
  std::vector<RetimedPoint> points;  // in order of time; at most kMaxRetimedPoints
};

struct FileRetimed {  // the file's own times were put right: `retimed` concerns it no more
  std::string file;
  Time start{};  // where its time 0 is now
};

struct TrackPaused {
  std::string track;
};

struct TrackResumed {
  std::string track;
};

struct GapNoted {
  std::string track;
  Time from{};
  Time to{};
  GapReason reason = GapReason::kLoss;
};

struct FileEnded {
  std::string file;
  Time duration{};
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
};

struct TrackEnded {
  std::string track;
  std::string reason;
};

// Beside a track, while a programme is made live: a smaller layer of its producer, for small tiles. Gone when the recording is finished.
struct PreviewBegan {  // a file whose time 0 is this event's time
  std::string track;
  std::string file;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

struct PreviewEnded {
  std::string file;
  Time duration{};
};

struct SpeakerChanged {
  std::string participant;  // empty: nobody
};

struct LayoutChanged {
  std::string layout;   // "grid", "speaker" or "presentation"
  std::string options;  // a JSON object as text, or empty
};

struct TroubleBegan {
  std::string reason;  // "disk_full", "read_only", "folder_gone" or "io"
  std::string detail;
};

struct TroubleEnded {
  std::string reason;
  std::string detail;
};

struct PartRecovered {
  unsigned part = 1;
  Time until{};
};

struct RecordingStopped {
  std::string reason;
};

using Happening = std::variant<RecordingBegan, PartBegan, ParticipantNamed, TrackBegan, FileBegan, SizeChanged, PictureTurned, SyncNoted,
                               TrackRetimed, FileRetimed, TrackPaused, TrackResumed, GapNoted, FileEnded, TrackEnded, PreviewBegan,
                               PreviewEnded, SpeakerChanged, LayoutChanged, TroubleBegan, TroubleEnded, PartRecovered, RecordingStopped>;

struct Event {
  Time t{};
  Happening what;
};

// One line without its newline; bytes of a name that are not UTF-8 are replaced.
std::string encode(const Event& event);

// Nothing for a type that is not known (a later version's), kInvalidArgument naming the field for what is damaged.
Result<std::optional<Event>> parse_line(std::string_view line);

struct Timeline {
  std::vector<Event> events;
  std::size_t whole_bytes = 0;  // up to behind the last line that ends; whoever appends cuts the file there first
  std::size_t damaged = 0;      // whole lines that could not be understood
};

// Never fails: lines that are damaged are counted and skipped, a last line without its newline is not there yet.
Timeline read_timeline(std::string_view text);

}  // namespace dd::recording
