// SPDX-License-Identifier: MIT
// What there is of a recording: its parts, tracks, files, gaps and what was made of it (manifest.json).
// It touches no disk: what only the disk knows (sizes, checksums) is passed in. Everything else follows from the timeline.
// Plain values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "recording/terms.hpp"
#include "recording/timeline.hpp"

namespace dd::recording {

enum class State { kRecording, kInterrupted, kComplete };
enum class PartEnd { kOpen, kStopped, kCrashed };

std::string_view to_string(State state);
std::string_view to_string(PartEnd end);

struct Part {
  unsigned part = 1;
  Time from{};
  Time to{};
  PartEnd end = PartEnd::kOpen;
};

struct Missing {  // nothing of any track is there
  Time from{};
  Time to{};
  std::string reason;  // "crash", or the trouble's
};

struct ParticipantEntry {
  std::string participant;
  std::string name;
};

struct FileEntry {
  std::string file;  // relative to the recording's folder
  unsigned part = 1;
  Time start{};
  Time duration{};
  std::uint64_t bytes = 0;
  std::string sha256;  // empty while the file grows, or before anybody counted
  std::optional<std::uint32_t> width;
  std::optional<std::uint32_t> height;
  std::uint32_t rotation = 0;  // degrees clockwise that make its pictures upright
};

struct GapEntry {
  Time from{};
  Time to{};
  GapReason reason = GapReason::kLoss;
};

struct TrackEntry {
  std::string track;
  std::string participant;
  Kind kind = Kind::kAudio;
  std::string producer;
  Codec codec = Codec::kOpus;
  std::vector<FileEntry> files;
  std::vector<GapEntry> gaps;
};

struct Output {
  std::string mode;         // "participant" or "composite"
  std::string participant;  // of a participant file
  std::string kind;         // "video" or "screenshare", of a participant file
  std::string layout;       // of a composite
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t fps = 0;
  std::string file;
  Time start{};
  Time duration{};
  std::uint64_t bytes = 0;
  std::string sha256;
  std::uint32_t rotation = 0;  // of a participant file: degrees clockwise that make its pictures upright
};

struct Manifest {
  std::string recording;
  std::string tenant;
  std::string meeting;
  State state = State::kRecording;
  std::string started;
  Time duration{};
  std::vector<Part> parts;
  std::vector<Missing> missing;
  std::vector<ParticipantEntry> participants;
  std::vector<TrackEntry> tracks;
  std::vector<Output> outputs;
};

// Indented JSON with a newline behind it; parsing bounds every list and string and names the field at fault.
std::string encode(const Manifest& manifest);
Result<Manifest> parse_manifest(std::string_view text);

// What only the disk knows of a file. A field that is absent is taken from the timeline.
struct FileFacts {
  std::optional<std::uint64_t> bytes;
  std::optional<Time> duration;
  std::string sha256;
};

struct Facts {
  std::map<std::string, FileFacts, std::less<>> files;  // by relative name
  std::vector<Output> outputs;                          // kept as they are
};

// kInvalidArgument when no event says which recording this is.
Result<Manifest> derive_manifest(std::span<const Event> events, const Facts& facts);

// The last time anything is known of: where a recording without an end is taken to end.
Time last_known_time(std::span<const Event> events);

}  // namespace dd::recording
