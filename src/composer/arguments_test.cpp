// SPDX-License-Identifier: MIT
#include "composer/arguments.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace dd::composer {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string_view>;

std::string field_at_fault(Words words) {
  const auto parsed = parse_arguments(words);
  return parsed.has_value() ? "" : parsed.error().field;
}

TEST(Arguments, EverythingCanBeSaid) {
  const auto parsed = parse_arguments(Words{"rec", "--layout", "speaker", "--width=640", "--height", "360", "--fps", "25", "--format",
                                            "webm", "--from", "1.5", "--to", "9", "-o", "out.webm", "--json"});
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  const ComposeRequest& request = parsed->compose;
  EXPECT_EQ(request.folder, "rec");
  EXPECT_EQ(request.output, "out.webm");
  EXPECT_EQ(request.layout, Layout::kSpeaker);
  EXPECT_EQ(request.size, (Size{640, 360}));
  EXPECT_EQ(request.fps, 25);
  EXPECT_EQ(request.format, Format::kWebm);
  EXPECT_EQ(request.from, 1500ms);
  EXPECT_EQ(request.to, Time{9s});
  EXPECT_EQ(parsed->talk, Talk::kJson);
}

TEST(Arguments, WithoutAWordItIsA720p30Mp4ThatFollowsTheTimeline) {
  const auto parsed = parse_arguments(Words{"rec", "-o", "out.mp4"});
  ASSERT_TRUE(parsed.has_value());
  EXPECT_FALSE(parsed->compose.layout.has_value());
  EXPECT_EQ(parsed->compose.size, (Size{1280, 720}));
  EXPECT_EQ(parsed->compose.fps, 30);
}

TEST(Arguments, EveryMistakeNamesItsArgument) {
  EXPECT_EQ(field_at_fault({}), "FOLDER");
  EXPECT_EQ(field_at_fault({"rec"}), "-o");
  EXPECT_EQ(field_at_fault({"rec", "rec2", "-o", "x"}), "FOLDER");
  EXPECT_EQ(field_at_fault({"rec", "-o"}), "-o");
  EXPECT_EQ(field_at_fault({"rec", "-o", ""}), "-o");
  EXPECT_EQ(field_at_fault({"rec", "-o", "x", "--layout", "mosaic"}), "--layout");
  EXPECT_EQ(field_at_fault({"rec", "-o", "x", "--width", "641"}), "--width");
  EXPECT_EQ(field_at_fault({"rec", "-o", "x", "--width", "0x280"}), "--width");
  EXPECT_EQ(field_at_fault({"rec", "-o", "x", "--height", "2160"}), "--height");
  EXPECT_EQ(field_at_fault({"rec", "-o", "x", "--width", "1920", "--height", "1920"}), "--height");
  EXPECT_EQ(field_at_fault({"rec", "-o", "x", "--fps", "60"}), "--fps");
  EXPECT_EQ(field_at_fault({"rec", "-o", "x", "--format", "avi"}), "--format");
  EXPECT_EQ(field_at_fault({"rec", "-o", "x", "--from", "-1"}), "--from");
  EXPECT_EQ(field_at_fault({"rec", "-o", "x", "--from", "nan"}), "--from");
  EXPECT_EQ(field_at_fault({"rec", "-o", "x", "--to", "1e99"}), "--to");
  EXPECT_EQ(field_at_fault({"rec", "-o", "x", "--from", "5", "--to", "5"}), "--to");
  EXPECT_EQ(field_at_fault({"rec", "-o", "x", "--colour", "red"}), "--colour");
}

}  // namespace
}  // namespace dd::composer
