// SPDX-License-Identifier: MIT
#include "recorder/disk.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

namespace dd::recorder {
namespace {

std::string_view reason_of(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT: return "disk_full";
    case EROFS:
    case EACCES:
    case EPERM: return "read_only";
    case ENOENT:
    case ENOTDIR:
    case ESTALE: return "folder_gone";
    default: return "io";
  }
}

bool ensure_folder(const std::filesystem::path& path) { return ::mkdir(path.c_str(), 0750) == 0 || errno == EEXIST; }

}  // namespace

Disk::Disk(Loop& loop, OnTrouble on_trouble)
    : loop_(loop), on_trouble_(std::make_shared<OnTrouble>(std::move(on_trouble))), thread_([this] { run(); }) {}

Disk::~Disk() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  for (auto& [id, file] : files_) ::close(file.fd);
}

void Disk::enqueue(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (queued_bytes_ + job.bytes.size() > kMaxQueued) overflowed_ = true;
    if (overflowed_) job.bytes.clear();
    queued_bytes_ += job.bytes.size();
    queue_.push_back(std::move(job));
  }
  if (gathering_) {
    waiting_ = true;
  } else {
    wake_.notify_one();
  }
}

void Disk::watch(std::filesystem::path folder, std::uint64_t stop_below_free_bytes) {
  enqueue({.action = Action::kWatch, .at = stop_below_free_bytes, .path = std::move(folder)});
}

void Disk::check() { enqueue({.action = Action::kCheck}); }

FileId Disk::create(std::filesystem::path path) {
  enqueue({.action = Action::kCreate, .file = next_, .path = std::move(path)});
  return next_++;
}

FileId Disk::extend(std::filesystem::path path) {
  enqueue({.action = Action::kExtend, .file = next_, .path = std::move(path)});
  return next_++;
}

void Disk::append(FileId file, std::vector<std::uint8_t> bytes) {
  enqueue({.action = Action::kAppend, .file = file, .bytes = std::move(bytes)});
}

void Disk::patch(FileId file, std::uint64_t at, std::vector<std::uint8_t> bytes) {
  enqueue({.action = Action::kPatch, .file = file, .at = at, .bytes = std::move(bytes)});
}

void Disk::close(FileId file) { enqueue({.action = Action::kClose, .file = file}); }

void Disk::make_folder(std::filesystem::path path) { enqueue({.action = Action::kMakeFolder, .path = std::move(path)}); }

void Disk::remove(std::filesystem::path path) { enqueue({.action = Action::kRemove, .path = std::move(path)}); }

void Disk::restart(UniqueFunction<void(Result<Folder>)> answer) { enqueue({.action = Action::kRestart, .answer = std::move(answer)}); }

void Disk::after_all(Loop::Callback done) { enqueue({.action = Action::kAnswer, .done = std::move(done)}); }

void Disk::run() {
  std::vector<Job> turn;
  while (true) {
    bool overflowed = false;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      turn.swap(queue_);
      queued_bytes_ = 0;
      overflowed = std::exchange(overflowed_, false);
    }
    if (overflowed) report("io", "the disk cannot keep up");
    for (Job& job : turn) carry_out(job);
    sync();
    // Only now is what came before an answer really on the disk.
    for (Job& job : turn) {
      if (job.action == Action::kAnswer) loop_.post(std::move(job.done));
    }
    turn.clear();
  }
}

