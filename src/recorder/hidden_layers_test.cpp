// SPDX-License-Identifier: MIT
// VP9 frames that were told not to be shown (rtp/vp9_header), held against a real decoder.
#include <gtest/gtest.h>

#include <fmt/core.h>
#include <fstream>
#include <sstream>

#include "recorder/testing/media.hpp"
#include "rtp/vp9_header.hpp"

namespace dd::recorder {
namespace {

using testing::Coded;

void put_le(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

// The pictures that a decoder shows of these frames, as their checksums.
std::vector<std::string> shown(const std::string& name, const std::vector<std::vector<std::uint8_t>>& frames) {
  std::string ivf = "DKIF";
  put_le(ivf, 0, 2), put_le(ivf, 32, 2);
  ivf += "VP90";
  put_le(ivf, 320, 2), put_le(ivf, 180, 2), put_le(ivf, 30, 4), put_le(ivf, 1, 4), put_le(ivf, frames.size(), 4), put_le(ivf, 0, 4);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    put_le(ivf, frames[i].size(), 4), put_le(ivf, i, 8);
    ivf.append(frames[i].begin(), frames[i].end());
  }
  const auto file = testing::scratch_folder() / name;
  std::ofstream(file, std::ios::binary) << ivf;
  const auto ran = testing::run_tool({"ffmpeg", "-v", "error", "-i", file, "-fps_mode", "passthrough", "-f", "framemd5", "-"});
  EXPECT_EQ(ran.err, "");
  std::vector<std::string> sums;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] != '#') sums.push_back(line.substr(line.rfind(' ') + 1));
  }
  return sums;
}

TEST(HiddenLayers, ADecoderShowsTheOthersAsBefore) {
  rtp::Vp9Headers headers;
  std::vector<std::vector<std::uint8_t>> all;
  std::vector<std::vector<std::uint8_t>> some_hidden;
  for (const Coded& coded : testing::coded_pictures(recording::Codec::kVp9)) {
    const auto header = headers.next(coded.bytes);
    ASSERT_TRUE(header) << all.size();
    EXPECT_EQ(header->key, coded.key);
    all.push_back(coded.bytes);
    some_hidden.push_back(all.size() % 3 == 0 ? rtp::hide_vp9_frame(coded.bytes, *header) : coded.bytes);
  }
  auto expected = shown("all.ivf", all);
  const auto found = shown("hidden.ivf", some_hidden);
  ASSERT_EQ(expected.size(), all.size());
  std::vector<std::string> others;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if ((i + 1) % 3 != 0) others.push_back(expected[i]);
  }
  EXPECT_EQ(found, others);
}

}  // namespace
}  // namespace dd::recorder
