// SPDX-License-Identifier: MIT
#include "recorder/testing/media.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/core.h>
#include <fstream>
#include <map>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <tuple>
#include <utility>
#include <unistd.h>

#include "base/check.hpp"

namespace dd::recorder::testing {
namespace {

std::vector<std::uint8_t> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::uint32_t little32(const std::vector<std::uint8_t>& bytes, std::size_t at) {
  return bytes[at] | (std::uint32_t{bytes[at + 1]} << 8) | (std::uint32_t{bytes[at + 2]} << 16) | (std::uint32_t{bytes[at + 3]} << 24);
}

std::vector<Coded> split_ivf(const std::vector<std::uint8_t>& file, std::size_t key_every) {
  std::vector<Coded> frames;
  for (std::size_t at = 32; at + 12 <= file.size();) {
    const std::size_t size = little32(file, at);
    at += 12;
    const auto begin = file.begin() + static_cast<std::ptrdiff_t>(at);
    frames.push_back({{begin, begin + static_cast<std::ptrdiff_t>(size)}, frames.size() % key_every == 0});
    at += size;
  }
  return frames;
}

// x264 was told to begin each access unit with a delimiter.
std::vector<Coded> split_annex_b(const std::vector<std::uint8_t>& file, std::size_t key_every) {
  static constexpr std::uint8_t kDelimiter[] = {0, 0, 0, 1, 9};
  std::vector<Coded> frames;
  auto begin = file.begin();
  while (begin != file.end()) {
    const auto end = std::search(begin + 1, file.end(), std::begin(kDelimiter), std::end(kDelimiter));
    frames.push_back({{begin, end}, frames.size() % key_every == 0});
    begin = end;
  }
  return frames;
}

std::vector<Coded> split_ogg(const std::vector<std::uint8_t>& file) {
  std::vector<Coded> packets;
  std::vector<std::uint8_t> packet;
  for (std::size_t at = 0; at + 27 <= file.size();) {
    const std::size_t segments = file[at + 26];
    std::size_t body = at + 27 + segments;
    for (std::size_t i = 0; i < segments; ++i) {
      const std::size_t length = file[at + 27 + i];
      packet.insert(packet.end(), file.begin() + static_cast<std::ptrdiff_t>(body),
                    file.begin() + static_cast<std::ptrdiff_t>(body + length));
      body += length;
      if (length < 255) packets.push_back({std::exchange(packet, {}), true});
    }
    at = body;
  }
  packets.erase(packets.begin(), packets.begin() + 2);  // OpusHead and OpusTags
  return packets;
}

void make(std::vector<std::string> arguments, const std::filesystem::path& file) {
  std::vector<std::string> command = {"ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-threads", "2"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.push_back(file);
  const Ran ran = run_tool(command);
  if (ran.exit_code != 0) fmt::print(stderr, "{}\n", ran.err);
  DD_CHECK(ran.exit_code == 0, "ffmpeg makes the test's media");
}

std::vector<Coded> make_sound(const std::string& source, std::size_t count, const std::filesystem::path& file) {
  make({"-f", "lavfi", "-i", source, "-c:a", "libopus", "-b:a", "32k", "-application", "voip"}, file);
  std::vector<Coded> packets = split_ogg(read_file(file));
  packets.resize(count);
  return packets;
}

}  // namespace

Ran run_tool(const std::vector<std::string>& command) {
  int out[2];
  int err[2];
  DD_CHECK(::pipe2(out, O_CLOEXEC) == 0 && ::pipe2(err, O_CLOEXEC) == 0, "pipes");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  ::posix_spawn_file_actions_adddup2(&actions, err[1], 2);
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  pid_t child = -1;
  const int error = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  ::close(err[1]);
  Ran ran;
  pollfd watched[2] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
  std::string* texts[2] = {&ran.out, &ran.err};
  while (error == 0 && (watched[0].fd >= 0 || watched[1].fd >= 0)) {
    if (::poll(watched, 2, -1) < 0) break;
    for (int i = 0; i < 2; ++i) {
      if (watched[i].fd < 0 || watched[i].revents == 0) continue;
      char buffer[4096];
      const ssize_t count = ::read(watched[i].fd, buffer, sizeof(buffer));
      if (count <= 0) watched[i].fd = -1;
      if (count > 0) texts[i]->append(buffer, static_cast<std::size_t>(count));
    }
  }
  ::close(out[0]);
  ::close(err[0]);
  int status = 0;
  if (error == 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status)) ran.exit_code = WEXITSTATUS(status);
  return ran;
}

const std::filesystem::path& scratch_folder() {
  struct Scratch {
    std::filesystem::path path;
    Scratch() {
      std::string name = (std::filesystem::temp_directory_path() / "dd-recorder-XXXXXX").string();
      DD_CHECK(::mkdtemp(name.data()) != nullptr, "a scratch folder");
      path = name;
    }
    ~Scratch() {
      std::error_code error;
      std::filesystem::remove_all(path, error);
    }
  };
  static const Scratch scratch;
  return scratch.path;
}

const std::vector<Coded>& coded_pictures(recording::Codec codec, int width, int height) {
  static std::map<std::tuple<recording::Codec, int, int>, std::vector<Coded>> made;
  auto& frames = made[{codec, width, height}];
  if (!frames.empty()) return frames;
  std::vector<std::string> arguments = {"-f", "lavfi", "-i", fmt::format("testsrc2=size={}x{}:rate=30", width, height), "-frames:v", "300"};
  const auto add = [&arguments](std::vector<std::string> more) { arguments.insert(arguments.end(), more.begin(), more.end()); };
  const auto file = scratch_folder() / fmt::format("{}-{}.bits", recording::to_string(codec), width);
  switch (codec) {
    case recording::Codec::kVp8:  // a positive -cpu-used would follow the machine's load, and every run would be another
      add({"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "-8", "-b:v", "500k", "-g", "60", "-auto-alt-ref", "0", "-f", "ivf"});
      break;
    case recording::Codec::kVp9:  // resilient, as conferences' encoders are: no frame takes motion from the one shown before it
      add({"-c:v", "libvpx-vp9", "-error-resilient", "1", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "500k", "-g", "60",
           "-lag-in-frames", "0", "-auto-alt-ref", "0", "-f", "ivf"});
      break;
    case recording::Codec::kAv1:
      add({"-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-b:v", "500k", "-g", "60", "-lag-in-frames", "0", "-f", "ivf"});
      break;
    default:
      add({"-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline", "-g", "60", "-x264-params", "aud=1",
           "-b:v", "500k", "-f", "h264"});
  }
  make(arguments, file);
  frames = codec == recording::Codec::kH264 ? split_annex_b(read_file(file), 60) : split_ivf(read_file(file), 60);
  DD_CHECK(frames.size() == 300, "300 pictures");
  return frames;
}

const std::vector<Coded>& coded_sound() {
  static std::vector<Coded> packets;
  if (packets.empty()) packets = make_sound("sine=frequency=440:sample_rate=48000:duration=10", 500, scratch_folder() / "sound.ogg");
  return packets;
}

const std::vector<Coded>& coded_flashes() {
  static std::vector<Coded> frames;
  if (!frames.empty()) return frames;
  const auto file = scratch_folder() / "flashes.ivf";
  make({"-f",
        "lavfi",
        "-i",
        "color=c=0x203040:size=320x180:rate=25,drawbox=c=white:t=fill:enable='lt(mod(n,25),3)'",
        "-frames:v",
        "300",
        "-c:v",
        "libvpx",
        "-deadline",
        "realtime",
        "-cpu-used",
        "-8",
        "-b:v",
        "300k",
        "-g",
        "50",
        "-auto-alt-ref",
        "0",
        "-f",
        "ivf"},
       file);
  frames = split_ivf(read_file(file), 50);
  DD_CHECK(frames.size() == 300, "300 pictures");
  return frames;
}

const std::vector<Coded>& coded_beeps(double hertz) {
  static std::map<double, std::vector<Coded>> made;
  auto& packets = made[hertz];
  if (packets.empty()) {
    packets = make_sound(fmt::format("aevalsrc='0.5*sin(2*PI*{}*t)*lt(mod(t,1),0.1)':s=48000:d=12", hertz), 600,
                         scratch_folder() / fmt::format("beeps{}.ogg", hertz));
  }
  return packets;
}

std::vector<Probed> probe_packets(const std::filesystem::path& file) {
  const Ran ran = run_tool({"ffprobe", "-v", "error", "-show_entries", "packet=pts_time,size,flags", "-of", "csv=p=0", file});
  std::vector<Probed> packets;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) {
    Probed packet;
    char flags[16] = "";
    if (std::sscanf(line.c_str(), "%lf,%zu,%15s", &packet.seconds, &packet.bytes, flags) < 3) continue;
    packet.key = flags[0] == 'K';
    packets.push_back(packet);
  }
  return packets;
}

int decoded_frames(const std::filesystem::path& file) {
  const Ran ran = run_tool({"ffmpeg", "-hide_banner", "-loglevel", "error", "-i", file, "-fps_mode", "passthrough", "-f", "framecrc", "-"});
  if (ran.exit_code != 0 || !ran.err.empty()) return fmt::print(stderr, "{}\n", ran.err), -1;
  int frames = 0;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) frames += !line.empty() && line[0] != '#';
  return frames;
}

}  // namespace dd::recorder::testing
