// SPDX-License-Identifier: MIT
#include "shelf/upload.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include "base/durable_file.hpp"
#include "observe/log.hpp"
#include "recording/paths.hpp"
#include "shelf/catalogue.hpp"
#include "shelf/removal.hpp"

namespace dd::shelf {
namespace {

namespace fs = std::filesystem;
using recording::UploadedFile;
using recording::UploadRecord;

constexpr unsigned kMaxRefusals = 3;

std::string_view media_type_of(std::string_view file) {
  if (file.ends_with(".mkv")) return "video/x-matroska";
  if (file.ends_with(".webm")) return "video/webm";
  if (file.ends_with(".mp4")) return "video/mp4";
  if (file.ends_with(".json")) return "application/json";
  if (file.ends_with(".m3u8")) return "application/vnd.apple.mpegurl";
  return "application/octet-stream";
}

class LocalFile {
 public:
  static Result<LocalFile> open(const fs::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return file_error("open", path, errno);
    return LocalFile(fd, path);
  }
  LocalFile(LocalFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}
  LocalFile& operator=(LocalFile&&) = delete;
  ~LocalFile() {
    if (fd_ >= 0) ::close(fd_);
  }

  Result<std::string> read(std::uint64_t offset, std::uint64_t size) const {
    std::string bytes(size, '\0');
    std::size_t done = 0;
    while (done < size) {
      const ssize_t got = ::pread(fd_, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return file_error("read", path_, errno);
      if (got == 0) return make_error(Errc::kUnavailable, fmt::format("{} became shorter while it was being uploaded", path_.string()));
      done += static_cast<std::size_t>(got);
    }
    return bytes;
  }

 private:
  LocalFile(int fd, fs::path path) : fd_(fd), path_(std::move(path)) {}
  int fd_;
  fs::path path_;
};

class Attempt {
 public:
  Attempt(const fs::path& folder, const UploadPlan& plan, ObjectStore& store) : folder_(folder), plan_(plan), store_(store) {}

  Result<UploadOutcome> run();

 private:
  Result<void> send(const std::string& name);
  Result<void> send_whole(UploadedFile& file);
  Result<void> send_in_parts(UploadedFile& file);
  Result<void> reconcile_parts(UploadedFile& file, const LocalFile& local);
  Result<void> send_missing_parts(UploadedFile& file, const LocalFile& local);
  Result<void> finish_parts(UploadedFile& file);
  Result<void> verify(UploadedFile& file);
  Result<void> check_unchanged(const UploadedFile& file) const;
  Result<void> remove_local();
  Result<void> save() const { return replace_file(folder_ / recording::kUploadFile, encode(record_)); }

