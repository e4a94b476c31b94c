// SPDX-License-Identifier: MIT
#include "composer/output_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace dd::composer {
namespace {

Error file_failure(std::string_view doing, const std::filesystem::path& path) {
  return make_error(Errc::kUnavailable, fmt::format("{} {}: {}", doing, path.string(), std::strerror(errno)));
}

}  // namespace

Result<OutputFile> OutputFile::open(const std::filesystem::path& path) {
  const std::filesystem::path part = path.parent_path() / fmt::format(".{}.part", path.filename().string());
  const int lock = ::open(part.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (lock < 0) return file_failure("open", part);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return make_error(Errc::kConflict, fmt::format("{} is being written by another composer", path.string()));
  }
  return OutputFile(path, part, lock);
}

OutputFile::OutputFile(std::filesystem::path path, std::filesystem::path part, int lock)
    : path_(std::move(path)), part_(std::move(part)), lock_(lock) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)), part_(std::move(other.part_)), lock_(std::exchange(other.lock_, -1)) {}

OutputFile::~OutputFile() {
  if (lock_ < 0) return;
  ::unlink(part_.c_str());
  ::unlink(scratch().c_str());
  ::close(lock_);
}

std::filesystem::path OutputFile::scratch() const { return part_.string() + ".media"; }

Result<void> OutputFile::commit() {
  if (::fdatasync(lock_) != 0) return file_failure("sync", part_);
  if (::rename(part_.c_str(), path_.c_str()) != 0) return file_failure("rename to", path_);
  ::unlink(scratch().c_str());
  ::close(std::exchange(lock_, -1));
  const std::filesystem::path folder = path_.parent_path().empty() ? "." : path_.parent_path();
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);  // the name survives a power cut, too; the file itself does already
    ::close(directory);
  }
  return ok();
}

}  // namespace dd::composer
