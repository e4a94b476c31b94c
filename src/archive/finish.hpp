// SPDX-License-Identifier: MIT
// Makes of a recording's tracks what people play: one file for each participant and each screen share, then sizes and
// checksums into the manifest. Frames are copied, never encoded again.
// It refuses a recording that still grows or that nobody recovered. Run again, it makes everything anew.
// A one-shot command's work, which may take as long as copying the recording does.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "archive/folder.hpp"
#include "base/result.hpp"
#include "recording/manifest.hpp"

namespace dd::archive {

enum class Participants { kEach, kNone };

Result<recording::Manifest> finish(const std::filesystem::path& folder, Participants participants = Participants::kEach,
                                   const Progress& progress = {});

}  // namespace dd::archive
