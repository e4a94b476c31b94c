// SPDX-License-Identifier: MIT
#include "archive/enter_output.hpp"

#include <algorithm>

#include "archive/disk.hpp"
#include "archive/folder.hpp"
#include "recording/paths.hpp"

namespace dd::archive {

Result<void> enter_output(const std::filesystem::path& path, recording::Output output) {
  DD_TRY(const auto made, recording::file_within(path, output.file));
  DD_TRY(output.sha256, sha256_of(made));
  {
    DD_TRY(const File file, File::open_for_reading(made));
    DD_TRY(output.bytes, file.size());
  }
  DD_TRY(Folder folder, Folder::open(path, Access::kWrite));
  DD_TRY(auto manifest, folder.manifest());
  std::erase_if(manifest.outputs, [&](const auto& entry) { return entry.file == output.file; });
  manifest.outputs.push_back(std::move(output));
  return folder.write_manifest(manifest);
}

}  // namespace dd::archive
