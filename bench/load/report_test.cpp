// SPDX-License-Identifier: MIT
#include "bench/load/report.hpp"

#include <gtest/gtest.h>

namespace dd::load {
namespace {

RunResult result_of_a_run() {
  RunResult result;
  result.facts.srtp = SrtpProfile::kAeadAes128Gcm;
  result.facts.server_processes = {"mediasoup-worke"};
  result.measurement.seconds = 10;
  result.measurement.publishers = 2;
  result.measurement.subscribers = 6;
  result.measurement.video = {.expected = 1000, .received = 990, .bytes = 1'000'000};
  result.measurement.server_cpu_seconds = 0.00495;
  for (int packet = 1; packet <= 100; ++packet) result.measurement.latencies.video.add(packet * 100);
  result.verdict = {Outcome::kExceeded, "NOT KEPT with 2 publishers, 6 subscribers: too much was lost"};
  return result;
}

TEST(LoadReport, TheTableEndsWithTheVerdict) {
  const std::string text = table(Arguments{}, result_of_a_run());
  EXPECT_NE(text.find("990 packets (99/s, 0.8 Mbit/s), 10 lost"), std::string::npos) << text;
  EXPECT_NE(text.find("5.00 us per forwarded packet (mediasoup-worke)"), std::string::npos) << text;
  EXPECT_NE(text.find("SRTP aes-gcm-128"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("too much was lost\n")) << text;
}

TEST(LoadReport, JsonHasTheSameFigures) {
  const auto json = as_json(Arguments{}, result_of_a_run());
  EXPECT_EQ(json["verdict"]["outcome"], "exceeded");
  EXPECT_EQ(json["measurement"]["lost"], 10);
  EXPECT_EQ(json["measurement"]["lossPercent"], 1.0);
  EXPECT_EQ(json["measurement"]["server"]["microsecondsPerPacket"], 5.0);
  EXPECT_EQ(json["measurement"]["videoLatency"]["maxMs"], 10.0);
  EXPECT_EQ(json["conditions"]["srtp"], "aes-gcm-128");
  EXPECT_FALSE(json.contains("steps"));
}

TEST(LoadReport, OfAServerElsewhereTheCostIsNotKnown) {
  RunResult result = result_of_a_run();
  result.measurement.server_cpu_seconds.reset();
  EXPECT_TRUE(as_json(Arguments{}, result)["measurement"]["server"].is_null());
  EXPECT_NE(table(Arguments{}, result).find("it is not on this machine"), std::string::npos);
}

TEST(LoadReport, ARampListsItsSteps) {
  RunResult result = result_of_a_run();
  result.steps.push_back({result.measurement, result.verdict});
  Arguments arguments;
  arguments.ramp = true;
  EXPECT_EQ(as_json(arguments, result)["steps"].size(), 1U);
  EXPECT_EQ(as_json(arguments, result)["highestSubscribers"], 0);
  EXPECT_NE(table(arguments, result).find("exceeded"), std::string::npos);
}

TEST(LoadReport, ASecondIsOneLine) {
  const std::string line = progress_line(3, result_of_a_run().measurement);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_NE(line.find("99 packets/s  loss 1.000 %"), std::string::npos) << line;
}

}  // namespace
}  // namespace dd::load
