// SPDX-License-Identifier: MIT
#include "bench/load/arguments.hpp"

#include <gtest/gtest.h>

#include "trust/base64.hpp"

namespace dd::load {
namespace {

using Words = std::vector<std::string_view>;

Result<Arguments> parse_with(Words words) {
  Words all{"--url", "http://localhost:8000", "--token", "t"};
  all.insert(all.end(), words.begin(), words.end());
  return parse_arguments(all, "");
}

// The argument that is at fault; empty when none is.
std::string fault_of(Words words) {
  const auto parsed = parse_with(std::move(words));
  return parsed ? "" : parsed.error().field;
}

TEST(LoadArguments, TakesTheLoadOfTheManual) {
  const auto parsed = parse_with({"--publishers", "10", "--subscribers=300", "--rooms", "5", "--duration", "60"});
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->publishers, 10);
  EXPECT_EQ(parsed->subscribers, 300);
  EXPECT_EQ(parsed->rooms, 5);
  EXPECT_EQ(parsed->duration_seconds, 60);
  EXPECT_EQ(parsed->url.port, 8000);
  EXPECT_EQ(parsed->srtp.size(), 3U);
}

TEST(LoadArguments, NamesWhatIsWrong) {
  EXPECT_EQ(fault_of({"--publishers", "0"}), "--publishers");
  EXPECT_EQ(fault_of({"--publishers", "1001"}), "--publishers");
  EXPECT_EQ(fault_of({"--subscribers", "5001"}), "--subscribers");
  EXPECT_EQ(fault_of({"--subscribers", "0"}), "--subscribers");
  EXPECT_EQ(fault_of({"--subscribers", "0", "--mesh", "--publishers", "2"}), "");
  EXPECT_EQ(fault_of({"--subscribers", "5000", "--publishers", "1000"}), "--subscribers");
  EXPECT_EQ(fault_of({"--rooms", "2"}), "--rooms");
  EXPECT_EQ(fault_of({"--duration", "1e3"}), "--duration");
  EXPECT_EQ(fault_of({"--duration"}), "--duration");
  EXPECT_EQ(fault_of({"--duration", "99999999999999999999"}), "--duration");
  EXPECT_EQ(fault_of({"--max-loss", "-1"}), "--max-loss");
  EXPECT_EQ(fault_of({"--srtp", "rot13"}), "--srtp");
  EXPECT_EQ(fault_of({"--media-address", "example.org"}), "--media-address");
  EXPECT_EQ(fault_of({"--meeting", "a b"}), "--meeting");
  EXPECT_EQ(fault_of({"--no-video", "--no-audio"}), "--no-audio");
  EXPECT_EQ(fault_of({"--ramp", "--subscribers", "5"}), "--subscribers");
  EXPECT_EQ(fault_of({"--tokens", "x"}), "--tokens");
  EXPECT_EQ(fault_of({"--url", "ftp://x"}), "--url");
}

TEST(LoadArguments, UrlAndTokenAreNeeded) {
  EXPECT_EQ(parse_arguments(Words{"--token", "t"}, "").error().field, "--url");
  EXPECT_EQ(parse_arguments(Words{"--url", "http://localhost:8000"}, "").error().field, "--token");
  EXPECT_EQ(parse_arguments(Words{"--url", "http://localhost:8000"}, "of the environment")->token, "of the environment");
}

TEST(LoadArguments, ATokensOwnMeetingIsTheOnlyRoom) {
  const std::string token = "e30." + trust::base64url(R"({"tenant":"default","meeting":"standup"})") + ".c2ln";
  const auto one = parse_with({"--token", token});
  ASSERT_TRUE(one);
  EXPECT_EQ(one->token_meeting, "standup");
  EXPECT_EQ(fault_of({"--token", token, "--publishers", "2", "--rooms", "2"}), "--rooms");
}

TEST(LoadArguments, HelpNamesEveryArgument) {
  EXPECT_TRUE(parse_arguments(Words{"--help"}, "")->help);
  for (const std::string_view name :
       {"--url",      "--token",           "--media-address", "--meeting", "--publishers", "--subscribers", "--mesh",
        "--rooms",    "--duration",        "--join-rate",     "--bitrate", "--fps",        "--simulcast",   "--no-video",
        "--no-audio", "--no-transport-cc", "--no-nack",       "--srtp",    "--ramp",       "--ramp-start",  "--ramp-step",
        "--max-loss", "--max-latency",     "--server-pid",    "--json",    "--quiet"}) {
    EXPECT_NE(usage().find(name), std::string_view::npos) << name;
  }
}

}  // namespace
}  // namespace dd::load
