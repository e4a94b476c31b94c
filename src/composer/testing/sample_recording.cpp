// SPDX-License-Identifier: MIT
#include "composer/testing/sample_recording.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <numbers>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recording/paths.hpp"

namespace dd::composer::testing {
namespace {

using recording::Codec;
using recording::Kind;

double seconds(Time time) { return static_cast<double>(time.count()) / 1e6; }

void ffmpeg(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"ffmpeg", "-v", "error", "-nostdin", "-y"});
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  pid_t child = 0;
  ASSERT_EQ(::posix_spawnp(&child, "ffmpeg", nullptr, nullptr, words.data(), environ), 0) << "ffmpeg is not there";
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0) << fmt::format("{}", fmt::join(arguments, " "));
}

std::string bytes_of(const std::filesystem::path& path) {
  std::string bytes(std::filesystem::file_size(path), '\0');
  std::ifstream(path, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

Size size_of(const Footage& footage) {
  Size size;
  EXPECT_EQ(std::sscanf(footage.size.c_str(), "%dx%d", &size.width, &size.height), 2);
  return size;
}

std::vector<std::string> encoder_for(Codec codec) {
  switch (codec) {
    case Codec::kOpus: return {"-c:a", "libopus", "-b:a", "32k"};
    // Several threads of libvpx wait for each other by spinning, which costs a small machine many times the work itself.
    case Codec::kVp8:
      return {"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "500k", "-auto-alt-ref", "0", "-threads", "1"};
    case Codec::kVp9: return {"-c:v", "libvpx-vp9", "-threads", "1", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "500k"};
    case Codec::kH264: return {"-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency"};
    case Codec::kAv1: return {"-c:v", "libaom-av1", "-threads", "1", "-usage", "realtime", "-cpu-used", "8", "-b:v", "500k"};
  }
  return {};
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "dd-composer-XXXXXX").string();
  if (::mkdtemp(name.data()) != nullptr) path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

SampleRecording::SampleRecording() {
  std::filesystem::create_directory(folder() / "tracks");
  add(Time{0}, recording::RecordingBegan{"r", "t", "m", "2026-01-31T10:00:00.000Z", recording::Fill::kBlack});
  add(Time{0}, recording::PartBegan{1, 0, "boot", 0});
}

std::filesystem::path SampleRecording::file(const std::string& track, unsigned number) const {
  return folder() / recording::track_file(track, number);
}

void SampleRecording::film(const std::string& who, Kind kind, Codec codec, const Footage& footage) {
  const std::string track = fmt::format("{}-{}", who, to_string(kind));
  unsigned number = 1;
  while (std::filesystem::exists(file(track, number))) ++number;
  if (number == 1) add(footage.from, recording::TrackBegan{track, who, kind, "x", codec});
  recording::FileBegan began{track, recording::track_file(track, number), 1, {}, {}, number == 1 ? "first" : "size"};
  if (kind != Kind::kAudio) {
    const Size size = size_of(footage);
    began.width = size.width;
    began.height = size.height;
  }
  add(footage.from, began);
  add(footage.to, recording::FileEnded{recording::track_file(track, number), footage.to - footage.from, 0, 0});
  shoot(kind, codec, footage, file(track, number));
}

void SampleRecording::film_preview(const std::string& who, Kind kind, Codec codec, const Footage& footage) {
  const std::string track = fmt::format("{}-{}", who, to_string(kind));
  std::filesystem::create_directory(folder() / recording::kPreviews);
  unsigned number = 1;
  while (std::filesystem::exists(folder() / recording::preview_file(track, number))) ++number;
  const std::string name = recording::preview_file(track, number);
  const Size size = size_of(footage);
  add(footage.from, recording::PreviewBegan{track, name, static_cast<std::uint32_t>(size.width), static_cast<std::uint32_t>(size.height)});
  add(footage.to, recording::PreviewEnded{name, footage.to - footage.from});
  shoot(kind, codec, footage, folder() / name);
}

void SampleRecording::shoot(Kind kind, Codec codec, const Footage& footage, const std::filesystem::path& into) {
  const double from = seconds(footage.from);
  const double length = seconds(footage.to - footage.from);
  const std::string flash = fmt::format("lt(mod(t+{},1),0.1)", from);
  std::string source;
  if (kind == Kind::kAudio) {
    source = fmt::format("aevalsrc='if({},0.25*sin(2*PI*{}*t),0)':s=48000:d={}", flash, footage.tone, length);
  } else {
    source = fmt::format("color={}:s={}:r=30:d={},drawbox=c=white:t=fill:enable='{}'", footage.colour, footage.size, length, flash);
  }
  if (footage.stall) {
    source += fmt::format(",{}='not(between(t,{},{}))'", kind == Kind::kAudio ? "aselect" : "select", seconds(footage.stall->first) - from,
                          seconds(footage.stall->second) - from);
  }
  std::vector<std::string> arguments{"-f", "lavfi", "-i", source};
  const std::vector<std::string> encoder = encoder_for(codec);
  arguments.insert(arguments.end(), encoder.begin(), encoder.end());
  if (kind != Kind::kAudio) arguments.insert(arguments.end(), {"-fps_mode", "passthrough", "-g", "30"});
  arguments.insert(arguments.end(), {"-cluster_time_limit", "500", into.string()});
  ffmpeg(std::move(arguments));
}

void SampleRecording::fill_image(const std::string& colour) const {
  ffmpeg({"-f", "lavfi", "-i", "color=" + colour + ":s=640x360", "-frames:v", "1", "-f", "image2", "-c:v", "png",
          (folder() / recording::kFillImage).string()});
}

void SampleRecording::end(Time t) {
  add(t, recording::RecordingStopped{"ended"});
  std::stable_sort(events_.begin(), events_.end(), [](const auto& a, const auto& b) { return a.t < b.t; });
  std::ofstream timeline(folder() / recording::kTimelineFile);
  for (const recording::Event& event : events_) timeline << encode(event) << '\n';
}

Screening::Screening(const std::filesystem::path& programme, Size size, int fps) : size_(size), fps_(fps) {
  const TemporaryFolder folder;
  const std::filesystem::path pictures = folder.path() / "pictures";
  const std::filesystem::path sound = folder.path() / "sound";
  ffmpeg({"-i",       programme.string(), "-map", "0:v", "-fps_mode", "passthrough", "-pix_fmt", "rgb24", "-f",
          "rawvideo", pictures.string(),  "-map", "0:a", "-ac",       "1",           "-ar",      "48000", "-f",
          "f32le",    sound.string()});
  pictures_ = bytes_of(pictures);
  const std::string bytes = bytes_of(sound);
  sound_.resize(bytes.size() / sizeof(float));
  std::memcpy(sound_.data(), bytes.data(), sound_.size() * sizeof(float));
}

double Screening::video_seconds() const { return static_cast<double>(pictures_.size()) / (3.0 * size_.width * size_.height) / fps_; }

double Screening::audio_seconds() const { return static_cast<double>(sound_.size()) / 48000; }

std::array<int, 3> Screening::colour_of(const Rect& tile, std::size_t frame) const {
  const auto width = static_cast<std::size_t>(size_.width);
  const std::size_t first = frame * width * static_cast<std::size_t>(size_.height) * 3;
  std::array<long, 3> sum{};
  long count = 0;
  for (int y = tile.y + tile.height * 2 / 5; y < tile.y + tile.height * 3 / 5; ++y) {
    for (int x = tile.x + tile.width * 2 / 5; x < tile.x + tile.width * 3 / 5; ++x, ++count) {
      const std::size_t at = first + (static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x)) * 3;
      if (at + 2 >= pictures_.size()) return {-1, -1, -1};
      for (std::size_t c = 0; c < 3; ++c) sum[c] += static_cast<unsigned char>(pictures_[at + c]);
    }
  }
  return {static_cast<int>(sum[0] / count), static_cast<int>(sum[1] / count), static_cast<int>(sum[2] / count)};
}

std::array<int, 3> Screening::colour(const Rect& tile, double at) const {
  return colour_of(tile, static_cast<std::size_t>(std::lround(at * fps_)));
}

std::vector<double> Screening::flashes(const Rect& tile) const {
  std::vector<double> starts;
  bool lit = false;
  for (std::size_t frame = 0; static_cast<double>(frame) < video_seconds() * fps_; ++frame) {
    const auto mean = colour_of(tile, frame);
    const bool white = std::min({mean[0], mean[1], mean[2]}) > 190;
    if (white && !lit) starts.push_back(static_cast<double>(frame) / fps_);
    lit = white;
  }
  return starts;
}

std::vector<double> Screening::beeps(int tone) const {
  // Goertzel over 10 ms, every 2 ms; a beep begins where half of a full window's strength is reached, that is, 5 ms into it.
  constexpr std::size_t kWindow = 480;
  constexpr std::size_t kStep = 96;
  const double turn = 2 * std::cos(2 * std::numbers::pi * tone / 48000);
  std::vector<double> starts;
  double last = -1;
  for (std::size_t at = 0; at + kWindow <= sound_.size(); at += kStep) {
    double a = 0;
    double b = 0;
    for (std::size_t index = 0; index < kWindow; ++index) {
      const double c = static_cast<double>(sound_[at + index]) + turn * a - b;
      b = a;
      a = c;
    }
    const double strength = std::sqrt(std::max(0.0, a * a + b * b - turn * a * b)) / (kWindow / 2.0);
    if (strength < 0.1) continue;
    const double start = static_cast<double>(at + kWindow / 2) / 48000;
    if (last < 0 || start - last > 0.05) starts.push_back(start);
    last = start;
  }
  return starts;
}

double Screening::loudness(double from, double to) const {
  double sum = 0;
  const auto first = static_cast<std::size_t>(from * 48000);
  const auto last = std::min(sound_.size(), static_cast<std::size_t>(to * 48000));
  for (std::size_t index = first; index < last; ++index) sum += static_cast<double>(sound_[index]) * static_cast<double>(sound_[index]);
  return last > first ? std::sqrt(sum / static_cast<double>(last - first)) : 0;
}

}  // namespace dd::composer::testing
