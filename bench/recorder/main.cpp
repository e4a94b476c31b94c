// SPDX-License-Identifier: MIT
// What recording tracks costs: a recorder process is fed pairs of a 720p30 VP8 camera at 1.5 Mb/s and Opus at 32 kb/s in real
// time over loopback, and its own CPU time and memory are read. The sender's cost is not counted, nor the worker's.
// Prints one JSON object: doordarshan-recorder-bench [--pairs N] [--seconds S] [--folder DIR]
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fmt/core.h>
#include <fstream>
#include <poll.h>
#include <random>
#include <string>
#include <unistd.h>

#include "base/clock.hpp"
#include "recorder/testing/child_process.hpp"

namespace {

using namespace dd;
using namespace dd::recorder::testing;
using namespace std::chrono_literals;

constexpr std::size_t kKeyBytes = 40000;
constexpr std::size_t kDeltaBytes = 6000;  // 1.5 Mb/s with a key frame every ten seconds
constexpr std::size_t kSoundBytes = 80;

double cpu_seconds(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

long resident_kib(pid_t process) {
  std::ifstream status(fmt::format("/proc/{}/status", process));
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::strtol(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

// A picture whose header says 1280 x 720; a recorder looks no further.
std::vector<std::uint8_t> picture(bool key, std::mt19937& random) {
  std::vector<std::uint8_t> bytes(key ? kKeyBytes : kDeltaBytes);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  bytes[0] = key ? 0x10 : 0x11;
  if (key) std::copy_n(std::initializer_list<std::uint8_t>{0x9D, 0x01, 0x2A, 0x00, 0x05, 0xD0, 0x02}.begin(), 7, bytes.begin() + 3);
  return bytes;
}

recording::AddTrack describe(const ChildProcess& process, const Stream& stream, std::size_t pair) {
  const bool sound = stream.codec == recording::Codec::kOpus;
  recording::AddTrack track;
  track.track = fmt::format("p{}-{}-1", pair, sound ? "audio" : "video");
  track.participant = fmt::format("p{}", pair);
  track.kind = sound ? "audio" : "video";
  track.producer = "1";
  track.codec = recording::to_string(stream.codec);
  track.clock_rate = sound ? 48000 : 90000;
  track.channels = sound ? 2 : 1;
  track.payload_type = stream.payload_type;
  track.ssrc = stream.ssrc;
  track.nack = !sound;
  track.source_port = process.source_port();
  return track;
}

struct Pair {
  Stream camera;
  Stream microphone;
};

}  // namespace

int main(int argc, char** argv) {
  std::size_t pairs = 1;
  int seconds = 30;
  std::string folder = "/tmp/doordarshan-recorder-bench";
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--pairs") pairs = std::strtoul(argv[i + 1], nullptr, 10);
    if (name == "--seconds") seconds = std::atoi(argv[i + 1]);
    if (name == "--folder") folder = argv[i + 1];
  }
  folder += fmt::format("/t/m/r{}", ::getpid());

  ChildProcess process;
  process.open(folder);
  const long resident_before = resident_kib(process.pid());
  std::vector<Pair> senders(pairs);
  for (std::size_t i = 0; i < pairs; ++i) {
    const auto ssrc = static_cast<std::uint32_t>(1000 + 2 * i);
    senders[i] = {{.codec = recording::Codec::kVp8, .payload_type = 96, .ssrc = ssrc},
                  {.codec = recording::Codec::kOpus, .payload_type = 111, .ssrc = ssrc + 1}};
    process.say(describe(process, senders[i].camera, i));
    process.say(describe(process, senders[i].microphone, i));
  }

  std::mt19937 random(1);
  const auto key = picture(true, random);
  const auto delta = picture(false, random);
  const std::vector<std::uint8_t> sound(kSoundBytes, 0x78);  // a CELT packet of 20 ms
  const MonotonicTime begin = system_clock().now();
  const double cpu_before = cpu_seconds(process.pid());
  // Steps of a three-hundredth of a second; pairs are spread over them, as participants are.
  for (int step = 0; step < seconds * 300; ++step) {
    const Duration wait = begin + step * 3333us - system_clock().now();
    if (wait >= 1ms) (void)::poll(nullptr, 0, static_cast<int>(wait / 1ms));
    for (std::size_t i = 0; i < pairs; ++i) {
      const int mine = step + static_cast<int>(i * 7);
      if (mine % 10 == 0) {
        const int frame = step / 10;
        const bool is_key = frame % 300 == 0;
        for (const auto& packet : packetize(senders[i].camera, is_key ? key : delta, is_key, static_cast<std::uint32_t>(frame) * 3000))
          process.send(packet);
      }
      if (mine % 6 == 0) {
        for (const auto& packet : packetize(senders[i].microphone, sound, true, static_cast<std::uint32_t>(step / 6) * 960))
          process.send(packet);
      }
    }
  }
  const double cpu = cpu_seconds(process.pid()) - cpu_before;
  const long resident = resident_kib(process.pid());
  std::optional<recording::Progress> progress;
  process.say(recording::FinishRecording{"bench"});
  std::uint64_t lost = 0;
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  for (int i = 0; i < seconds + 2 && (progress = process.await<recording::Progress>()); ++i) {
    lost = progress->lost_packets;
    frames = progress->frames;
    bytes = progress->bytes;
  }
  const int exit_code = process.exit_code();
  fmt::print(
      "{{\"pairs\":{},\"seconds\":{},\"cpuSecondsPerMinuteOfAPair\":{:.3f},\"cores\":{:.3f},\"residentKiB\":{},\"residentKiBPerTrack\":{:."
      "1f},"
      "\"frames\":{},\"bytes\":{},\"lostPackets\":{},\"exit\":{}}}\n",
      pairs, seconds, cpu * 60 / seconds / static_cast<double>(pairs), cpu / seconds, resident,
      static_cast<double>(resident - resident_before) / static_cast<double>(2 * pairs), frames, bytes, lost, exit_code);
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  return exit_code;
}
