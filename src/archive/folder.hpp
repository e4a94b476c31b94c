// SPDX-License-Identifier: MIT
// A recording's folder at rest: what its timeline says, what its manifest says, and how the manifest is written anew.
// It changes no track; recover.cpp and finish.cpp do.
// Owned by the one-shot command that opened it, which holds the timeline's lock meanwhile.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "archive/disk.hpp"
#include "base/result.hpp"
#include "recording/manifest.hpp"
#include "recording/timeline.hpp"

namespace dd::archive {

// 0 to 100 of the whole command, and the file or the step it is at.
using Progress = std::function<void(double percent, std::string_view doing)>;

enum class Access { kRead, kWrite };

class Folder {
 public:
  // kNotFound without a timeline; kConflict when it is to be written and somebody else does already.
  static Result<Folder> open(std::filesystem::path path, Access access);

  const std::filesystem::path& path() const { return path_; }
  const recording::Timeline& timeline() const { return timeline_; }

  // Appends the events behind the last whole line, as one write, and syncs them.
  Result<void> append(std::vector<recording::Event> events);

  // What the timeline and the disk say now. Checksums and outputs of the manifest there is are kept as long as they fit the files.
  Result<recording::Manifest> manifest() const;
  Result<void> write_manifest(const recording::Manifest& manifest);

 private:
  Folder(std::filesystem::path path, File file, recording::Timeline timeline)
      : path_(std::move(path)), file_(std::move(file)), timeline_(std::move(timeline)) {}
  recording::Facts facts() const;

  std::filesystem::path path_;
  File file_;  // the timeline
  recording::Timeline timeline_;
};

}  // namespace dd::archive
