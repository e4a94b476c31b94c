// SPDX-License-Identifier: MIT
#include "net/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dd::net {
namespace {

TEST(HttpOriginText, NamesSchemeHostAndPort) {
  const auto plain = parse_http_origin("http://10.0.0.7:3001").value();
  EXPECT_FALSE(plain.tls);
  EXPECT_EQ(plain.host, "10.0.0.7");
  EXPECT_EQ(plain.port, 3001);
  EXPECT_EQ(plain.host_header(), "10.0.0.7:3001");
  const auto tls = parse_http_origin("https://media-1.example.org/").value();
  EXPECT_TRUE(tls.tls);
  EXPECT_EQ(tls.port, 443);
  EXPECT_EQ(tls.host_header(), "media-1.example.org");
  EXPECT_EQ(parse_http_origin("http://[fd00::1]:81").value().host_header(), "[fd00::1]:81");
}

TEST(HttpOriginText, NothingElseIsOne) {
  for (const std::string_view text :
       {"", "http://", "https:///", "ftp://x", "http://x/path", "http://u:p@x", "http://x:0", "http://x:65536", "http://x:", "http://a b",
        "http://x\r\nEvil: 1", "http://[::1", "http://[zz]", "http://x:80:80", "//x"}) {
    EXPECT_FALSE(parse_http_origin(text)) << text;
  }
}

TEST(RedisUrl, EveryPartButTheHostMayBeLeftOut) {
  const auto bare = parse_redis_url("redis://localhost").value();
  EXPECT_EQ(bare.host, "localhost");
  EXPECT_EQ(bare.port, 6379);
  EXPECT_EQ(bare.user, "");
  EXPECT_EQ(bare.password, "");
  EXPECT_EQ(bare.database, 0U);
  const auto full = parse_redis_url("redis://app:p%40ss%2Fword@10.0.0.9:6380/3").value();
  EXPECT_EQ(full.host, "10.0.0.9");
  EXPECT_EQ(full.port, 6380);
  EXPECT_EQ(full.user, "app");
  EXPECT_EQ(full.password, "p@ss/word");
  EXPECT_EQ(full.database, 3U);
  EXPECT_EQ(parse_redis_url("redis://:secret@[::1]:7/").value().host, "::1");
}

TEST(RedisUrl, AMistakeIsToldWithoutThePassword) {
  for (const std::string_view text :
       {"", "localhost:6379", "rediss://x", "redis://", "redis://user@x", "redis://:@x", "redis://:hunter2@", "redis://:hunter2@x:99999",
        "redis://:hunter2@x/one", "redis://:hunter2@x:1/-1", "redis://:hunter2@x y"}) {
    const auto parsed = parse_redis_url(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error().message, ::testing::Not(::testing::HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace dd::net
