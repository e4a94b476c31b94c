// SPDX-License-Identifier: MIT
// What a caller may ask of recording, as values: which modes, which programme, and how far the making of one has come.
// It is no protocol (protocol.hpp is the one with the recorder process) and checks nothing; api/ has checked the bounds.
// Plain values; may cross threads by copy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "recording/terms.hpp"

namespace dd {
using RecordingId = Id<struct RecordingTag>;
}

namespace dd::recording {

enum class Mode { kTrack, kParticipant, kComposite };
enum class Layout { kGrid, kSpeaker, kPresentation };
enum class Format { kMp4, kWebm, kHls };

constexpr std::string_view to_string(Mode mode) {
  switch (mode) {
    case Mode::kTrack: return "track";
    case Mode::kParticipant: return "participant";
    case Mode::kComposite: return "composite";
  }
  return "track";
}

constexpr std::string_view to_string(Layout layout) {
  switch (layout) {
    case Layout::kGrid: return "grid";
    case Layout::kSpeaker: return "speaker";
    case Layout::kPresentation: return "presentation";
  }
  return "grid";
}

constexpr std::string_view to_string(Format format) {
  switch (format) {
    case Format::kMp4: return "mp4";
    case Format::kWebm: return "webm";
    case Format::kHls: return "hls";
  }
  return "mp4";
}

// All of a meeting in one picture and one sound.
struct Programme {
  Layout layout = Layout::kGrid;
  std::uint32_t width = 1280;
  std::uint32_t height = 720;
  std::uint32_t fps = 25;
  Format format = Format::kMp4;
};

struct StartRecording {
  MeetingId meeting;
  std::vector<Mode> modes{Mode::kTrack, Mode::kParticipant};  // tracks are kept whatever is asked: the others are made of them
  Fill fill = Fill::kBlack;
  std::optional<Programme> programme;  // present when the modes name composite
  bool live = false;                   // make the programme while the meeting runs, too
};

struct Started {
  RecordingId recording;
  bool already_running = false;
};

struct ComposeRecording {
  RecordingId recording;
  Programme programme;
  Time from{};
  std::optional<Time> to;  // absent: to the end
};

// The making of one programme or of the participants' files.
struct Job {
  enum class State { kWaiting, kRunning, kDone, kFailed };
  enum class Kind { kFinish, kCompose };  // checksums and the participants' files; a programme

  std::string id;
  Kind kind = Kind::kCompose;
  State state = State::kWaiting;
  double percent = 0;
  double speed = 0;                          // times real time
  std::optional<std::uint64_t> eta_seconds;  // absent while nobody can tell
  std::string layout;                        // of a programme; kTimelineLayouts when it follows the meeting's
  std::string file;                          // of a programme: what it will be when it is done, relative to the recording's folder
  std::string failure;                       // of kFailed
};

constexpr std::string_view to_string(Job::Kind kind) {
  switch (kind) {
    case Job::Kind::kFinish: return "finish";
    case Job::Kind::kCompose: return "compose";
  }
  return "compose";
}

constexpr std::string_view to_string(Job::State state) {
  switch (state) {
    case Job::State::kWaiting: return "waiting";
    case Job::State::kRunning: return "running";
    case Job::State::kDone: return "done";
    case Job::State::kFailed: return "failed";
  }
  return "waiting";
}

}  // namespace dd::recording
