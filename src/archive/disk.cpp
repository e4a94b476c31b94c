// SPDX-License-Identifier: MIT
// SHA-256 is libavutil's: this folder has it anyway, and OpenSSL stays where it is used for TLS.
#include "archive/disk.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <vector>

extern "C" {
#include <libavutil/mem.h>
#include <libavutil/sha.h>
}

namespace dd::archive {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

Error system_error(std::string_view doing, const std::filesystem::path& path) {
  const int number = errno;
  const Errc code = number == ENOENT ? Errc::kNotFound : Errc::kInternal;
  return make_error(code, fmt::format("{}: {} ({})", doing, std::strerror(number), path.string()));
}

Error system_error(std::string_view doing) { return make_error(Errc::kInternal, fmt::format("{}: {}", doing, std::strerror(errno))); }

Result<void> sync_folder(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return system_error("open folder", path);
  const int result = ::fsync(fd);
  ::close(fd);
  if (result != 0) return system_error("sync folder", path);
  return ok();
}

}  // namespace

Result<File> File::open(const std::filesystem::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (fd < 0) return system_error("open", path);
  File file(fd);
  struct stat status {};
  if (::fstat(fd, &status) != 0) return system_error("stat", path);
  if (!S_ISREG(status.st_mode)) return make_error(Errc::kInvalidArgument, fmt::format("is not a file ({})", path.string()));
  return file;
}

Result<File> File::open_for_reading(const std::filesystem::path& path) { return open(path, O_RDONLY | O_NONBLOCK); }
Result<File> File::open_for_writing(const std::filesystem::path& path) { return open(path, O_RDWR | O_NONBLOCK); }

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::uint64_t> File::size() const {
  struct stat status {};
  if (::fstat(fd_, &status) != 0) return system_error("stat");
  return static_cast<std::uint64_t>(status.st_size);
}

std::size_t File::read_at(std::uint64_t offset, std::span<std::uint8_t> into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t got = ::pread(fd_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<void> File::write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = ::pwrite(fd_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return system_error("write");
    done += static_cast<std::size_t>(put);
  }
  return ok();
}

Result<void> File::truncate(std::uint64_t size) {
  if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return system_error("truncate");
  return ok();
}

Result<void> File::sync() {
  if (::fsync(fd_) != 0) return system_error("sync");
  return ok();
}

Result<void> File::lock() {
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return ok();
  if (errno == EWOULDBLOCK) return make_error(Errc::kConflict, "another process is writing this recording");
  return system_error("lock");
}

Result<std::string> read_text(const std::filesystem::path& path, std::uint64_t max) {
  DD_TRY(const File file, File::open_for_reading(path));
  DD_TRY(const std::uint64_t size, file.size());
  if (size > max) return make_error(Errc::kPayloadTooLarge, fmt::format("is larger than {} bytes ({})", max, path.string()));
  std::string text(static_cast<std::size_t>(size), '\0');
  text.resize(file.read_at(0, std::span(reinterpret_cast<std::uint8_t*>(text.data()), text.size())));
  return text;
}

Result<void> replace_text(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::path temporary = path;
  temporary += ".tmp";
  ::unlink(temporary.c_str());  // of a process that was killed
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (fd < 0) return system_error("create", temporary);
  ::close(fd);
  DD_TRY(File file, File::open_for_writing(temporary));
  DD_TRY_VOID(file.write_at(0, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())));
  return put_in_place(temporary, path);
}

Result<void> put_in_place(const std::filesystem::path& temporary, const std::filesystem::path& path) {
  {
    DD_TRY(File file, File::open_for_writing(temporary));
    DD_TRY_VOID(file.sync());
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return system_error("rename", temporary);
  return sync_folder(path.parent_path());
}

Result<std::string> sha256_of(const std::filesystem::path& path, const std::function<void(std::uint64_t)>& on_bytes) {
  DD_TRY(const File file, File::open_for_reading(path));
  const std::unique_ptr<AVSHA, void (*)(void*)> sha(av_sha_alloc(), av_free);
  av_sha_init(sha.get(), 256);
  std::vector<std::uint8_t> piece(kPiece);
  for (std::uint64_t at = 0;;) {
    const std::size_t got = file.read_at(at, piece);
    if (got == 0) break;
    av_sha_update(sha.get(), piece.data(), got);
    at += got;
    if (on_bytes) on_bytes(at);
  }
  std::array<std::uint8_t, 32> digest{};
  av_sha_final(sha.get(), digest.data());
  std::string out;
  for (const std::uint8_t byte : digest) out += fmt::format("{:02x}", byte);
  return out;
}

}  // namespace dd::archive
