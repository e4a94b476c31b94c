// SPDX-License-Identifier: MIT
// Real coded pictures and sound for tests, made by ffmpeg once for each test program, and running such tools at all.
// It judges nothing. Tests only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "recording/terms.hpp"

namespace dd::recorder::testing {

struct Ran {
  int exit_code = -1;
  std::string out;
  std::string err;
};
Ran run_tool(const std::vector<std::string>& command);

// Removed when the program ends.
const std::filesystem::path& scratch_folder();

struct Coded {
  std::vector<std::uint8_t> bytes;
  bool key = false;
};

// Ten seconds at 30 frames a second, a key frame every two seconds; H.264 as an Annex B access unit.
const std::vector<Coded>& coded_pictures(recording::Codec codec, int width = 320, int height = 180);

// Ten seconds of Opus packets of 20 ms.
const std::vector<Coded>& coded_sound();

// For senders whose frames are 40 and 20 ms long: white for three frames at each full second of the sender, and a beep of 0.1 s.
// Twelve seconds, a key frame every two.
const std::vector<Coded>& coded_flashes();
const std::vector<Coded>& coded_beeps(double hertz);

// What ffprobe says of each packet of a file.
struct Probed {
  double seconds = 0;
  std::size_t bytes = 0;
  bool key = false;
};
std::vector<Probed> probe_packets(const std::filesystem::path& file);

// The number of frames ffmpeg decodes, or -1 when it says a single word of complaint.
int decoded_frames(const std::filesystem::path& file);

}  // namespace dd::recorder::testing
