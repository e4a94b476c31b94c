// SPDX-License-Identifier: MIT
#include "api/json.hpp"

#include <gtest/gtest.h>

namespace dd::api {
namespace {

std::string problem(std::string_view text) {
  auto parsed = parse_json(text);
  return parsed ? std::string{} : parsed.error().message;
}

TEST(Json, TakesWhateverJsonIs) {
  const std::string text = R"({"a":[1,-2,3.5,true,null,"\u00e9\ud83d\ude00"],"b":{"c":{}}})";
  auto parsed = parse_json(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->root, Json::parse(text));
  EXPECT_TRUE(parse_json(" 17 "));
}

TEST(Json, AKeyTwiceInOneObjectIsRefused) {
  EXPECT_EQ(problem(R"({"a":1,"a":2})"), "a key appears twice in one object");
  EXPECT_EQ(problem(R"({"a":{"b":1,"\u0062":2}})"), "a key appears twice in one object");
  EXPECT_EQ(problem(R"({"a":{"b":1},"c":{"b":2}})"), "");
}

TEST(Json, DepthIsBounded) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(problem(nested(kMaxJsonDepth)), "");
  EXPECT_EQ(problem(nested(kMaxJsonDepth + 1)), "the body is nested deeper than 32 levels");
  EXPECT_EQ(problem(std::string(1'000'000, '[')), "the body is nested deeper than 32 levels");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(problem(objects), "the body is nested deeper than 32 levels");
}

TEST(Json, TheNumberOfValuesIsBounded) {
  std::string text = "[0";
  for (std::size_t i = 0; i < kMaxJsonValues; ++i) text += ",0";
  auto parsed = parse_json(text + "]");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, Errc::kPayloadTooLarge);
}

TEST(Json, WhatIsNotJsonIsRefusedWithItsPlace) {
  for (const std::string_view text : {"",
                                      " ",
                                      "{",
                                      "{]",
                                      "{\"a\":}",
                                      "[1,]",
                                      "{\"a\":1}x",
                                      "nul",
                                      "01",
                                      "1e999",
                                      "\"\\ud800\"",
                                      "\"a",
                                      "{\"a\" 1}",
                                      "\xff",
                                      "\"\xc3\x28\"",
                                      "\"\xed\xa0\x80\"",
                                      "\"tab\tinside\"",
                                      "NaN",
                                      "'a'",
                                      "{a:1}"}) {
    EXPECT_NE(problem(text).find("the body is not valid JSON"), std::string::npos) << text;
  }
}

TEST(Json, WritingCannotFail) {
  OrderedJson json = OrderedJson::object();
  json["z"] = "\xff\xfe";
  json["a"] = 1;
  EXPECT_EQ(to_text(json), "{\"z\":\"\xef\xbf\xbd\xef\xbf\xbd\",\"a\":1}");
}

}  // namespace
}  // namespace dd::api
