// SPDX-License-Identifier: MIT
#include "net/public_address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <string>

namespace dd::net {
namespace {

bool judged(const std::string& text) {
  std::array<std::uint8_t, 4> four{};
  if (inet_pton(AF_INET, text.c_str(), four.data()) == 1) return is_public(four);
  std::array<std::uint8_t, 16> sixteen{};
  EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), sixteen.data()), 1) << text;
  return is_public(sixteen);
}

TEST(PublicAddress, OfTheInternetAre) {
  for (const char* text : {"1.1.1.1", "8.8.8.8", "93.184.216.34", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0",
                           "192.167.1.1", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8",
                           "64:ff9b::8.8.8.8", "2002:0808:0808::1", "2001:4860::1"}) {
    EXPECT_TRUE(judged(text)) << text;
  }
}

TEST(PublicAddress, OfOurOwnNetworksAreNot) {
  for (const char* text : {"0.0.0.0",
                           "10.1.2.3",
                           "100.64.0.1",
                           "127.0.0.1",
                           "127.255.255.254",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.1",
                           "192.0.2.1",
                           "192.168.1.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "224.0.0.1",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "fe80::1",
                           "fc00::1",
                           "fd12::1",
                           "ff02::1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::127.0.0.1",
                           "64:ff9b::10.0.0.1",
                           "64:ff9b:1::1",
                           "2002:7f00:0001::1",
                           "2002:0a00:0001::1",
                           "2001::1",
                           "2001:db8::1",
                           "3fff::1",
                           "100::1",
                           "5f00::1"}) {
    EXPECT_FALSE(judged(text)) << text;
  }
}

}  // namespace
}  // namespace dd::net
