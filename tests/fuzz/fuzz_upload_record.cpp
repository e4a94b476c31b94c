// SPDX-License-Identifier: MIT
// upload.json is ours, but a disk can damage it: whatever is in it, no name leaves the folder and no number breaks a loop.
// links: dd_recording
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "recording/paths.hpp"
#include "recording/upload_record.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto record = dd::recording::parse_upload_record(text);
  if (!record) return 0;
  for (const auto& file : record->files) {
    if (!dd::recording::is_relative_file(file.file)) std::abort();
    if (!file.upload_id.empty() && file.part_bytes == 0) std::abort();
  }
  const auto again = dd::recording::parse_upload_record(encode(*record));
  if (!again || encode(*again) != encode(*record)) std::abort();
  return 0;
}
