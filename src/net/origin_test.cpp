// SPDX-License-Identifier: MIT
#include "net/origin.hpp"

#include <gtest/gtest.h>

namespace dd::net {
namespace {

TEST(Origin, ThePageOfTheSameHostMayCome) {
  EXPECT_TRUE(is_allowed_origin("http://meet.example.org:8000", "meet.example.org:8000", {}));
  EXPECT_TRUE(is_allowed_origin("https://meet.example.org", "meet.example.org", {}));
  EXPECT_TRUE(is_allowed_origin("https://meet.example.org", "meet.example.org:443", {}));
  EXPECT_TRUE(is_allowed_origin("HTTPS://Meet.Example.org:443", "meet.example.ORG", {}));
  EXPECT_TRUE(is_allowed_origin("http://[::1]:8000", "[::1]:8000", {}));
}

TEST(Origin, OthersMayNot) {
  for (const std::string_view origin : {"https://evil.org", "https://meet.example.org.evil.org", "https://meet.example.org:8443", "null",
                                        "", "file://", "https://", "meet.example.org", "ftp://meet.example.org"}) {
    EXPECT_FALSE(is_allowed_origin(origin, "meet.example.org", {})) << origin;
  }
  EXPECT_FALSE(is_allowed_origin("https://", "", {}));
}

TEST(Origin, TheListAddsMore) {
  EXPECT_TRUE(is_allowed_origin("https://App.example.org", "x", {"https://other.org", "https://app.example.org/"}));
  EXPECT_FALSE(is_allowed_origin("http://app.example.org", "x", {"https://app.example.org"}));
  EXPECT_TRUE(is_allowed_origin("null", "x", {"*"}));
}

}  // namespace
}  // namespace dd::net
