// SPDX-License-Identifier: MIT
#include "shelf/removal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/durable_file.hpp"
#include "base/random.hpp"
#include "observe/log.hpp"

namespace dd::shelf {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRemoved = ".removed";
constexpr std::int64_t kDay = 24LL * 3600 * 1'000'000'000;

}  // namespace

Result<FolderLock> FolderLock::take(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return file_error("open", folder, errno);
  FolderLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return make_error(Errc::kConflict, "the recording is being uploaded");
    return file_error("lock", folder, errno);
  }
  return lock;
}

FolderLock::FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FolderLock::~FolderLock() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> remove_recording(const fs::path& root, const fs::path& folder) {
  DD_TRY(const auto lock, FolderLock::take(folder));
  const fs::path removed = root / kRemoved;
  std::error_code error;
  fs::create_directories(removed, error);
  const fs::path away = removed / random_uuid();
  if (!error) fs::rename(folder, away, error);
  if (error) return file_error("remove", folder, error.value());
  DD_TRY_VOID(sync_folder(folder.parent_path()));
  fs::remove_all(away, error);  // follows no link
  if (error) observe::log_warn("removal_unfinished", {{"folder", away.string()}, {"reason", error.message()}});
  return ok();
}

void finish_removals(const fs::path& root) {
  std::error_code error;
  fs::remove_all(root / kRemoved, error);
}

void remove_empty_meetings(const fs::path& tenant_folder, std::int64_t now_ns) {
  std::error_code error;
  for (auto entry = fs::directory_iterator(tenant_folder, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    struct stat status {};
    if (::lstat(entry->path().c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) continue;
    // A recorder that is just making its recording's folder must not lose the meeting's.
    if (now_ns - std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 < kDay) continue;
    (void)::rmdir(entry->path().c_str());  // refuses when something is in it
  }
}

}  // namespace dd::shelf
