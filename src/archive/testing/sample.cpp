// SPDX-License-Identifier: MIT
#include "archive/testing/sample.hpp"

#include <stdlib.h>

#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <stdexcept>

#include "archive/testing/tool.hpp"
#include "recording/paths.hpp"

namespace dd::archive::testing {
namespace {

using namespace recording;

Time time(double seconds) { return Time(std::llround(seconds * 1e6)); }

std::vector<std::string> encoder_of(Codec codec) {
  switch (codec) {
    case Codec::kOpus: return {"-c:a", "libopus", "-b:a", "32k", "-frame_duration", "20"};
    case Codec::kVp8: return {"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "300k"};
    case Codec::kVp9: return {"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-b:v", "300k"};
    case Codec::kH264: return {"-c:v", "libx264", "-profile:v", "baseline", "-preset", "ultrafast", "-tune", "zerolatency"};
    case Codec::kAv1: return {"-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-b:v", "300k"};
  }
  return {};
}

void append(std::vector<std::string>& command, const std::vector<std::string>& more) {
  command.insert(command.end(), more.begin(), more.end());
}

void must_run(const std::vector<std::string>& command) {
  const ToolResult made = run_tool(command);
  if (made.code != 0) throw std::runtime_error(command[0] + ": " + made.output);
}

// Leaves packets out of a file that is there, as if they had never come.
void cut_gaps(const std::filesystem::path& path, const MediaOptions& options) {
  std::string dropped = "0";
  for (const auto& [from, to] : options.gaps) {  // a comma would end the filter
    dropped += fmt::format("+between(pts*tb\\,{}\\,{})", from - options.start, to - options.start - 0.001);
  }
  auto whole = path;
  whole += ".whole";
  std::filesystem::rename(path, whole);
  must_run({"ffmpeg", "-v", "error", "-y", "-i", whole.string(), "-c", "copy", "-bsf", "noise=drop=" + dropped, "-cluster_time_limit",
            "500", "-f", "matroska", path.string()});
  std::filesystem::remove(whole);
}

}  // namespace

Sample::Sample(Fill fill) {
  std::string name = (std::filesystem::temp_directory_path() / "dd-archive-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = name;
  std::filesystem::create_directory(folder_ / "tracks");
  note(0, RecordingBegan{"r-1", "acme", "m-1", "2026-01-31T10:00:00.000Z", fill});
  note(0, PartBegan{1, 1, "boot", 1});
}

Sample::~Sample() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Sample::note(double t, Happening what) { events_.push_back({time(t), std::move(what)}); }

void Sample::track(double t, const std::string& track, const std::string& participant, Kind kind, Codec codec) {
  note(t, TrackBegan{track, participant, kind, "producer", codec});
}

void Sample::file(const std::string& track, Codec codec, unsigned number, const MediaOptions& options) {
  const std::string name = track_file(track, number);
  const auto path = media(name, codec, options);
  FileBegan began{track, name, 1, {}, {}, number == 1 ? "first" : "source"};
  if (codec != Codec::kOpus) {
    const auto x = options.size.find('x');
    began.width = static_cast<std::uint32_t>(std::stoul(options.size.substr(0, x)));
    began.height = static_cast<std::uint32_t>(std::stoul(options.size.substr(x + 1)));
  }
  note(options.start, began);
  note(options.start + options.seconds, FileEnded{name, time(options.seconds), 1, std::filesystem::file_size(path)});
}

std::filesystem::path Sample::media(const std::string& file, Codec codec, const MediaOptions& options) const {
  const bool sound = codec == Codec::kOpus;
  // The flash and the beep are due at 0, 2, 4 ... of the timeline, wherever the file begins.
  const std::string phase = fmt::format("lt(mod(t+{},2),0.1)", options.start);
  const std::string source =
      sound ? fmt::format("aevalsrc='0.5*sin(2*PI*1000*t)*{}+0.01*sin(2*PI*300*t)':s=48000:c={}:d={}", phase,
                          options.mono ? "mono" : "stereo", options.seconds)
            : fmt::format("testsrc2=size={}:rate=25:duration={},eq=brightness=-0.1,drawbox=enable='{}':color=white:t=fill", options.size,
                          options.seconds, phase);
  std::vector<std::string> command = {"ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source};
  const auto encoder = options.encoder.empty() ? encoder_of(codec) : options.encoder;
  append(command, encoder);
  if (!sound) append(command, {"-pix_fmt", "yuv420p", "-g", "25"});
  const auto path = folder_ / file;
  append(command, {"-cluster_time_limit", "500", "-f", "matroska", path.string()});
  must_run(command);
  if (!options.gaps.empty()) cut_gaps(path, options);
  return path;
}

void Sample::write() const {
  std::ofstream out(folder_ / kTimelineFile, std::ios::binary);
  for (const Event& event : events_) out << encode(event) << "\n";
}

}  // namespace dd::archive::testing
