// SPDX-License-Identifier: MIT
#include "api/range.hpp"

#include <gtest/gtest.h>

namespace dd::api {
namespace {

using Kind = ByteRange::Kind;

ByteRange asked(std::string range, std::uint64_t size = 1000, std::string if_range = {}) {
  HttpRequest request;
  request.headers.emplace_back("range", std::move(range));
  if (!if_range.empty()) request.headers.emplace_back("if-range", std::move(if_range));
  return requested_range(request, size, "\"now\"");
}

void expect_part(const ByteRange& range, std::uint64_t offset, std::uint64_t length) {
  EXPECT_EQ(range.kind, Kind::kPart);
  EXPECT_EQ(range.offset, offset);
  EXPECT_EQ(range.length, length);
}

TEST(Range, IsOnePieceCutToTheFile) {
  expect_part(asked("bytes=0-0"), 0, 1);
  expect_part(asked("bytes=10-19"), 10, 10);
  expect_part(asked("bytes=990-"), 990, 10);
  expect_part(asked("bytes=990-5000"), 990, 10);
  expect_part(asked("bytes=-10"), 990, 10);
  expect_part(asked("bytes=-5000"), 0, 1000);
}

TEST(Range, BehindTheEndThereIsNothing) {
  EXPECT_EQ(asked("bytes=1000-").kind, Kind::kUnsatisfiable);
  EXPECT_EQ(asked("bytes=-0").kind, Kind::kUnsatisfiable);
  EXPECT_EQ(asked("bytes=0-", 0).kind, Kind::kUnsatisfiable);
  EXPECT_EQ(asked("bytes=-5", 0).kind, Kind::kUnsatisfiable);
}

TEST(Range, WhatCannotBeReadIsAnsweredWithTheWhole) {
  for (const char* text : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,3-4", "lines=0-1", "bytes=1--2",
                           "bytes= 0-1", "bytes=99999999999999999999-"}) {
    EXPECT_EQ(asked(text).kind, Kind::kWhole) << text;
    EXPECT_EQ(asked(text).length, 1000u);
  }
}

TEST(Range, OfAnotherContentIsAnsweredWithTheWhole) {
  expect_part(asked("bytes=10-19", 1000, "\"now\""), 10, 10);
  EXPECT_EQ(asked("bytes=10-19", 1000, "\"then\"").kind, Kind::kWhole);
  EXPECT_EQ(asked("bytes=10-19", 1000, "Sat, 31 Jan 2026 10:00:00 GMT").kind, Kind::kWhole);
}

}  // namespace
}  // namespace dd::api
