// SPDX-License-Identifier: MIT
// Recorder processes as the server has them, over real sockets and in real time.
#include "recorder/serve.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <random>

#include "base/clock.hpp"
#include "recorder/testing/child_process.hpp"
#include "recorder/testing/media.hpp"
#include "recording/paths.hpp"

namespace dd::recorder {
namespace {

using namespace testing;
using namespace std::chrono_literals;

recording::AddTrack camera(const ChildProcess& process) {
  recording::AddTrack track;
  track.track = "alice-video-1";
  track.participant = "alice";
  track.kind = "video";
  track.producer = "1";
  track.codec = "vp8";
  track.clock_rate = 90000;
  track.payload_type = 96;
  track.ssrc = 1111;
  track.nack = true;
  track.source_port = process.source_port();
  return track;
}

// Sends the test's pictures at their pace, until `more(frame)` says no.
template <typename Send, typename More>
std::size_t play(Send send, More more) {
  Stream stream;
  const auto& pictures = coded_pictures(recording::Codec::kVp8);
  const MonotonicTime begin = system_clock().now();
  std::size_t frame = 0;
  for (; more(frame); ++frame) {
    const Duration wait = begin + static_cast<int>(frame) * 33333us - system_clock().now();
    if (wait > 0ms) (void)::poll(nullptr, 0, static_cast<int>(wait / 1ms));
    for (const Datagram& packet : packetize(stream, pictures[frame].bytes, pictures[frame].key, static_cast<std::uint32_t>(frame * 3000)))
      send(packet);
  }
  return frame;
}

TEST(Serve, RecordsUntilItIsToldToFinishAndExits) {
  ChildProcess process;
  const auto folder = scratch_folder() / "t" / "m" / "served";
  EXPECT_EQ(process.open(folder).part, 1U);
  process.say(camera(process));
  const std::size_t sent = play([&](const Datagram& packet) { process.send(packet); }, [](std::size_t frame) { return frame < 30; });
  (void)::poll(nullptr, 0, 200);  // what is on the loopback is read within 80 ms
  const auto started = process.await<recording::FileStarted>();
  ASSERT_TRUE(started);
  process.say(recording::FinishRecording{"test"});
  EXPECT_TRUE(process.await<recording::Finished>());
  EXPECT_EQ(process.exit_code(), 0);
  EXPECT_EQ(decoded_frames(folder / started->file), static_cast<int>(sent));
}

TEST(Serve, TheEndOfTheServerFinishesTheFiles) {
  ChildProcess process;
  const auto folder = scratch_folder() / "t" / "m" / "orphaned";
  process.open(folder);
  process.say(camera(process));
  play([&](const Datagram& packet) { process.send(packet); }, [](std::size_t frame) { return frame < 10; });
  (void)::poll(nullptr, 0, 200);
  process.hang_up();
  EXPECT_EQ(process.exit_code(), 0);
  EXPECT_EQ(decoded_frames(folder / recording::track_file("alice-video-1", 1)), 10);
}

TEST(Serve, AFolderThatCannotBeMadeFailsTheOpeningAndEndsTheProcess) {
  ChildProcess process;
  process.say(recording::OpenRecording{.folder = "/proc/none/t/m/r", .recording = "r", .tenant = "t", .meeting = "m"});
  EXPECT_TRUE(process.await<recording::Failed>());
  EXPECT_EQ(process.exit_code(), 1);
}

TEST(Serve, KilledAtTenRandomMomentsLessThanASecondIsMissing) {
  (void)coded_pictures(recording::Codec::kVp8);
  const unsigned seed = std::random_device{}();
  std::mt19937 random(seed);
  struct Victim {
    std::unique_ptr<ChildProcess> process;
    std::filesystem::path folder;
    std::size_t dies_at = 0;  // in frames
  };
  std::vector<Victim> victims(10);
  for (std::size_t i = 0; i < victims.size(); ++i) {
    Victim& victim = victims[i];
    victim.process = std::make_unique<ChildProcess>();
    victim.folder = scratch_folder() / "t" / "m" / fmt::format("victim{}", i);
    victim.process->open(victim.folder);
    victim.process->say(camera(*victim.process));
    victim.dies_at = 35 + random() % 55;
  }
  play(
      [&](const Datagram& packet) {
        for (Victim& victim : victims) victim.process->send(packet);
      },
      [&](std::size_t frame) {
        for (Victim& victim : victims) {
          if (victim.dies_at == frame) victim.process->kill();
        }
        return frame <= 90;
      });
  for (Victim& victim : victims) {
    EXPECT_EQ(victim.process->exit_code(), 128 + 9);
    const int frames = decoded_frames(victim.folder / recording::track_file("alice-video-1", 1));
    EXPECT_GE(frames, static_cast<int>(victim.dies_at) - 30) << "seed " << seed << ", killed at frame " << victim.dies_at;
  }
}

}  // namespace
}  // namespace dd::recorder
