// SPDX-License-Identifier: MIT
#include "base/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fmt/format.h>

namespace dd {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Result<void> write_all(int fd, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error("write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return ok();
}

}  // namespace

Error file_error(std::string_view what, const std::filesystem::path& path, int error_number) {
  const std::string reason = std::error_code(error_number, std::generic_category()).message();
  const bool absent = error_number == ENOENT || error_number == ENOTDIR || error_number == ELOOP;
  return make_error(absent ? Errc::kNotFound : Errc::kUnavailable, fmt::format("{} {}: {}", what, path.string(), reason));
}

Result<std::string> read_small_file(const std::filesystem::path& path, std::size_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.get() < 0) return file_error("open", path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return file_error("stat", path, errno);
  if (!S_ISREG(status.st_mode)) return make_error(Errc::kNotFound, fmt::format("{} is no file", path.string()));
  std::string content;
  char piece[64 * 1024];
  for (;;) {
    const ssize_t got = ::read(file.get(), piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error("read", path, errno);
    if (got == 0) return content;
    if (content.size() + static_cast<std::size_t>(got) > limit) {
      return make_error(Errc::kPayloadTooLarge, fmt::format("{} is larger than {} bytes", path.string(), limit));
    }
    content.append(piece, static_cast<std::size_t>(got));
  }
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view content) {
  std::filesystem::path draft = path;
  draft += ".new";
  {
    const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640));
    if (file.get() < 0) return file_error("open", draft, errno);
    DD_TRY_VOID(write_all(file.get(), content, draft));
    if (::fsync(file.get()) != 0) return file_error("sync", draft, errno);
  }
  if (::rename(draft.c_str(), path.c_str()) != 0) return file_error("rename", draft, errno);
  return sync_folder(path.parent_path());
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const Descriptor handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (handle.get() < 0) return file_error("open", folder, errno);
  if (::fsync(handle.get()) != 0) return file_error("sync", folder, errno);
  return ok();
}

}  // namespace dd