void Disk::carry_out(Job& job) {
  if (job.action == Action::kRestart) {
    auto result = reopen_folder();
    if (result) broken_ = false;
    loop_.post([answer = std::make_shared<decltype(job.answer)>(std::move(job.answer)), result]() mutable { (*answer)(result); });
    return;
  }
  if (job.action == Action::kWatch) {
    folder_ = std::move(job.path);
    stop_below_ = job.at;
    struct stat status {};
    folder_inode_ = ::stat(folder_.c_str(), &status) == 0 ? status.st_ino : 0;
    return;
  }
  if (broken_ || job.action == Action::kAnswer) return;
  if (job.action == Action::kCreate || job.action == Action::kExtend) {
    const int flags = O_WRONLY | O_CLOEXEC | O_CREAT | O_NOFOLLOW | (job.action == Action::kCreate ? O_EXCL : 0);
    const int fd = ::open(job.path.c_str(), flags, 0640);
    if (fd < 0) return fail(errno, "open");
    struct stat status {};
    (void)::fstat(fd, &status);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    files_[job.file] = Open{.fd = fd, .size = size, .whole = size, .dirty = true};
    return;
  }
  if (job.action == Action::kMakeFolder) {
    if (!ensure_folder(job.path)) fail(errno, "make a folder");
    return;
  }
  if (job.action == Action::kRemove) {
    (void)::unlink(job.path.c_str());
    return;
  }
  if (job.action == Action::kCheck) {
    struct stat status {};
    if (::stat(folder_.c_str(), &status) != 0) return fail(errno, "look for the folder");
    if (status.st_ino != folder_inode_) return report("folder_gone", "the folder was replaced");
    struct statvfs space {};
    if (::statvfs(folder_.c_str(), &space) != 0) return fail(errno, "measure free space");
    if (space.f_bavail * space.f_frsize < stop_below_) return report("disk_full", "less than the configured space is free");
    return;
  }
  const auto found = files_.find(job.file);
  if (found == files_.end()) return;
  Open& file = found->second;
  if (job.action == Action::kAppend) {
    if (!write_at(file, file.size, job.bytes)) return;
    file.size += job.bytes.size();
  } else if (job.action == Action::kPatch) {
    (void)write_at(file, job.at, job.bytes);
  } else if (job.action == Action::kClose) {
    if (file.dirty && ::fdatasync(file.fd) != 0) return fail(errno, "sync");
    ::close(file.fd);
    files_.erase(found);
  }
}

bool Disk::write_at(Open& file, std::uint64_t at, const std::vector<std::uint8_t>& bytes) {
  file.dirty = true;
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::pwrite(file.fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(at + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      fail(count < 0 ? errno : EIO, "write");
      return false;
    }
    done += static_cast<std::size_t>(count);
  }
  written_.fetch_add(bytes.size(), std::memory_order_relaxed);
  return true;
}

void Disk::sync() {
  for (auto& [id, file] : files_) {
    if (!file.dirty) continue;
    if (::fdatasync(file.fd) != 0) return fail(errno, "sync");
    file.dirty = false;
    file.whole = file.size;
  }
}

void Disk::fail(int error, const char* what) { report(std::string(reason_of(error)), std::string(what) + ": " + std::strerror(error)); }

void Disk::report(std::string reason, std::string detail) {
  if (std::exchange(broken_, true)) return;
  DiskTrouble trouble{.reason = std::move(reason), .detail = std::move(detail), .whole = {}};
  for (auto& [id, file] : files_) {
    // A torn cluster would only be skipped by players, but what is cut here need not be recovered later.
    (void)!::ftruncate(file.fd, static_cast<off_t>(file.whole));
    trouble.whole[id] = file.whole;
    ::close(file.fd);
  }
  files_.clear();
  loop_.post(
      [on_trouble = on_trouble_, trouble = std::make_shared<DiskTrouble>(std::move(trouble))] { (*on_trouble)(std::move(*trouble)); });
}

Result<Folder> Disk::reopen_folder() {
  auto folder = Folder::kAsItWas;
  const auto meeting = folder_.parent_path();
  const auto tenant = meeting.parent_path();
  struct stat status {};
  const auto refused = [](const char* what) { return make_error(Errc::kUnavailable, std::string(what) + ": " + std::strerror(errno)); };
  if (::stat(folder_.c_str(), &status) != 0) {
    if (errno != ENOENT) return refused("look for the folder");
    if (!ensure_folder(tenant) || !ensure_folder(meeting) || !ensure_folder(folder_)) return refused("make the folder");
    if (::stat(folder_.c_str(), &status) != 0) return refused("look for the folder");
    folder = Folder::kMadeAnew;
  }
  if (status.st_ino != folder_inode_) folder = Folder::kMadeAnew;
  if (!ensure_folder(folder_ / "tracks")) return refused("make the folder");
  struct statvfs space {};
  if (::statvfs(folder_.c_str(), &space) != 0) return refused("measure free space");
  if (space.f_bavail * space.f_frsize < 2 * stop_below_) return make_error(Errc::kUnavailable, "too little space is free");
  // Permission and space for a file are found out by writing one.
  const auto probe = folder_ / "tracks" / ".probe";
  const int fd = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (fd < 0) return refused("open");
  const std::vector<std::uint8_t> bytes(64U << 10, 0);
  const bool wrote = ::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && ::fdatasync(fd) == 0;
  auto result = wrote ? Result<Folder>(folder) : Result<Folder>(refused("write"));
  ::close(fd);
  ::unlink(probe.c_str());
  if (result) folder_inode_ = status.st_ino;
  return result;
}

}  // namespace dd::recorder
