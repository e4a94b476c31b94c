// SPDX-License-Identifier: MIT
#include "composer/hls_folder.hpp"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <numeric>
#include <string_view>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace dd::composer {
namespace {

constexpr std::string_view kPlaylist = "live.m3u8";
constexpr std::string_view kBeginning = "init.mp4";
constexpr std::string_view kWhole = "live.mp4";

Error folder_failure(std::string_view doing, const std::filesystem::path& path) {
  return make_error(Errc::kUnavailable, fmt::format("{} {}: {}", doing, path.string(), std::strerror(errno)));
}

Result<void> write_all(int file, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return folder_failure("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return ok();
}

// As a whole or not at all: a player reads while we write.
Result<void> replace(const std::filesystem::path& path, std::string_view bytes) {
  const std::filesystem::path part = path.string() + ".part";
  const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (file < 0) return folder_failure("open", part);
  Result<void> written = write_all(file, bytes, part);
  if (written.has_value() && ::fdatasync(file) != 0) written = folder_failure("sync", part);
  ::close(file);
  if (!written.has_value()) return written;
  if (::rename(part.c_str(), path.c_str()) != 0) return folder_failure("rename to", path);
  return ok();
}

}  // namespace

Result<HlsFolder> HlsFolder::open(const std::filesystem::path& folder, int segment_seconds) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::filesystem::path whole = folder / kWhole;
  const int lock = ::open(whole.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (lock < 0) return folder_failure("open", whole);
  HlsFolder hls(folder, segment_seconds, lock);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0)
    return make_error(Errc::kConflict, fmt::format("{} is being written by another composer", whole.string()));
  DD_TRY_VOID(hls.resume());
  return hls;
}

HlsFolder::HlsFolder(std::filesystem::path folder, int segment_seconds, int lock)
    : folder_(std::move(folder)), segment_seconds_(segment_seconds), lock_(lock) {}

HlsFolder::HlsFolder(HlsFolder&& other) noexcept
    : folder_(std::move(other.folder_)),
      segment_seconds_(other.segment_seconds_),
      lock_(std::exchange(other.lock_, -1)),
      durations_(std::move(other.durations_)),
      ended_(other.ended_) {}

HlsFolder::~HlsFolder() {
  if (lock_ >= 0) ::close(lock_);
}

double HlsFolder::seconds() const { return std::accumulate(durations_.begin(), durations_.end(), 0.0); }

std::string HlsFolder::segment_name(std::size_t number) const { return fmt::format("{:05}.m4s", number); }

// The playlist says what is whole. Only segments of full length are kept, so that the next one begins where a key frame is due.
Result<void> HlsFolder::resume() {
  constexpr std::string_view kDuration = "#EXTINF:";
  std::ifstream playlist(folder_ / kPlaylist);
  std::error_code error;
  std::uintmax_t bytes = std::filesystem::file_size(folder_ / kBeginning, error);
  for (std::string line; !error && std::getline(playlist, line);) {
    if (line.rfind("#EXT-X-ENDLIST", 0) == 0) ended_ = true;
    if (line.rfind(kDuration, 0) != 0) continue;
    double seconds = 0;
    std::from_chars(line.data() + kDuration.size(), line.data() + line.size(), seconds);
    if (std::abs(seconds - segment_seconds_) > 1e-3 && !ended_) break;
    const std::uintmax_t size = std::filesystem::file_size(folder_ / segment_name(durations_.size() + 1), error);
    if (error) break;
    bytes += size;
    durations_.push_back(seconds);
  }
  if (durations_.empty()) bytes = 0;
  if (::ftruncate(lock_, static_cast<off_t>(bytes)) != 0 || ::lseek(lock_, 0, SEEK_END) < 0) return folder_failure("cut", folder_ / kWhole);
  return ok();
}

Result<void> HlsFolder::begin(const std::string& beginning) {
  if (!durations_.empty()) return ok();  // the same encoder with the same settings says the same again
  DD_TRY_VOID(replace(folder_ / kBeginning, beginning));
  return write_all(lock_, beginning, folder_ / kWhole);
}

Result<void> HlsFolder::add(const Segment& segment) {
  DD_TRY_VOID(replace(folder_ / segment_name(durations_.size() + 1), segment.bytes));
  DD_TRY_VOID(write_all(lock_, segment.bytes, folder_ / kWhole));
  durations_.push_back(segment.seconds);
  return write_playlist();
}

Result<void> HlsFolder::end() {
  ended_ = true;
  if (::fdatasync(lock_) != 0) return folder_failure("sync", folder_ / kWhole);
  return write_playlist();
}

Result<void> HlsFolder::write_playlist() {
  std::string text = fmt::format(
      "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{}\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-INDEPENDENT-SEGMENTS\n"
      "#EXT-X-MAP:URI=\"{}\"\n",
      segment_seconds_, kBeginning);
  for (std::size_t index = 0; index < durations_.size(); ++index) {
    text += fmt::format("#EXTINF:{:.5f},\n{}\n", durations_[index], segment_name(index + 1));
  }
  if (ended_) text += "#EXT-X-ENDLIST\n";
  return replace(folder_ / kPlaylist, text);
}

}  // namespace dd::composer
