// SPDX-License-Identifier: MIT
// Takes a recording away as a whole: in one rename it is gone from where others look, then its files are removed.
// A crash in between leaves a folder in the root's `.removed/`, which finish_removals() empties at the next start.
// Blocks, so not for the control loop; safe from any other thread.
#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace dd::shelf {

// A folder's lock between processes, held while its object lives; the kernel gives it back when we die.
class FolderLock {
 public:
  // kConflict when somebody has it.
  static Result<FolderLock> take(const std::filesystem::path& folder);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

// kConflict while the folder is locked, that is: being uploaded.
Result<void> remove_recording(const std::filesystem::path& root, const std::filesystem::path& folder);

void finish_removals(const std::filesystem::path& root);

// Folders of meetings without recordings that nobody has touched for a day.
void remove_empty_meetings(const std::filesystem::path& tenant_folder, std::int64_t now_ns);

}  // namespace dd::shelf
