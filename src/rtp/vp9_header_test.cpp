// SPDX-License-Identifier: MIT
#include "rtp/vp9_header.hpp"

#include <gtest/gtest.h>

namespace dd::rtp {
namespace {

using Frame = std::vector<std::uint8_t>;

// Writes headers as an encoder does, most significant bit first.
class Header {
 public:
  Header& put(unsigned value, unsigned count) {
    for (unsigned i = count; i-- > 0; ++used_) {
      if (used_ % 8 == 0) bytes_.push_back(0);
      bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | (((value >> i) & 1U) << (7 - used_ % 8)));
    }
    return *this;
  }
  // From loop_filter_params() on, with nothing optional in it; `tile_bits` of a picture of more than 256 pixels are 0 each.
  Frame finish(unsigned tile_bits) {
    put(10, 6).put(0, 3).put(0, 1).put(60, 8).put(0, 3).put(0, 1).put(0, tile_bits).put(0, 1).put(2, 16);
    Frame frame = bytes_;
    frame.insert(frame.end(), {0xAB, 0xCD, 0xEF});  // the compressed header and a tile
    return frame;
  }

 private:
  Frame bytes_;
  std::size_t used_ = 0;
};

Frame key_frame(unsigned width) {
  // frame_marker, profile 0, a new frame, a key frame, shown; then the sync code, colours, the size, no render size.
  return Header()
      .put(2, 2)
      .put(0, 2)
      .put(0, 1)
      .put(0, 1)
      .put(1, 1)
      .put(0, 1)
      .put(0x498342, 24)
      .put(1, 3)
      .put(0, 1)
      .put(width - 1, 16)
      .put(179, 16)
      .put(0, 1)
      .put(3, 2)
      .put(0, 2)
      .finish(width >= 512 ? 1 : 0);
}

Frame inter_frame(bool shown, unsigned slot) {
  Header header;
  header.put(2, 2).put(0, 2).put(0, 1).put(1, 1).put(shown ? 1 : 0, 1).put(0, 1);
  if (!shown) header.put(0, 1);
  header.put(0, 2).put(1, 8).put(slot, 3).put(0, 1).put(0, 4).put(0, 4).put(1, 1).put(0, 1).put(1, 1).put(1, 1).put(3, 2).put(0, 2);
  return header.finish(0);
}

TEST(Vp9Header, AKeyFrameIsHiddenByOneBit) {
  Vp9Headers headers;
  const Frame frame = key_frame(320);
  const auto header = headers.next(frame);
  ASSERT_TRUE(header);
  EXPECT_TRUE(header->key);
  EXPECT_TRUE(header->shown);
  Frame expected = frame;
  expected[0] = static_cast<std::uint8_t>(expected[0] & ~0x02U);
  EXPECT_EQ(hide_vp9_frame(frame, *header), expected);
}

TEST(Vp9Header, AFrameThatRefersToOthersGetsTheBitThatHiddenFramesHave) {
  Vp9Headers headers;
  ASSERT_TRUE(headers.next(key_frame(320)));
  const Frame frame = inter_frame(true, 3);
  const auto header = headers.next(frame);
  ASSERT_TRUE(header);
  EXPECT_FALSE(header->key);
  EXPECT_EQ(hide_vp9_frame(frame, *header), inter_frame(false, 3));
  const auto hidden = headers.next(inter_frame(false, 3));
  ASSERT_TRUE(hidden);
  EXPECT_FALSE(hidden->shown);
  EXPECT_EQ(hide_vp9_frame(inter_frame(false, 3), *hidden), inter_frame(false, 3)) << "what is hidden stays as it is";
}

TEST(Vp9Header, WhatIsNotUnderstoodIsNotTouched) {
  Vp9Headers headers;
  EXPECT_FALSE(headers.next(inter_frame(true, 0))) << "its size is that of a frame that nobody saw";
  EXPECT_FALSE(headers.next(Header().put(2, 2).put(0, 2).put(1, 1).put(0, 3).finish(0))) << "shows an existing frame";
  const Frame whole = key_frame(1280);
  for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
    EXPECT_FALSE(Vp9Headers().next(Bytes(whole).first(length))) << length;
  }
  EXPECT_TRUE(headers.next(whole));
}

}  // namespace
}  // namespace dd::rtp
