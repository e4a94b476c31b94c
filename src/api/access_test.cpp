// SPDX-License-Identifier: MIT
#include "api/access.hpp"

#include <gtest/gtest.h>

namespace dd::api {
namespace {

using Verdict = AccessRule::Verdict;

PeerAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d};
}

HttpRequest from(PeerAddress peer, std::vector<std::pair<std::string, std::string>> headers = {}) {
  HttpRequest request;
  request.peer = peer;
  request.headers = std::move(headers);
  return request;
}

TEST(Network, ContainsItsAddressesAndNoOthers) {
  const auto ten = *Network::parse("10.0.0.0/8");
  EXPECT_TRUE(ten.contains(v4(10, 255, 0, 1)));
  EXPECT_FALSE(ten.contains(v4(11, 0, 0, 1)));
  const auto odd = *Network::parse("192.168.4.0/22");
  EXPECT_TRUE(odd.contains(v4(192, 168, 7, 255)));
  EXPECT_FALSE(odd.contains(v4(192, 168, 8, 0)));
  EXPECT_TRUE(Network::parse("127.0.0.1")->contains(v4(127, 0, 0, 1)));
  EXPECT_FALSE(Network::parse("127.0.0.1")->contains(v4(127, 0, 0, 2)));
  EXPECT_TRUE(Network::parse("0.0.0.0/0")->contains(v4(8, 8, 8, 8)));
  EXPECT_FALSE(Network::parse("0.0.0.0/0")->contains(PeerAddress{0xfd}));
  EXPECT_TRUE(Network::parse("fd00::/8")->contains(PeerAddress{0xfd, 1}));
  EXPECT_FALSE(Network::parse("fd00::/8")->contains(PeerAddress{0xfe, 1}));
}

TEST(Network, NonsenseIsRefused) {
  for (const std::string_view text :
       {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "ten", "::/129", "10.0.0/8", "10.0.0.0/-1", "10.0.0.0/8 "}) {
    EXPECT_FALSE(Network::parse(text)) << text;
  }
}

TEST(AccessRule, WithoutKeyAndNetworksEveryoneMayCall) {
  EXPECT_EQ(AccessRule::open("", {})->judge(from(v4(8, 8, 8, 8))), Verdict::kAllowed);
}

TEST(AccessRule, AKeyIsAskedForInEitherHeader) {
  const auto rule = *AccessRule::open("s3cret", {});
  const auto peer = v4(127, 0, 0, 1);
  EXPECT_EQ(rule.judge(from(peer)), Verdict::kNeedsKey);
  EXPECT_EQ(rule.judge(from(peer, {{"x-api-key", "s3cret"}})), Verdict::kAllowed);
  EXPECT_EQ(rule.judge(from(peer, {{"authorization", "Bearer s3cret"}})), Verdict::kAllowed);
  EXPECT_EQ(rule.judge(from(peer, {{"authorization", "bearer   s3cret"}})), Verdict::kAllowed);
  for (const std::string wrong : {"", "s3cre", "s3cretx", "s3creT", "s3crets3cret"}) {
    EXPECT_EQ(rule.judge(from(peer, {{"x-api-key", wrong}})), Verdict::kNeedsKey) << wrong;
    EXPECT_EQ(rule.judge(from(peer, {{"authorization", "Bearer " + wrong}})), Verdict::kNeedsKey) << wrong;
  }
  EXPECT_EQ(rule.judge(from(peer, {{"authorization", "Basic s3cret"}})), Verdict::kNeedsKey);
}

TEST(AccessRule, AnAllowedNetworkNeedsNoKey) {
  const auto rule = *AccessRule::open("s3cret", {"127.0.0.1", "::1"});
  EXPECT_EQ(rule.judge(from(v4(127, 0, 0, 1))), Verdict::kAllowed);
  EXPECT_EQ(rule.judge(from(v4(10, 0, 0, 1))), Verdict::kNeedsKey);
  EXPECT_EQ(AccessRule::open("", {"127.0.0.1"})->judge(from(v4(10, 0, 0, 1))), Verdict::kForbidden);
  EXPECT_FALSE(AccessRule::open("", {"nonsense"}));
}

}  // namespace
}  // namespace dd::api
