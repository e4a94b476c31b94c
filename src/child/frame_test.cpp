// SPDX-License-Identifier: MIT
#include "child/frame.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace dd::child {
namespace {

std::string frame(std::string_view text) {
  const auto length = static_cast<std::uint32_t>(text.size());
  std::string out;
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(length >> shift & 0xff));
  return out.append(text);
}

void feed(FrameDecoder& decoder, std::string_view bytes) {
  auto room = decoder.prepare(bytes.size());
  std::copy(bytes.begin(), bytes.end(), room.begin());
  decoder.committed(bytes.size());
}

std::string text_of(std::span<const std::uint8_t> message) { return std::string(message.begin() + kFramePrefix, message.end()); }

TEST(FrameDecoder, HandsOutMessagesThatCameTogetherOneByOne) {
  FrameDecoder decoder(64);
  feed(decoder, frame("one") + frame("") + frame("three"));
  EXPECT_EQ(text_of(**decoder.next()), "one");
  EXPECT_EQ(text_of(**decoder.next()), "");
  EXPECT_EQ(text_of(**decoder.next()), "three");
  EXPECT_FALSE(decoder.next()->has_value());
}

TEST(FrameDecoder, WaitsForTheRestOfAMessageThatCameInPieces) {
  FrameDecoder decoder(64);
  for (char byte : frame("pieces")) {
    EXPECT_FALSE(decoder.next()->has_value());
    feed(decoder, std::string_view(&byte, 1));
  }
  EXPECT_EQ(text_of(**decoder.next()), "pieces");
}

TEST(FrameDecoder, AlignsEveryMessage) {
  FrameDecoder decoder(64);
  feed(decoder, frame("abc") + frame("def"));
  for (int i = 0; i < 2; ++i) {
    auto message = decoder.next();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>((*message)->data()) % 8, 0U);
  }
}

TEST(FrameDecoder, RefusesALengthPastTheBoundBeforeItsBytesCome) {
  FrameDecoder decoder(64);
  feed(decoder, std::string_view("\xff\xff\xff\xff", 4));
  EXPECT_EQ(decoder.next().error().code, Errc::kPayloadTooLarge);
  EXPECT_EQ(decoder.next().error().code, Errc::kPayloadTooLarge);
}

}  // namespace
}  // namespace dd::child
