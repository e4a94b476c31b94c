// SPDX-License-Identifier: MIT
#include "shelf/catalogue.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <system_error>

#include "base/durable_file.hpp"
#include "observe/log.hpp"
#include "recording/paths.hpp"

namespace dd::shelf {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxRecordings = 100'000;
constexpr std::size_t kMaxUploadRecord = 64U << 20U;
constexpr std::size_t kMaxSegments = 50'000;  // of one HLS programme

// Names that escape_component() can have made; everything else under the root is not ours.
std::vector<fs::path> component_folders(const fs::path& folder) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code unreadable;
    if (!recording::is_component(entry->path().filename().string())) continue;
    if (entry->symlink_status(unreadable).type() == fs::file_type::directory) folders.push_back(entry->path());
  }
  return folders;
}

std::uint64_t bytes_in(const recording::Manifest& manifest) {
  std::uint64_t bytes = 0;
  for (const auto& track : manifest.tracks) {
    for (const auto& file : track.files) bytes += file.bytes;
  }
  for (const auto& output : manifest.outputs) bytes += output.bytes;
  return bytes;
}

recording::Summary summary_of(const recording::Manifest& manifest) {
  recording::Summary summary;
  summary.recording = manifest.recording;
  summary.tenant = manifest.tenant;
  summary.meeting = manifest.meeting;
  summary.state = manifest.state;
  summary.started = manifest.started;
  summary.duration = manifest.duration;
  summary.bytes = bytes_in(manifest);
  summary.participants = manifest.participants.size();
  summary.tracks = manifest.tracks.size();
  summary.outputs = manifest.outputs.size();
  return summary;
}

}  // namespace

std::optional<FileStamp> stamp_of(const fs::path& file) {
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  FileStamp stamp;
  stamp.inode = status.st_ino;
  stamp.bytes = static_cast<std::uint64_t>(status.st_size);
  stamp.modified_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  return stamp;
}

Result<recording::Manifest> read_manifest(const fs::path& folder) {
  DD_TRY(auto text, read_small_file(folder / recording::kManifestFile, recording::kMaxManifest));
  return recording::parse_manifest(text);
}

recording::UploadRecord read_upload_record(const fs::path& folder) {
  const auto text = read_small_file(folder / recording::kUploadFile, kMaxUploadRecord);
  if (!text) return {};
  auto record = recording::parse_upload_record(*text);
  if (!record) {
    observe::log_warn("upload_record_damaged", {{"folder", folder.string()}, {"reason", record.error().message}});
    return {};
  }
  return std::move(*record);
}

bool is_media(std::string_view file) { return file.find('/') != std::string_view::npos; }

std::vector<std::string> files_of(const fs::path& folder, const recording::Manifest& manifest) {
  std::vector<std::string> files;
  std::set<std::string> seen;
  const auto add = [&](const std::string& file) {
    if (recording::is_relative_file(file) && seen.insert(file).second) files.push_back(file);
  };
  for (const auto& track : manifest.tracks) {
    for (const auto& file : track.files) add(file.file);
  }
  for (const auto& output : manifest.outputs) {
    // A playlist is nothing without the segments beside it.
    if (output.file.ends_with(".m3u8") && recording::is_relative_file(output.file)) {
      const fs::path beside = fs::path(output.file).parent_path();
      std::error_code error;
      std::size_t segments = 0;
      for (auto entry = fs::directory_iterator(folder / beside, error);
           !error && entry != fs::directory_iterator() && segments < kMaxSegments; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (!name.ends_with(".m4s") && !name.ends_with(".mp4") && !name.ends_with(".ts") && !name.ends_with(".m3u8")) continue;
        add((beside / name).string());
        ++segments;
      }
    }
    add(output.file);
  }
  files.emplace_back(recording::kTimelineFile);
  files.emplace_back(recording::kManifestFile);
  return files;
}

Catalogue::Catalogue(fs::path root, bool upload_wanted) : root_(std::move(root)), upload_wanted_(upload_wanted) {}

std::vector<fs::path> Catalogue::tenant_folders() const { return component_folders(root_); }

std::shared_ptr<const Record> Catalogue::look(const fs::path& folder) {
  const auto manifest_stamp = stamp_of(folder / recording::kManifestFile);
  if (!manifest_stamp) return nullptr;
  const auto upload_stamp = stamp_of(folder / recording::kUploadFile);
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(folder);
    if (found != known_.end() && found->second->manifest == *manifest_stamp && found->second->upload == upload_stamp) return found->second;
  }
  auto manifest = read_manifest(folder);
  if (!manifest) {
    observe::log_warn("manifest_unreadable", {{"folder", folder.string()}, {"reason", manifest.error().message}});
    return nullptr;
  }
  auto record = std::make_shared<Record>();
  record->folder = folder;
  record->summary = summary_of(*manifest);
  record->changed = WallTime{std::chrono::nanoseconds{manifest_stamp->modified_ns}};
  record->manifest = *manifest_stamp;
  record->upload = upload_stamp;
  if (upload_stamp) {
    const auto upload = read_upload_record(folder);
    const auto* last = upload.find(recording::kManifestFile);
    // What was made after the upload changes the manifest, and has to follow.
    record->uploaded = upload.complete && last != nullptr && last->modified_ns == manifest_stamp->modified_ns;
    record->summary.local = upload.local;
  }
  if (record->uploaded) {
    record->summary.upload = recording::UploadState::kDone;
  } else if (upload_wanted_) {
    record->summary.upload = recording::UploadState::kWaiting;
  }
  const std::lock_guard lock(mutex_);
  known_[folder] = record;
  return record;
}

std::vector<std::shared_ptr<const Record>> Catalogue::all(const std::optional<std::string>& tenant, std::vector<fs::path>* begun) {
  std::vector<std::shared_ptr<const Record>> records;
  std::set<fs::path> present;
  std::vector<fs::path> tenants;
  if (tenant) {
    tenants.push_back(root_ / recording::escape_component(*tenant));
  } else {
    tenants = tenant_folders();
  }
  for (const auto& folder_of_tenant : tenants) {
    for (const auto& meeting : component_folders(folder_of_tenant)) {
      for (const auto& folder : component_folders(meeting)) {
        if (records.size() >= kMaxRecordings) break;
        if (auto record = look(folder)) {
          present.insert(folder);
          records.push_back(std::move(record));
        } else if (begun != nullptr && begun->size() < kMaxRecordings && !stamp_of(folder / recording::kManifestFile)) {
          begun->push_back(folder);
        }
      }
    }
  }
  if (tenant) return records;
  const std::lock_guard lock(mutex_);
  std::erase_if(known_, [&](const auto& entry) { return !present.contains(entry.first); });
  return records;
}

Result<std::shared_ptr<const Record>> Catalogue::find(const std::string& recording) {
  const std::string name = recording::escape_component(recording);
  for (const auto& tenant : tenant_folders()) {
    for (const auto& meeting : component_folders(tenant)) {
      if (auto record = look(meeting / name)) return record;
    }
  }
  return not_found("recording", recording);
}

}  // namespace dd::shelf
