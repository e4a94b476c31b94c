// SPDX-License-Identifier: MIT
// The recordings at rest, as the API sees them: found by id, listed page by page, opened for reading, removed.
// Values and one interface; shelf/ implements it on the disk, on threads that may block. It starts and stops no recording.
// Asked and answered on the control loop.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "recording/command.hpp"
#include "recording/manifest.hpp"

namespace dd::recording {

enum class UploadState { kNone, kWaiting, kDone };  // kNone: no upload is configured and none was made

constexpr std::string_view to_string(UploadState state) {
  switch (state) {
    case UploadState::kNone: return "none";
    case UploadState::kWaiting: return "waiting";
    case UploadState::kDone: return "done";
  }
  return "none";
}

// A recording that can be worked on: where it is, and whose.
struct AtRest {
  std::filesystem::path folder;
  MeetingId meeting;
  std::string tenant{};
};

struct Summary {
  std::string recording;
  std::string tenant;
  std::string meeting;
  State state = State::kRecording;
  std::string started;  // RFC 3339, UTC
  Time duration{};
  std::uint64_t bytes = 0;  // of its files, as the manifest has them
  std::size_t participants = 0;
  std::size_t tracks = 0;
  std::size_t outputs = 0;
  UploadState upload = UploadState::kNone;
  bool local = true;  // the files of media are still here
};

struct Query {
  std::optional<std::string> tenant;
  std::optional<MeetingId> meeting;
  std::optional<State> state;
  std::size_t limit = 50;
  std::string cursor;  // `next` of the page before; empty for the first
};

struct Page {
  std::vector<Summary> recordings;  // the newest first
  std::string next;                 // empty: there is no more
};

// What the recordings of a root take, by tenant. Servers that share a root say the same `root`, so that nobody counts it twice.
struct Storage {
  struct OfTenant {
    std::string tenant;
    std::uint64_t bytes = 0;  // also of what has gone to a bucket and is still listed here
    std::size_t recordings = 0;
  };
  std::string root;  // an id that is kept in the root, not its path
  std::vector<OfTenant> tenants;
};

struct StoredFile {
  std::string file;  // relative to the recording's folder
  std::uint64_t bytes = 0;
  std::string sha256;      // empty when nobody counted
  std::string remote_key;  // in the bucket, once it is there and checked
  bool local = true;
};

struct Details {
  Summary summary;
  Manifest manifest;
  std::vector<StoredFile> files;
};

// A file that stays readable while it is held, also when its name is removed.
class FileReader {
 public:
  virtual ~FileReader() = default;
  // Fewer bytes than asked only at the end of what there is now.
  virtual Task<Result<std::string>> read(std::uint64_t offset, std::size_t size) = 0;
};

struct OpenedFile {
  std::uint64_t size = 0;
  std::string etag;  // with its quotes; another content has another one
  std::shared_ptr<FileReader> reader;
};

class Library {
 public:
  virtual ~Library() = default;

  virtual Task<Result<Page>> list(Query query) = 0;
  virtual Task<Result<Storage>> storage() = 0;
  virtual Task<Result<Details>> find(RecordingId recording) = 0;
  virtual Task<Result<std::string>> manifest_text(RecordingId recording) = 0;
  // kConflict while it is being recorded, composed or uploaded.
  virtual Task<Result<void>> remove(RecordingId recording) = 0;
  // Only what the manifest lists, the manifest, the timeline and a programme that is being made live can be opened; kNotFound
  // for everything else.
  virtual Task<Result<OpenedFile>> open(RecordingId recording, std::string file) = 0;
};

}  // namespace dd::recording
