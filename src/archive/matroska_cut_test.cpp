// SPDX-License-Identifier: MIT
#include "archive/matroska_cut.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace dd::archive {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes element(Bytes id, const Bytes& body) {
  Bytes size = {0x01, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(body.size() >> 8), static_cast<std::uint8_t>(body.size())};
  return std::move(id) + size + body;
}

const Bytes kUnknown = {0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

Bytes block(std::uint8_t relative_ms) { return element({0xA3}, {0x81, 0, relative_ms, 0x80, 1, 2, 3}); }
Bytes cluster_body(std::uint8_t base_ms) { return element({0xE7}, {base_ms}) + block(0) + block(20) + block(40); }
Bytes cluster(std::uint8_t base_ms) { return element({0x1F, 0x43, 0xB6, 0x75}, cluster_body(base_ms)); }

Bytes head() {
  const Bytes room = {0xEC, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, 0};  // as the recorder leaves it for the duration
  return element({0x1A, 0x45, 0xDF, 0xA3}, {0x42, 0x86, 0x81, 1}) + Bytes{0x18, 0x53, 0x80, 0x67} + kUnknown +
         element({0x15, 0x49, 0xA9, 0x66}, element({0x2A, 0xD7, 0xB1}, {0x0F, 0x42, 0x40}) + room) +
         element({0x16, 0x54, 0xAE, 0x6B}, {0xEC, 0x80});
}

Result<MatroskaCut> cut_of(const Bytes& file) {
  return find_matroska_cut(
      [&](std::uint64_t offset, std::span<std::uint8_t> into) {
        if (offset >= file.size()) return std::size_t{0};
        const auto count = std::min<std::size_t>(into.size(), file.size() - static_cast<std::size_t>(offset));
        std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
        return count;
      },
      file.size());
}

Bytes repaired(Bytes file, const MatroskaCut& cut) {
  for (const Patch& patch : cut.patches)
    std::copy(patch.bytes.begin(), patch.bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(patch.offset));
  file.resize(static_cast<std::size_t>(cut.whole_bytes));
  return file;
}

TEST(MatroskaCut, AFileThatIsTornAnywhereIsCutBehindItsLastWholeCluster) {
  const Bytes start = head();
  const Bytes file = start + cluster(0) + cluster(60) + cluster(120);
  const std::size_t one = cluster(0).size();
  for (std::size_t length = start.size(); length <= file.size(); ++length) {
    const Bytes torn(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length));
    const auto cut = cut_of(torn);
    ASSERT_TRUE(cut);
    const std::size_t whole = (length - start.size()) / one;
    EXPECT_EQ(cut->whole_bytes, start.size() + whole * one) << length;
    EXPECT_EQ(cut->frames, whole * 3);
    EXPECT_EQ(cut->duration, whole * 60ms);
    const auto again = cut_of(repaired(torn, *cut));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->whole_bytes, cut->whole_bytes);
    EXPECT_EQ(again->duration, cut->duration);
    EXPECT_TRUE(again->patches.empty()) << "a second look finds nothing to do";
  }
}

TEST(MatroskaCut, ATornHeadIsNoFile) {
  const Bytes start = head();
  for (std::size_t length = 0; length < start.size(); ++length) {
    EXPECT_FALSE(cut_of(Bytes(start.begin(), start.begin() + static_cast<std::ptrdiff_t>(length)))) << length;
  }
}

TEST(MatroskaCut, AClusterWithoutASizeKeepsItsWholeFrames) {
  const Bytes open = Bytes{0x1F, 0x43, 0xB6, 0x75} + kUnknown + cluster_body(0);
  const Bytes torn = head() + open + Bytes{0xA3, 0x40, 0x00, 0x00, 0x81};
  const auto cut = cut_of(torn);
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->frames, 3U);
  EXPECT_EQ(cut->whole_bytes, head().size() + open.size());
  EXPECT_TRUE(cut_of(repaired(torn, *cut))->patches.empty()) << "it has been given its size";
}

TEST(MatroskaCut, WhatPowerLossLeavesBehindTheLastClusterIsCutOff) {
  for (const int filler : {0x00, 0xFF, 0xA3, 0x1F}) {
    const auto cut = cut_of(head() + cluster(0) + Bytes(4096, static_cast<std::uint8_t>(filler)));
    ASSERT_TRUE(cut);
    EXPECT_EQ(cut->whole_bytes, head().size() + cluster(0).size()) << filler;
  }
}

TEST(MatroskaCut, AClusterFullOfZerosIsNotWhole) {
  Bytes zeros = cluster(60);
  std::fill(zeros.begin() + 12, zeros.end(), std::uint8_t{0});
  const auto cut = cut_of(head() + cluster(0) + zeros);
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->frames, 3U);
}

TEST(MatroskaCut, CuesBehindTheLastClusterStay) {
  const Bytes file = head() + cluster(0) + element({0x1C, 0x53, 0xBB, 0x6B}, {0xEC, 0x81, 0});
  EXPECT_EQ(cut_of(file)->whole_bytes, file.size());
}

}  // namespace
}  // namespace dd::archive
