// SPDX-License-Identifier: MIT
// One attempt to bring one recording to a bucket. It goes on where the last attempt stopped, be it by an error or by a kill:
// what was done is in upload.json, which is synced before the next step, and what the server has is asked for again.
// It waits for nothing and retries nothing; uploader.cpp does. Blocks; runs on one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "shelf/object_store.hpp"

namespace dd::shelf {

struct UploadPlan {
  std::string profile;
  std::string prefix;  // of every key, without a slash at its ends
  std::uint64_t part_bytes = 8U << 20U;
  bool keep_local = true;
  std::function<bool()> needed_here;  // somebody still works with the local files; they then stay until the next attempt
};

struct UploadOutcome {
  std::uint64_t bytes = 0;  // sent now
  std::size_t files = 0;
  bool removed_local = false;
};

// After success everything the manifest lists is in the bucket with its size and checksum verified. kConflict when another
// process is at it. What changes while it is being sent is an error, and goes in the next attempt.
Result<UploadOutcome> upload_recording(const std::filesystem::path& folder, const UploadPlan& plan, ObjectStore& store);

// `<prefix>/<tenant>/<meeting>/<recording>/<file>`, as the folders are called.
std::string object_key(const UploadPlan& plan, const std::filesystem::path& folder, const std::string& file);

}  // namespace dd::shelf
