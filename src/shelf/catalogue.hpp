// SPDX-License-Identifier: MIT
// Catalogue: which recordings the tenants have on the disk, as their manifests say; a manifest is read again only when it changed.
// It changes nothing there. A folder without a readable manifest is not in it: its recorder has not come that far.
// Blocks, so not for the control loop; safe from any other thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "recording/library.hpp"
#include "recording/upload_record.hpp"

namespace dd::shelf {

// Which content a file has, as far as its name, size and times tell.
struct FileStamp {
  std::uint64_t inode = 0;
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

// Nothing when there is no regular file of that name; a link is none.
std::optional<FileStamp> stamp_of(const std::filesystem::path& file);

struct Record {
  std::filesystem::path folder;
  recording::Summary summary;
  WallTime changed;  // of the manifest
  bool uploaded = false;

  FileStamp manifest;
  std::optional<FileStamp> upload;
};

class Catalogue {
 public:
  // `upload_wanted`: recordings without a complete upload.json count as waiting for their upload.
  Catalogue(std::filesystem::path root, bool upload_wanted);

  // In no particular order; at most 100,000. Those of one tenant or of all. `begun`, when given, gets the folders of recordings that have
  // no manifest yet, as all that are being recorded.
  std::vector<std::shared_ptr<const Record>> all(const std::optional<std::string>& tenant = std::nullopt,
                                                 std::vector<std::filesystem::path>* begun = nullptr);
  // kNotFound when nobody has such a recording.
  Result<std::shared_ptr<const Record>> find(const std::string& recording);

  const std::filesystem::path& root() const { return root_; }
  // `<root>/<tenant>`, which holds a folder for each of its meetings.
  std::vector<std::filesystem::path> tenant_folders() const;

 private:
  std::shared_ptr<const Record> look(const std::filesystem::path& folder);

  const std::filesystem::path root_;
  const bool upload_wanted_;
  std::mutex mutex_;  // guards what is known
  std::map<std::filesystem::path, std::shared_ptr<const Record>> known_;
};

// Of one recording, for whoever needs all of it.
Result<recording::Manifest> read_manifest(const std::filesystem::path& folder);
// Empty when there is none or it is damaged.
recording::UploadRecord read_upload_record(const std::filesystem::path& folder);

// What belongs to a recording in the order in which it is uploaded: media, the timeline, and the manifest at the very end.
std::vector<std::string> files_of(const std::filesystem::path& folder, const recording::Manifest& manifest);
bool is_media(std::string_view file);

}  // namespace dd::shelf
