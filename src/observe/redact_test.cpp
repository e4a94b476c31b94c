// SPDX-License-Identifier: MIT
#include "observe/redact.hpp"

#include <gtest/gtest.h>

namespace dd::observe {
namespace {

TEST(Redaction, ReplacesIpv4Addresses) {
  EXPECT_EQ(redacted("listening on 203.0.113.7:3001"), "listening on [ip]:3001");
  EXPECT_EQ(redacted("192.168.0.1"), "[ip]");
  EXPECT_EQ(redacted("from=10.0.0.1, to=10.0.0.2."), "from=[ip], to=[ip].");
  EXPECT_EQ(redacted("udp:10.1.2.3:40000"), "udp:[ip]:40000");
}

TEST(Redaction, ReplacesIpv6Addresses) {
  EXPECT_EQ(redacted("peer [2001:db8::7]:443 left"), "peer [[ip]]:443 left");
  EXPECT_EQ(redacted("fe80::1%eth0"), "[ip]%eth0");
  EXPECT_EQ(redacted("::ffff:203.0.113.7"), "[ip]");
  EXPECT_EQ(redacted("2001:0db8:0000:0000:0000:0000:0000:0001"), "[ip]");
}

TEST(Redaction, LeavesVersionsTimesAndNamesAlone) {
  EXPECT_EQ(redacted("mediasoup 3.27.1 at 12:30:05"), "mediasoup 3.27.1 at 12:30:05");
  EXPECT_EQ(redacted("dd::meeting::Host"), "dd::meeting::Host");
  EXPECT_EQ(redacted("std::bad_alloc"), "std::bad_alloc");
  EXPECT_EQ(redacted("0f2c9a3e-6b0e-4b36-9a54-0d1f6f2f3a10"), "0f2c9a3e-6b0e-4b36-9a54-0d1f6f2f3a10");
  EXPECT_EQ(redacted("v1.2.3.4"), "v1.2.3.4");
}

TEST(Redaction, ReplacesPasswordsInAnySpelling) {
  EXPECT_EQ(redacted("password=hunter2 user=x"), "password=[secret] user=x");
  EXPECT_EQ(redacted(R"({"usernameFragment":"abcd","password":"zzz"})"), R"({"usernameFragment":"[secret]","password":"[secret]"})");
  EXPECT_EQ(redacted(R"({\"password\":\"zzz\"})").find("zzz"), std::string::npos) << "JSON inside JSON";
  EXPECT_EQ(redacted("a=ice-pwd:abc123\r\n"), "a=ice-pwd:[secret]\r\n");
}

TEST(Redaction, ReplacesTokens) {
  EXPECT_EQ(redacted("Authorization: Bearer abc.def"), "Authorization: [secret]");
  EXPECT_EQ(redacted("sent bearer 0123456789abcdef0123"), "sent bearer [secret]");
  EXPECT_EQ(redacted("GET /join?token=eyJhbGciOi.eyJzdWIi.c2ln&x=1"), "GET /join?token=[secret]&x=1");
  EXPECT_EQ(redacted("jwt eyJhbGciOi.eyJzdWIi.c2ln"), "jwt [secret]");
}

TEST(Redaction, ReplacesCredentialsOfUrls) {
  EXPECT_EQ(redacted("mysql://root:pw@db:3306/x"), "mysql://[secret]@db:3306/x");
  EXPECT_EQ(redacted("http://db/x@y"), "http://db/x@y");
}

TEST(Redaction, RefusesFieldsNamedAfterSecretsAndAddresses) {
  for (const char* key :
       {"password", "ice_password", "api_key", "media_api_key", "token", "remote_ip", "candidate_address", "Authorization", "ice-pwd"}) {
    EXPECT_TRUE(is_refused_field(key)) << key;
  }
  for (const char* key : {"worker", "meeting", "participant", "pipe", "key_frames", "skipped", "route", "tokenizer"}) {
    EXPECT_FALSE(is_refused_field(key)) << key;
  }
}

TEST(Redaction, TakesAnyBytes) {
  std::string bytes;
  for (int round = 0; round < 3; ++round) {
    for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
    bytes += ":::::....eyJ://@password";
  }
  EXPECT_FALSE(redacted(bytes).empty());
  EXPECT_EQ(redacted(""), "");
}

}  // namespace
}  // namespace dd::observe
