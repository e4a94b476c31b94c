// SPDX-License-Identifier: MIT
#include "store/database_url.hpp"

#include <gtest/gtest.h>

namespace dd::store {
namespace {

TEST(DatabaseUrl, NamesEveryPartOfAMysqlServer) {
  const auto parsed = parse_database_url("mysql://kendra:secret@db.example:3307/meetings");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->kind, DatabaseKind::kMysql);
  EXPECT_EQ(parsed->user, "kendra");
  EXPECT_EQ(parsed->password, "secret");
  EXPECT_EQ(parsed->host, "db.example");
  EXPECT_EQ(parsed->port, 3307);
  EXPECT_EQ(parsed->database, "meetings");
}

TEST(DatabaseUrl, LeavesTheDefaultsWhereItIsSilent) {
  const auto parsed = parse_database_url("mysql://127.0.0.1");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->user, "root");
  EXPECT_EQ(parsed->password, "");
  EXPECT_EQ(parsed->port, 3306);
  EXPECT_EQ(parsed->database, "doordarshan");
}

TEST(DatabaseUrl, DecodesCredentials) {
  const auto parsed = parse_database_url("mysql://a%40b:p%2Fq%3a%25@[::1]:3306/d%5Fb");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->user, "a@b");
  EXPECT_EQ(parsed->password, "p/q:%");
  EXPECT_EQ(parsed->host, "::1");
  EXPECT_EQ(parsed->database, "d_b");
}

TEST(DatabaseUrl, TakesAPasswordWithAnUnencodedAt) {
  const auto parsed = parse_database_url("mysql://root:p@ss@10.0.0.9/doordarshan");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->password, "p@ss");
  EXPECT_EQ(parsed->host, "10.0.0.9");
}

TEST(DatabaseUrl, NamesASqliteFile) {
  EXPECT_EQ(parse_database_url("sqlite:/var/lib/doordarshan/db").value().path, "/var/lib/doordarshan/db");
  EXPECT_EQ(parse_database_url("sqlite://relative.db").value().path, "relative.db");
}

TEST(DatabaseUrl, RefusesWhatItCannotReadWithoutRepeatingThePassword) {
  for (const char* text : {"", "postgres://a:hunter2@b/c", "mysql://", "mysql://root:hunter2@", "mysql://root:hunter2@h:0/d",
                           "mysql://root:hunter2@h:99999/d", "mysql://root:hunter2%2@h/d", "mysql://root:hunter2%zz@h/d",
                           "mysql://:hunter2@h/d", "mysql://root:hunter2%00@h/d", "mysql://root:hunter2@[::1/d", "sqlite:"}) {
    const auto parsed = parse_database_url(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, Errc::kInvalidArgument) << text;
    EXPECT_EQ(parsed.error().message.find("hunter2"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace dd::store
