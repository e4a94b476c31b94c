// SPDX-License-Identifier: MIT
#include "net/sse_parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace dd::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Heard {
  std::vector<std::string> events;  // "type|data|id"
  bool readable = true;
  std::string last_id;
};

Heard parse(std::string_view text, std::size_t piece, std::size_t bound = 1024) {
  Heard heard;
  SseParser parser(bound);
  UniqueFunction<void(const SseEvent&)> take = [&](const SseEvent& event) {
    heard.events.push_back(event.type + "|" + event.data + "|" + parser.last_id());
  };
  for (std::size_t at = 0; at < text.size() && heard.readable; at += piece) heard.readable = parser.feed(text.substr(at, piece), take);
  heard.last_id = parser.last_id();
  return heard;
}

TEST(SseParser, EventsAreTheSameInAnyPieces) {
  constexpr std::string_view kText =
      "\xef\xbb\xbfretry: 1000\nid: b-0\n\n: still here\n\nid: b-1\nevent: meeting.created\ndata: {\"a\":1}\n\n"
      "id:b-2\r\ndata\r\ndata:two\r\n\r\nevent: nothing\n\ndata: three\rdata:  four\r\rdata: unfinished";
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) {
    const Heard heard = parse(kText, piece);
    EXPECT_TRUE(heard.readable);
    EXPECT_THAT(heard.events, ElementsAre("meeting.created|{\"a\":1}|b-1", "message|\ntwo|b-2", "message|three\n four|b-2")) << piece;
  }
}

TEST(SseParser, AnIdAloneIsWhereToResume) {
  const Heard heard = parse("id: b-7\n\n", 4);
  EXPECT_THAT(heard.events, IsEmpty());
  EXPECT_EQ(heard.last_id, "b-7");
  EXPECT_EQ(parse("id: unfinished\n", 4).last_id, "");
  EXPECT_EQ(parse(std::string_view("id: a\0b\n\n", 9), 4).last_id, "");
}

TEST(SseParser, AnEventBeyondTheBoundIsRefused) {
  EXPECT_FALSE(parse("data: " + std::string(2000, 'x'), 100).readable);
  std::string lines;
  for (int i = 0; i < 300; ++i) lines += "data: xxx\n";
  EXPECT_FALSE(parse(lines, 100).readable);
  EXPECT_TRUE(parse("data: " + std::string(900, 'x') + "\n\ndata: " + std::string(900, 'x') + "\n\n", 100).readable);
}

}  // namespace
}  // namespace dd::net
