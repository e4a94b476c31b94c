// SPDX-License-Identifier: MIT
// Files as recordings need them: read in bounds, replaced as a whole, synced with their folder, never through a link.
// It knows no format, and nothing here may run on a loop: every call can wait for a disk.
// Owned by the one-shot command that opened it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace dd::archive {

class File {
 public:
  static Result<File> open_for_reading(const std::filesystem::path& path);
  static Result<File> open_for_writing(const std::filesystem::path& path);  // it must exist

  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~File();

  Result<std::uint64_t> size() const;
  std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> into) const;  // fewer bytes at the end, or when the disk fails
  Result<void> write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes);
  Result<void> truncate(std::uint64_t size);
  Result<void> sync();

  // kConflict when another process holds it; held until the file is closed, so also when this process is killed.
  Result<void> lock();

 private:
  explicit File(int fd) : fd_(fd) {}
  static Result<File> open(const std::filesystem::path& path, int flags);

  int fd_;
};

Result<std::string> read_text(const std::filesystem::path& path, std::uint64_t max);

// Either the old content or the new one is there, whatever happens in between.
Result<void> replace_text(const std::filesystem::path& path, std::string_view text);

// Gives what was written under a temporary name its own: syncs it, renames it, syncs the folder.
Result<void> put_in_place(const std::filesystem::path& temporary, const std::filesystem::path& path);

// Lower-case hexadecimal. `on_bytes` is told how many bytes were read, now and then.
Result<std::string> sha256_of(const std::filesystem::path& path, const std::function<void(std::uint64_t)>& on_bytes = {});

}  // namespace dd::archive
