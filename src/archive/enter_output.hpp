// SPDX-License-Identifier: MIT
// Enters what was made of a recording into its manifest, with its size and checksum; the same file entered again replaces itself.
// It makes nothing and checks no content. A one-shot command's work.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "recording/manifest.hpp"

namespace dd::archive {

// `output.file` is relative to the folder; its bytes and checksum are counted here.
Result<void> enter_output(const std::filesystem::path& folder, recording::Output output);

}  // namespace dd::archive
