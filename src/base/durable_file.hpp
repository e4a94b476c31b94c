// SPDX-License-Identifier: MIT
// Small files that must be whole after a crash: read with a bound, replaced as a whole (write, sync, rename, sync the folder).
// Not for media. Blocks, so not for the control loop; safe from any thread for different paths.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dd {

// kNotFound when there is none, kPayloadTooLarge when it is larger than `limit`. Follows no link at the end of the path.
Result<std::string> read_small_file(const std::filesystem::path& path, std::size_t limit);

// Afterwards the file has its old content or all of the new one, whatever happens in between.
Result<void> replace_file(const std::filesystem::path& path, std::string_view content);

Result<void> sync_folder(const std::filesystem::path& folder);

// "open a/b: No space left on device" as kUnavailable, or kNotFound for ENOENT.
Error file_error(std::string_view what, const std::filesystem::path& path, int error_number);

}  // namespace dd
