// SPDX-License-Identifier: MIT
#include "bench/load/ice_agent.hpp"

#include <gtest/gtest.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace dd::load {
namespace {

using namespace std::chrono_literals;

constexpr MonotonicTime kStart{1000s};

IceAgent agent() { return IceAgent({"us", "them", "password"}, 42, kStart); }

// What an ICE-lite server answers, signed; without the attributes that we do not read.
std::vector<std::uint8_t> answer_to(Bytes request, std::string_view password, std::uint16_t type = 0x0101) {
  std::vector<std::uint8_t> out;
  append_u16(out, type);
  append_u16(out, 24);
  append(out, request.subspan(4, 16));
  std::vector<std::uint8_t> digest(20);
  HMAC(EVP_sha1(), password.data(), static_cast<int>(password.size()), out.data(), out.size(), digest.data(), nullptr);
  append_u16(out, 0x0008);
  append_u16(out, 20);
  append(out, digest);
  return out;
}

TEST(IceAgent, IsConnectedByTheFirstAnswer) {
  IceAgent ice = agent();
  const auto request = ice.poll(kStart);
  ASSERT_TRUE(request);
  EXPECT_EQ(ice.state(), IceAgent::State::kChecking);
  EXPECT_TRUE(ice.handle(kStart + 1ms, answer_to(*request, "password")));
  EXPECT_EQ(ice.state(), IceAgent::State::kConnected);
}

TEST(IceAgent, RepeatsARequestThatWasLostMoreAndMoreSlowly) {
  IceAgent ice = agent();
  const auto first = ice.poll(kStart);
  EXPECT_FALSE(ice.poll(kStart + 99ms));
  const auto second = ice.poll(kStart + 100ms);
  ASSERT_TRUE(second);
  EXPECT_EQ(*first, *second);
  EXPECT_FALSE(ice.poll(kStart + 299ms));
  EXPECT_TRUE(ice.poll(kStart + 300ms));
}

TEST(IceAgent, FailsWhenNobodyAnswers) {
  IceAgent ice = agent();
  for (auto now = kStart; now < kStart + 16s; now += 10ms) ice.poll(now);
  EXPECT_EQ(ice.state(), IceAgent::State::kFailed);
}

TEST(IceAgent, FailsWhenTheServerRefuses) {
  IceAgent ice = agent();
  const auto request = ice.poll(kStart);
  EXPECT_TRUE(ice.handle(kStart, answer_to(*request, "password", 0x0111)));
  EXPECT_EQ(ice.state(), IceAgent::State::kFailed);
}

TEST(IceAgent, TakesNoAnswerOfAStranger) {
  IceAgent ice = agent();
  const auto request = ice.poll(kStart);
  EXPECT_FALSE(ice.handle(kStart, answer_to(*request, "guessed")));
  auto another = *request;
  another[9] ^= 1U;
  EXPECT_FALSE(ice.handle(kStart, answer_to(another, "password")));
  EXPECT_EQ(ice.state(), IceAgent::State::kChecking);
}

TEST(IceAgent, RenewsConsentEveryFourToSixSecondsAndEndsWithoutIt) {
  IceAgent ice = agent();
  auto request = ice.poll(kStart);
  auto answered = kStart;
  ice.handle(answered, answer_to(*request, "password"));
  for (int round = 0; round < 20; ++round) {
    auto now = answered;
    while (!(request = ice.poll(now))) now += 10ms;
    EXPECT_GE(now - answered, 4s);
    EXPECT_LE(now - answered, 6s + 10ms);
    answered = now;
    ASSERT_TRUE(ice.handle(now, answer_to(*request, "password")));
  }
  for (auto now = answered; now < answered + 31s; now += 10ms) ice.poll(now);
  EXPECT_EQ(ice.state(), IceAgent::State::kFailed);
}

}  // namespace
}  // namespace dd::load
