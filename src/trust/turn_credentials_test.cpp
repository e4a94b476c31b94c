// SPDX-License-Identifier: MIT
#include "trust/turn_credentials.hpp"

#include <gtest/gtest.h>

namespace dd::trust {
namespace {

TEST(TurnCredentials, AreWhatCoturnComputesFromTheSharedSecret) {
  TurnSettings settings;
  settings.urls = {"turn:turn.example.org:3478?transport=udp", "turns:turn.example.org:5349"};
  settings.secret = "north";
  settings.lifetime = std::chrono::hours{1};
  const auto server = turn_credentials(settings, "default.asha", WallTime{} + std::chrono::seconds{1'795'000'000 - 3'600});
  EXPECT_EQ(server.urls, settings.urls);
  EXPECT_EQ(server.username, "1795000000:default.asha");
  EXPECT_EQ(server.credential, "EX3cUAMhh/K/DCvxc5phdIAN9hE=");  // openssl dgst -sha1 -hmac north -binary | base64
}

TEST(TurnCredentials, AreEmptyWithoutAServer) {
  TurnSettings settings;
  settings.secret = "north";
  const auto server = turn_credentials(settings, "default.asha", WallTime{});
  EXPECT_TRUE(server.urls.empty());
  EXPECT_TRUE(server.username.empty());
  EXPECT_TRUE(server.credential.empty());
}

}  // namespace
}  // namespace dd::trust
