// SPDX-License-Identifier: MIT
// A file that is there as a whole or not at all: written under a hidden name beside it, synced and renamed at the end.
// It writes nothing itself; the pipeline does. One composer at a time holds the hidden name.
// Owned by whoever composes; going away without commit() removes what was written.
#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace dd::composer {

class OutputFile {
 public:
  // kConflict when another process is writing the same file. What a killed one left is overwritten.
  static Result<OutputFile> open(const std::filesystem::path& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  // `.<name>.part`, and where the muxer puts the media until it knows their index.
  const std::filesystem::path& part() const { return part_; }
  std::filesystem::path scratch() const;

  Result<void> commit();

 private:
  OutputFile(std::filesystem::path path, std::filesystem::path part, int lock);

  std::filesystem::path path_;
  std::filesystem::path part_;
  int lock_;  // holds a lock on the hidden file, and syncs it
};

}  // namespace dd::composer
