// SPDX-License-Identifier: MIT
// Recordings of the contract's shape, made by ffmpeg: every two seconds of the timeline a white flash and a beep, at once,
// over a moving picture and a soft hum, so that black and silence mean that nothing was there.
// Not what a browser sends: no loss, no jitter. Gaps are cut where the test says.
// Owns a temporary folder, which goes with it.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "recording/timeline.hpp"

namespace dd::archive::testing {

struct MediaOptions {
  double start = 0;  // of the file on the timeline, seconds
  double seconds = 10;
  std::vector<std::pair<double, double>> gaps = {};  // on the timeline
  std::string size = "160x90";
  std::vector<std::string> encoder = {};  // ffmpeg's arguments instead of the codec's usual ones
  bool mono = false;
};

class Sample {
 public:
  explicit Sample(recording::Fill fill = recording::Fill::kBlack);
  ~Sample();
  Sample(const Sample&) = delete;
  Sample& operator=(const Sample&) = delete;

  const std::filesystem::path& folder() const { return folder_; }

  void note(double t, recording::Happening what);
  void track(double t, const std::string& track, const std::string& participant, recording::Kind kind, recording::Codec codec);
  // Makes the file, and notes its beginning and its end.
  void file(const std::string& track, recording::Codec codec, unsigned number, const MediaOptions& options);
  // Makes the file only.
  std::filesystem::path media(const std::string& file, recording::Codec codec, const MediaOptions& options) const;
  void write() const;  // timeline.jsonl

 private:
  std::filesystem::path folder_;
  std::vector<recording::Event> events_;
};

}  // namespace dd::archive::testing
