// SPDX-License-Identifier: MIT
#include "config/dotenv.hpp"

#include <gtest/gtest.h>

namespace dd::config {
namespace {

std::string value_of(std::string_view line) {
  auto parsed = parse_dotenv(line);
  if (!parsed) return "error: " + parsed.error().message;
  return parsed->size() == 1 ? (*parsed)[0].value : "not one";
}

TEST(Dotenv, ReadsPlainLines) {
  auto parsed = parse_dotenv("A=1\n\n # comment\n\texport B = two\r\nC=\n");
  ASSERT_TRUE(parsed.has_value());
  ASSERT_EQ(parsed->size(), 3u);
  EXPECT_EQ((*parsed)[0].name, "A");
  EXPECT_EQ((*parsed)[1].value, "two");
  EXPECT_EQ((*parsed)[1].line, 4u);
  EXPECT_EQ((*parsed)[2].value, "");
}

TEST(Dotenv, QuotesAreSyntaxAnywhereInAValue) {
  EXPECT_EQ(value_of("T=\" default\""), " default");
  EXPECT_EQ(value_of("T=' default'"), " default");
  EXPECT_EQ(value_of(R"(T=a"b c"'d\e'f)"), R"(ab cd\ef)");
  EXPECT_EQ(value_of(R"(T="a\"b\\c\nd")"), "a\"b\\c\nd");
  EXPECT_EQ(value_of(R"(T='{"a":"b"}')"), R"({"a":"b"})");
}

TEST(Dotenv, JsonNeedsNoQuotes) { EXPECT_EQ(value_of(R"(T={"a":"b c"} )"), R"({"a":"b c"})"); }

TEST(Dotenv, AnUnquotedValueEndsAtABlank) {
  EXPECT_EQ(value_of("T=a # why"), "a");
  EXPECT_EQ(value_of("T=a#b"), "a#b");
  EXPECT_EQ(value_of("T=$a"), "$a");
  EXPECT_EQ(value_of("T=a b"), "error: line 1: T: a value with blanks needs quotes");
}

TEST(Dotenv, NamesTheLineOfAMistake) {
  EXPECT_EQ(value_of("A=1\nnonsense\n"), "error: line 2: expected NAME=VALUE");
  EXPECT_EQ(value_of("=1"), "error: line 1: expected NAME=VALUE");
  EXPECT_EQ(value_of("1A=1"), "error: line 1: expected NAME=VALUE");
  EXPECT_EQ(value_of("A=\"x"), "error: line 1: A: a double quote is not closed");
  EXPECT_EQ(value_of("A=\"x\\"), "error: line 1: A: a double quote is not closed");
}

}  // namespace
}  // namespace dd::config
