// SPDX-License-Identifier: MIT
#include "bench/load/plan.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace dd::load {
namespace {

TEST(LoadPlan, DealsEverybodyOutToTheRoomsEvenly) {
  Arguments arguments;
  arguments.publishers = 10;
  arguments.subscribers = 300;
  arguments.rooms = 5;
  std::map<std::string, int> sizes;
  std::set<std::string> names;
  for (int number = 0; number < 10; ++number) {
    const Participant who = publisher_number(arguments, "run", number);
    EXPECT_TRUE(who.publishes && !who.subscribes);
    ++sizes[who.meeting];
    names.insert(who.name);
  }
  for (int number = 0; number < 300; ++number) {
    const Participant who = subscriber_number(arguments, "run", number);
    EXPECT_TRUE(!who.publishes && who.subscribes);
    ++sizes[who.meeting];
    names.insert(who.name);
    EXPECT_LE(who.name.size(), 48U);
  }
  EXPECT_EQ(names.size(), 310U);
  ASSERT_EQ(sizes.size(), 5U);
  for (const auto& [meeting, size] : sizes) EXPECT_EQ(size, 62) << meeting;
}

TEST(LoadPlan, InAMeshPublishersWatch) {
  Arguments arguments;
  arguments.mesh = true;
  EXPECT_TRUE(publisher_number(arguments, "run", 0).subscribes);
}

TEST(LoadPlan, ATokensMeetingIsEverybodysRoom) {
  Arguments arguments;
  arguments.token_meeting = "standup";
  EXPECT_EQ(publisher_number(arguments, "run", 0).meeting, "standup");
  EXPECT_EQ(subscriber_number(arguments, "run", 7).meeting, "standup");
}

TEST(LoadPlan, ACameraHasItsLayersFromTheLowestOn) {
  Arguments arguments;
  EXPECT_EQ(camera_layers(arguments).size(), 1U);
  EXPECT_TRUE(camera_layers(arguments)[0].stream.rid.empty());
  arguments.simulcast = 3;
  const auto layers = camera_layers(arguments);
  ASSERT_EQ(layers.size(), 3U);
  EXPECT_EQ(layers[0].picture.width, 320);
  EXPECT_EQ(layers[2].picture.width, 1280);
  EXPECT_EQ(layers[2].picture.bitrate, 1'500'000U);
  EXPECT_LT(layers[0].picture.bitrate, layers[1].picture.bitrate);
  arguments.video = false;
  EXPECT_TRUE(camera_layers(arguments).empty());
}

}  // namespace
}  // namespace dd::load
