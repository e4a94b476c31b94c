// SPDX-License-Identifier: MIT
// Finishes what a crash left: cuts the files that were growing to what is whole of them, and says so in the timeline.
// It deletes no file and invents no frame. It may itself be killed anywhere: run again, it goes on.
// A one-shot command's work; nothing else may write the folder meanwhile, which the timeline's lock sees to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "archive/folder.hpp"
#include "base/result.hpp"
#include "recording/manifest.hpp"

namespace dd::archive {

// kFinal: nobody will go on, so the recording becomes complete where it was interrupted.
enum class Ending { kInterrupted, kFinal };

struct Recovered {
  unsigned files = 0;                // that were growing
  std::uint64_t dropped_bytes = 0;   // torn ends
  std::vector<std::string> damaged;  // files of which nothing could be used; they are left as they are
  recording::Manifest manifest;
};

Result<Recovered> recover(const std::filesystem::path& folder, Ending ending, const Progress& progress = {});

}  // namespace dd::archive
