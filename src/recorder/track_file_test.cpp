// SPDX-License-Identifier: MIT
#include "recorder/track_file.hpp"

#include <algorithm>
#include <bit>
#include <fstream>
#include <gtest/gtest.h>

#include "recorder/testing/stage.hpp"

namespace dd::recorder {
namespace {

using namespace testing;
using std::chrono::milliseconds;

std::vector<std::uint8_t> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_file(const std::filesystem::path& path, const std::vector<std::uint8_t>& bytes) {
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

struct Recorded {
  std::filesystem::path path;
  TrackFile::Ended ended;
};

Recorded record_pictures(const std::string& name, std::size_t count) {
  StageLoop loop;
  Disk disk(loop, [](const DiskTrouble& trouble) { ADD_FAILURE() << trouble.detail; });
  const auto path = scratch_folder() / name;
  TrackFile file(disk, name, path, {.codec = recording::Codec::kVp8, .width = 320, .height = 180}, recording::Time(5000000));
  const auto& pictures = coded_pictures(recording::Codec::kVp8);
  for (std::size_t i = 0; i < count; ++i) {
    file.add(recording::Time(5000000 + 33333 * static_cast<std::int64_t>(i)), milliseconds{33}, pictures[i].key, pictures[i].bytes);
  }
  return {path, file.finish()};
}

TEST(TrackFile, EndedInOrderItTellsItsDurationAndCanBeSought) {
  const auto recorded = record_pictures("ended.mkv", 300);
  EXPECT_EQ(recorded.ended.frames, 300U);
  EXPECT_EQ(recorded.ended.bytes, std::filesystem::file_size(recorded.path));
  EXPECT_EQ(decoded_frames(recorded.path), 300);
  const Ran probe = run_tool({"ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", recorded.path});
  EXPECT_EQ(probe.out, "10.000000\n");
  const Ran sought = run_tool(
      {"ffprobe", "-v", "error", "-read_intervals", "7%+#1", "-show_entries", "packet=pts_time,flags", "-of", "csv=p=0", recorded.path});
  EXPECT_EQ(sought.out.substr(0, 8), "6.000000") << "the key frame before";
}

TEST(TrackFile, SaysHowItsPicturesAreUpright) {
  const auto roll = [](std::uint16_t rotation) {
    const ByteString head = make_matroska_head({.width = 320, .height = 180, .rotation = rotation});
    const ByteString id = {0x76, 0x75, 0x88};
    const auto found = std::search(head.begin(), head.end(), id.begin(), id.end());
    if (found == head.end()) return 0.0;
    std::uint64_t bits = 0;
    for (auto byte = found + 3; byte != found + 11; ++byte) bits = bits << 8 | *byte;
    return std::bit_cast<double>(bits);
  };
  EXPECT_EQ(roll(0), 0.0);
  EXPECT_EQ(roll(90), -90.0) << "ProjectionPoseRoll is counter-clockwise";
  EXPECT_EQ(roll(180), -180.0);
  EXPECT_EQ(roll(270), 90.0);
}

// What kill -9 leaves is a file that ends anywhere: it must play up to the last whole cluster, which is half a second long.
TEST(TrackFile, CutAnywhereItPlaysUpToTheLastWholeCluster) {
  const auto recorded = record_pictures("whole.mkv", 120);
  const auto whole = read_file(recorded.path);
  const auto all = probe_packets(recorded.path);
  const auto cut_path = scratch_folder() / "cut.mkv";
  for (std::size_t i = 1; i <= 12; ++i) {
    const std::size_t length = 2000 + (whole.size() - 2000) * i / 13;
    auto cut = std::vector<std::uint8_t>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    // As it is while it grows: no seek head, duration or size.
    std::size_t bytes = 0;
    std::size_t frames_before = 0;
    while (frames_before < all.size() && (bytes += all[frames_before].bytes + 8) < length) ++frames_before;
    write_file(cut_path, cut);
    const auto left = probe_packets(cut_path);
    ASSERT_GE(left.size() + 16, frames_before) << length;
  }
}

TEST(TrackFile, TimesNeverGoBackAndEqualOnesAreMovedApart) {
  StageLoop loop;
  Disk disk(loop, [](const DiskTrouble& trouble) { ADD_FAILURE() << trouble.detail; });
  const auto path = scratch_folder() / "times.mkv";
  {
    TrackFile file(disk, "times.mkv", path, {.codec = recording::Codec::kOpus, .channels = 2}, recording::Time(0));
    const auto& sound = coded_sound();
    for (const int ms : {0, 20, 20, 10, 60}) file.add(milliseconds{ms}, milliseconds{20}, true, sound[0].bytes);
    (void)file.finish();
  }
  bool done = false;
  disk.after_all([&done] { done = true; });
  loop.run_until([&done] { return done; });
  std::vector<double> times;
  for (const auto& packet : probe_packets(path)) times.push_back(packet.seconds);
  EXPECT_EQ(times, (std::vector<double>{0, 0.02, 0.021, 0.022, 0.06}));
}

}  // namespace
}  // namespace dd::recorder
