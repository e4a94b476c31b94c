// SPDX-License-Identifier: MIT
// One file of a track while it grows: frames become clusters of at most half a second, each handed to the disk as a whole.
// It does not choose when a file begins or why; the track does. Lives on the recorder's loop.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "recorder/disk.hpp"
#include "recorder/matroska.hpp"
#include "recording/terms.hpp"

namespace dd::recorder {

class TrackFile {
 public:
  struct Ended {
    recording::Time until{};  // where the last frame on disk ends, on the recording's timeline
    recording::Time duration{};
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;
  };

  // `name` is relative to the recording's folder, `path` where that is; time 0 of the file is `begins`.
  TrackFile(Disk& disk, std::string name, std::filesystem::path path, MatroskaTrack track, recording::Time begins);
  TrackFile(const TrackFile&) = delete;
  TrackFile& operator=(const TrackFile&) = delete;
  ~TrackFile();

  const std::string& name() const { return name_; }
  const MatroskaTrack& track() const { return track_; }
  FileId id() const { return file_; }

  // Frames in order of time; one that would not be later than the last is moved a millisecond behind it.
  void add(recording::Time time, recording::Time duration, bool key, const std::vector<std::uint8_t>& frame);

  // Hands the open cluster over; called at least every half second, though nothing comes any more.
  void flush();

  Ended finish();                      // writes the rest, the cues and the duration
  Ended abandon(std::uint64_t whole);  // after trouble: what the first `whole` bytes hold

 private:
  static constexpr std::int64_t kClusterMs = 500;
  static constexpr std::size_t kClusterBytes = 2U << 20;
  static constexpr std::int64_t kSoundCueMs = 5000;
  static constexpr std::size_t kMaxCues = 16384;
  static constexpr std::size_t kMarks = 256;  // two minutes; a disk that is further behind is in trouble already

  struct Mark {  // what the file holds up to a size
    std::uint64_t size = 0;
    std::uint64_t frames = 0;
    recording::Time until{};
  };

  void add_cue(std::int64_t time_ms, std::uint64_t position);
  Ended ended_at(const Mark& mark) const;

  Disk& disk_;
  std::string name_;
  MatroskaTrack track_;
  recording::Time begins_;
  ByteString head_;
  FileId file_;
  bool open_ = true;
  ClusterBuilder cluster_;
  std::int64_t last_ms_ = -1;
  Mark now_;  // frames and until count those of the open cluster, size does not
  std::deque<Mark> marks_;
  std::vector<Cue> cues_;
};

}  // namespace dd::recorder