  const fs::path& folder_;
  const UploadPlan& plan_;
  ObjectStore& store_;
  UploadRecord record_;
  UploadOutcome outcome_;
};

void forget_parts(UploadedFile& file) {
  file.upload_id.clear();
  file.part_bytes = 0;
  file.parts.clear();
  file.refused = 0;
}

std::uint64_t bytes_of_part(const UploadedFile& file, unsigned number) {
  const std::uint64_t offset = (number - 1) * file.part_bytes;
  return std::min(file.part_bytes, file.bytes - offset);
}

unsigned part_count(const UploadedFile& file) { return static_cast<unsigned>((file.bytes + file.part_bytes - 1) / file.part_bytes); }

Result<UploadOutcome> Attempt::run() {
  record_ = read_upload_record(folder_);
  if (record_.profile != plan_.profile) {  // another bucket knows nothing of what the one before has
    if (!record_.local) return make_error(Errc::kConflict, "the recording is only in the bucket of another profile");
    record_ = UploadRecord{};
    record_.profile = plan_.profile;
  }
  DD_TRY(const auto manifest, read_manifest(folder_));
  for (const std::string& name : files_of(folder_, manifest)) {
    DD_TRY_VOID(send(name));
  }
  if (!record_.complete) {
    record_.complete = true;
    DD_TRY_VOID(save());
  }
  if (!plan_.keep_local && !(plan_.needed_here && plan_.needed_here())) {
    DD_TRY_VOID(remove_local());
  }
  return outcome_;
}

Result<void> Attempt::send(const std::string& name) {
  const auto stamp = stamp_of(folder_ / name);
  UploadedFile* known = record_.find(name);
  if (!stamp) {
    // Removed here after it was verified there, or never there to begin with: what the manifest lists and the disk has lost
    // cannot be uploaded, and must not keep the rest from being so.
    if (known == nullptr || !known->done) observe::log_warn("upload_file_missing", {{"folder", folder_.string()}, {"file", name}});
    return ok();
  }
  const bool same = known != nullptr && known->bytes == stamp->bytes && known->modified_ns == stamp->modified_ns;
  if (same && known->done) return ok();
  if (!same) {
    if (known != nullptr && !known->upload_id.empty()) (void)store_.abandon(known->key, known->upload_id);
    UploadedFile fresh;
    fresh.file = name;
    fresh.key = object_key(plan_, folder_, name);
    fresh.bytes = stamp->bytes;
    fresh.modified_ns = stamp->modified_ns;
    if (known == nullptr) {
      record_.files.push_back(std::move(fresh));
      known = &record_.files.back();
    } else {
      *known = std::move(fresh);
    }
    record_.complete = false;
  }
  auto sent = known->bytes <= plan_.part_bytes ? send_whole(*known) : send_in_parts(*known);
  if (!sent) return std::move(sent.error()).during(name);
  DD_TRY_VOID(verify(*known));
  DD_TRY_VOID(check_unchanged(*known));
  known->done = true;
  forget_parts(*known);
  ++outcome_.files;
  return save();
}

Result<void> Attempt::send_whole(UploadedFile& file) {
  DD_TRY(const auto local, LocalFile::open(folder_ / file.file));
  DD_TRY(const auto bytes, local.read(0, file.bytes));
  DD_TRY(file.etag, store_.put(file.key, bytes, media_type_of(file.file)));
  outcome_.bytes += bytes.size();
  return ok();
}

Result<void> Attempt::send_in_parts(UploadedFile& file) {
  DD_TRY(const auto local, LocalFile::open(folder_ / file.file));
  if (!file.upload_id.empty()) {
    DD_TRY_VOID(reconcile_parts(file, local));
  }
  if (file.done) return ok();
  if (file.upload_id.empty()) {
    file.part_bytes = recording::part_size(file.bytes, plan_.part_bytes);
    DD_TRY(file.upload_id, store_.begin(file.key, media_type_of(file.file)));
    DD_TRY_VOID(save());
  }
  DD_TRY_VOID(send_missing_parts(file, local));
  return finish_parts(file);
}

// What we remember and what the server has may differ: we can be killed between its answer and our note of it, and it can
// lose what it has not synced. Only what both agree on, or what our own bytes prove, counts.
Result<void> Attempt::reconcile_parts(UploadedFile& file, const LocalFile& local) {
  auto listed = store_.parts(file.key, file.upload_id);
  if (!listed && listed.error().code == Errc::kNotFound) {
    DD_TRY(const auto object, store_.look(file.key));
    if (object && object->bytes == file.bytes && file.parts.size() == part_count(file) &&
        store_.proves(object->etag, file.parts).value_or(false)) {
      file.etag = object->etag;  // it was completed, and the answer was lost
      file.done = true;
    } else {
      forget_parts(file);
    }
    return ok();
  }
  if (!listed) return Error(std::move(listed.error()));
  if (!*listed) return ok();
  std::vector<recording::UploadedPart> agreed;
  for (const ListedPart& part : **listed) {
    if (part.number < 1 || part.number > part_count(file) || part.bytes != bytes_of_part(file, part.number)) continue;
    const auto noted = std::find_if(file.parts.begin(), file.parts.end(), [&](const auto& one) { return one.number == part.number; });
    bool good = noted != file.parts.end() && noted->etag == part.etag;
    if (noted == file.parts.end()) {
      DD_TRY(const auto bytes, local.read((part.number - 1) * file.part_bytes, part.bytes));
      good = store_.proves(part.etag, bytes).value_or(false);
    }
    if (good) agreed.push_back({part.number, part.etag});
  }
  file.parts = std::move(agreed);
  return save();
}

Result<void> Attempt::send_missing_parts(UploadedFile& file, const LocalFile& local) {
  for (unsigned number = 1; number <= part_count(file); ++number) {
    if (std::any_of(file.parts.begin(), file.parts.end(), [&](const auto& part) { return part.number == number; })) continue;
    DD_TRY(const auto bytes, local.read((number - 1) * file.part_bytes, bytes_of_part(file, number)));
    auto etag = store_.put_part(file.key, file.upload_id, number, bytes);
    if (!etag && etag.error().code == Errc::kNotFound) forget_parts(file);  // the next attempt begins anew
    if (!etag) return Error(std::move(etag.error()));
    outcome_.bytes += bytes.size();
    file.parts.push_back({number, std::move(*etag)});
    DD_TRY_VOID(save());
  }
  return ok();
}

Result<void> Attempt::finish_parts(UploadedFile& file) {
  std::sort(file.parts.begin(), file.parts.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  auto etag = store_.complete(file.key, file.upload_id, file.parts);
  if (etag) {
    file.etag = std::move(*etag);
    return ok();
  }
  if (etag.error().code != Errc::kNotFound) {
    // Some servers answer with a fault of their own where they should say that they know no such upload.
    if (++file.refused > kMaxRefusals) {
      (void)store_.abandon(file.key, file.upload_id);
      forget_parts(file);
    }
    DD_TRY_VOID(save());
    return Error(std::move(etag.error()));
  }
  DD_TRY(const auto object, store_.look(file.key));
  if (object && object->bytes == file.bytes && store_.proves(object->etag, file.parts).value_or(false)) {
    file.etag = object->etag;
    return ok();
  }
  forget_parts(file);
  DD_TRY_VOID(save());
  return make_error(Errc::kUnavailable, "the server forgot the upload; it begins anew");
}

Result<void> Attempt::verify(UploadedFile& file) {
  DD_TRY(const auto object, store_.look(file.key));
  if (!object) return make_error(Errc::kUnavailable, fmt::format("{} is not in the bucket after its upload", file.file));
  const bool same_etag = file.etag.empty() || object->etag == file.etag;
  const bool proven = file.parts.empty() || store_.proves(object->etag, file.parts).value_or(true);
  if (object->bytes != file.bytes || !same_etag || !proven) {
    forget_parts(file);
    DD_TRY_VOID(save());
    return make_error(Errc::kUnavailable, fmt::format("{} arrived as {} bytes with ETag {}, not as the {} bytes with {} that were sent",
                                                      file.file, object->bytes, object->etag, file.bytes, file.etag));
  }
  file.etag = object->etag;
  return ok();
}

Result<void> Attempt::check_unchanged(const UploadedFile& file) const {
  const auto stamp = stamp_of(folder_ / file.file);
  if (stamp && stamp->bytes == file.bytes && stamp->modified_ns == file.modified_ns) return ok();
  return make_error(Errc::kUnavailable, fmt::format("{} changed while it was being uploaded", file.file));
}

// The manifest and the timeline stay: they are small, and the recording is still found by them.
Result<void> Attempt::remove_local() {
  std::vector<const UploadedFile*> media;
  for (const UploadedFile& file : record_.files) {
    if (!is_media(file.file) || !stamp_of(folder_ / file.file)) continue;
    if (!file.done || !check_unchanged(file)) return ok();
    media.push_back(&file);
  }
  // Asked once more, and of all of them, before the first is removed.
  for (const UploadedFile* file : media) {
    DD_TRY(const auto object, store_.look(file->key));
    if (!object || object->bytes != file->bytes || object->etag != file->etag) {
      record_.find(file->file)->done = false;
      record_.complete = false;
      DD_TRY_VOID(save());
      return make_error(Errc::kUnavailable, fmt::format("{} is not in the bucket any more as it was", file->file));
    }
  }
  if (record_.local) {
    record_.local = false;
    DD_TRY_VOID(save());
  }
  for (const UploadedFile* file : media) {
    std::error_code error;
    fs::remove(folder_ / file->file, error);
    if (error) return file_error("remove", folder_ / file->file, error.value());
  }
  outcome_.removed_local = !media.empty();
  return ok();
}

}  // namespace

std::string object_key(const UploadPlan& plan, const fs::path& folder, const std::string& file) {
  const auto meeting = folder.parent_path();
  std::string key = plan.prefix.empty() ? std::string() : plan.prefix + "/";
  key +=
      fmt::format("{}/{}/{}/{}", meeting.parent_path().filename().string(), meeting.filename().string(), folder.filename().string(), file);
  return key;
}

Result<UploadOutcome> upload_recording(const fs::path& folder, const UploadPlan& plan, ObjectStore& store) {
  DD_TRY(const auto lock, FolderLock::take(folder));
  return Attempt(folder, plan, store).run();
}

}  // namespace dd::shelf
