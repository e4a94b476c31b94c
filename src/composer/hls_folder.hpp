// SPDX-License-Identifier: MIT
// A programme as it grows, on disk: HLS (RFC 8216) with a playlist that is right at every moment, and beside it one fragmented MP4.
// It encodes nothing. What an earlier composer left is found again and gone on with.
// Used from the composing thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "composer/fragments.hpp"

namespace dd::composer {

class HlsFolder {
 public:
  // `live.m3u8`, `init.mp4`, `00001.m4s`, ... and `live.mp4` in `folder`, which is made. kConflict when another composer is at it.
  static Result<HlsFolder> open(const std::filesystem::path& folder, int segment_seconds);
  HlsFolder(HlsFolder&& other) noexcept;
  HlsFolder& operator=(HlsFolder&&) = delete;
  ~HlsFolder();

  // How much of the programme is there already, in seconds.
  double seconds() const;
  bool has_ended() const { return ended_; }

  Result<void> begin(const std::string& beginning);
  Result<void> add(const Segment& segment);
  Result<void> end();

 private:
  HlsFolder(std::filesystem::path folder, int segment_seconds, int lock);
  Result<void> resume();
  Result<void> write_playlist();
  std::string segment_name(std::size_t number) const;

  std::filesystem::path folder_;
  int segment_seconds_;
  int lock_;  // the fragmented MP4, open and locked
  std::vector<double> durations_;
  bool ended_ = false;
};

}  // namespace dd::composer
