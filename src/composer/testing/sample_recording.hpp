// SPDX-License-Identifier: MIT
// Recordings for tests, made by ffmpeg in the shape of docs/recording-format.md, and programmes taken apart again by ffmpeg.
// Everybody's picture flashes white and everybody's tone sounds for 100 ms at each whole second of the timeline: what was
// captured together can be seen and heard to be together.
// Used by tests only; everything lies in a folder that goes away with its owner.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "composer/layout.hpp"
#include "recording/timeline.hpp"

namespace dd::composer::testing {

using recording::Time;

class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Footage {
  Time from{};
  Time to{};
  std::string colour = "red";                  // of a picture
  std::string size = "320x180";                // of a picture
  int tone = 1000;                             // of sound, in Hz
  std::optional<std::pair<Time, Time>> stall;  // on the timeline: no frames in between
};

class SampleRecording {
 public:
  SampleRecording();

  const std::filesystem::path& folder() const { return folder_.path(); }
  void add(Time t, recording::Happening what) { events_.push_back({t, std::move(what)}); }
  // A track with its file, or a further file of a track that is there.
  void film(const std::string& who, recording::Kind kind, recording::Codec codec, const Footage& footage);
  // A smaller layer of a track that is there.
  void film_preview(const std::string& who, recording::Kind kind, recording::Codec codec, const Footage& footage);
  void fill_image(const std::string& colour) const;  // a plain picture to fill gaps with
  void end(Time t);                                  // writes timeline.jsonl
  std::filesystem::path file(const std::string& track, unsigned number) const;
  const std::vector<recording::Event>& events() const { return events_; }

 private:
  static void shoot(recording::Kind kind, recording::Codec codec, const Footage& footage, const std::filesystem::path& into);

  TemporaryFolder folder_;
  std::vector<recording::Event> events_;
};

// A finished programme, decoded.
class Screening {
 public:
  Screening(const std::filesystem::path& programme, Size size, int fps);

  double video_seconds() const;
  double audio_seconds() const;
  // The mean colour of the middle of a tile, red, green and blue from 0 to 255.
  std::array<int, 3> colour(const Rect& tile, double seconds) const;
  // When each flash of a tile begins, and each beep of a tone, in seconds.
  std::vector<double> flashes(const Rect& tile) const;
  std::vector<double> beeps(int tone) const;
  double loudness(double from, double to) const;

 private:
  std::array<int, 3> colour_of(const Rect& tile, std::size_t frame) const;
  Size size_;
  int fps_;
  std::string pictures_;  // RGB, frame after frame
  std::vector<float> sound_;
};

}  // namespace dd::composer::testing
