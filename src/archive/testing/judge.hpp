// SPDX-License-Identifier: MIT
// What ffprobe and ffmpeg say of a file: does it play, how long is it, where is it black, silent, bright and loud.
// They are not our code, which is the point: they judge ours.
// Blocks its caller.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace dd::archive::testing {

using Spans = std::vector<std::pair<double, double>>;  // seconds

struct Verdict {
  std::string errors;  // warnings too; empty when all of it decodes
  double seconds = 0;
  std::string streams;  // "vp8,opus"
  Spans black;          // of at least 0.3 s
  Spans silence;        // of at least 0.1 s
  std::vector<double> flashes;
  std::vector<double> beeps;

  // Each beep that has a flash within half a second, and how much later it comes.
  std::vector<double> beep_after_flash() const;
};

Verdict judge(const std::filesystem::path& file);

bool has_span(const Spans& spans, double from, double to, double tolerance = 0.1);
std::string text_of(const Spans& spans);

}  // namespace dd::archive::testing
