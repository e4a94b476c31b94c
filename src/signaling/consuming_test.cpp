// SPDX-License-Identifier: MIT
// What of others' media a client gets.
#include <gtest/gtest.h>

#include "signaling/testing/stage.hpp"

namespace dd::signaling {
namespace {

using testing::Json;
using testing::Stage;

TEST(Consuming, OneProducerThatCannotBeHadKeepsNobodyFromTheOthers) {
  Stage stage;
  const auto asha = stage.enter("asha");
  const std::string sound = asha->produce("audio");
  const std::string picture = asha->produce("video");
  const auto bela = stage.enter("bela");
  stage.media.refused_producers.insert(picture);
  const Json answer = bela->ask("consume", {{"producerIds", {sound, picture}}, {"rtpCapabilities", Json::object()}});
  ASSERT_TRUE(answer.contains("result")) << answer;
  ASSERT_EQ(answer["result"]["consumers"].size(), 1U);
  EXPECT_EQ(answer["result"]["consumers"][0]["producerId"], sound);
  EXPECT_EQ(answer["result"]["failed"],
            Json::parse(R"([{"producerId":")" + picture + R"(","code":"conflict","message":"no codec in common"}])"));
}

TEST(Consuming, AnOverloadedServerGivesTheSoundAndSaysWhenToAskForThePicture) {
  Stage stage;
  const auto asha = stage.enter("asha");
  const std::string sound = asha->produce("audio");
  const std::string picture = asha->produce("video");
  const auto bela = stage.enter("bela");
  stage.media.overloaded = true;
  const Json both = bela->ask("consume", {{"producerIds", {sound, picture}}, {"rtpCapabilities", Json::object()}});
  ASSERT_EQ(both["result"]["consumers"].size(), 1U) << both;
  EXPECT_EQ(both["result"]["consumers"][0]["producerId"], sound);
  const Json& failed = both["result"]["failed"];
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0]["producerId"], picture);
  EXPECT_EQ(failed[0]["code"], "unavailable");
  EXPECT_EQ(failed[0]["reason"], "worker_overloaded");
  EXPECT_EQ(failed[0]["retryAfter"], 5);
  // One alone is told in the same way, and later it can be had.
  const Json alone = bela->ask("consume", {{"producerIds", {picture}}});
  EXPECT_EQ(alone["result"]["failed"][0]["reason"], "worker_overloaded") << alone;
  stage.media.overloaded = false;
  EXPECT_EQ(bela->ask("consume", {{"producerIds", {picture}}})["result"]["consumers"].size(), 1U);
}

}  // namespace
}  // namespace dd::signaling
