// SPDX-License-Identifier: MIT
// `compose` runs the program doordarshan-composer, which stands beside this one, and shows its progress.
// It composes nothing and does not judge the arguments: the composer does.
// One call; waits for the composer's end.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/progress_bar.hpp"
#include "base/result.hpp"
#include "recording/manifest.hpp"

namespace dd::archive {

// The composer's exit code. Its stderr is ours. What it made inside a recording's folder is entered into the manifest.
Result<int> run_composer(const std::vector<std::string>& arguments, ProgressStyle style);

// The composer's last line as an entry of the manifest; nothing for any other line, or when `folder` does not hold the file.
std::optional<recording::Output> parse_composed(std::string_view line, const std::filesystem::path& folder);

// A line the composer prints on stdout: {"percent":12.5,"speed":3.1,"etaSeconds":40}. Nothing for any other line.
struct ComposerProgress {
  double percent = 0;
  double speed = 0;  // times real time
  double eta_seconds = 0;
};
std::optional<ComposerProgress> parse_composer_line(std::string_view line);

}  // namespace dd::archive
