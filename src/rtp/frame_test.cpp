// SPDX-License-Identifier: MIT
#include "rtp/frame.hpp"

#include <gtest/gtest.h>

#include "rtp/av1_frame.hpp"
#include "rtp/h264_frame.hpp"
#include "rtp/opus_frame.hpp"
#include "rtp/vp8_frame.hpp"
#include "rtp/vp9_frame.hpp"

namespace dd::rtp {
namespace {

using Payload = std::vector<std::uint8_t>;

// What packets in order make of it.
struct Feed {
  explicit Feed(FrameFormat format) : assembler(make_frame_assembler(format)) {}
  void operator()(Payload payload, std::uint32_t timestamp, bool marker, bool after_loss = false) {
    assembler->push({.sequence = next++,
                     .timestamp = timestamp,
                     .marker = marker,
                     .after_loss = after_loss,
                     .arrival = {},
                     .payload = std::move(payload)},
                    frames);
  }
  std::unique_ptr<FrameAssembler> assembler;
  std::vector<Frame> frames;
  std::int64_t next = 0;
};

const Payload kVp8Key = {0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xB4, 0x00};

Payload operator+(Payload left, const Payload& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

TEST(Vp8Frame, JoinsAPictureAndReadsItsSize) {
  Feed feed(FrameFormat::kVp8);
  feed(Payload{0x90, 0x80, 0x81, 0x23} + kVp8Key, 9, false);  // with a picture id of 15 bits
  feed({0x80, 0xF0, 0x01, 0x02, 0x03, 'x'}, 9, true);         // with everything an extension can have
  ASSERT_EQ(feed.frames.size(), 1U);
  EXPECT_TRUE(feed.frames[0].key);
  EXPECT_EQ(feed.frames[0].width, 320);
  EXPECT_EQ(feed.frames[0].height, 180);
  EXPECT_EQ(feed.frames[0].bytes, (kVp8Key + Payload{'x'}));
}

TEST(Vp8Frame, APictureThatMissesItsBeginningMiddleOrEndIsNone) {
  Feed feed(FrameFormat::kVp8);
  feed({0x00, 'm'}, 1, true, true);         // the beginning was lost
  feed(Payload{0x10} + kVp8Key, 2, false);  // its end will be lost
  feed({0x00, 'e'}, 3, true, true);
  feed(Payload{0x10} + kVp8Key, 4, true);
  ASSERT_EQ(feed.frames.size(), 1U);
  EXPECT_EQ(feed.frames[0].timestamp, 4U);
}

TEST(Vp8Frame, AnotherTimestampEndsAPictureWithoutAMarkerAndPaddingChangesNothing) {
  Feed feed(FrameFormat::kVp8);
  feed(Payload{0x10} + kVp8Key, 1, false);
  feed({}, 1, false);
  feed({0x10, 0x11, 0, 0}, 2, true);
  ASSERT_EQ(feed.frames.size(), 2U);
  EXPECT_FALSE(feed.frames[1].key);
}

TEST(Vp9Frame, TheLayersOfAPictureBecomeASuperframe) {
  const Payload key = {0x82, 0x49, 0x83, 0x42, 0x20, 0x13, 0xF0, 0x0B, 0x30};  // profile 0, 320 x 180
  const Payload structure = {0x30, 0x01, 0x40, 0x00, 0xB4, 0x02, 0x80, 0x01, 0x68};
  Feed feed(FrameFormat::kVp9);
  feed(Payload{0x2E, 0x00, 0x00} + structure + key, 1, false);  // layer 0, begins and ends, with the structure
  feed(Payload{0x2A, 0x02, 0x00} + structure + Payload{'a', 'b'}, 1, false);
  feed(Payload{0x24, 0x02, 0x00, 'c'}, 1, true);
  ASSERT_EQ(feed.frames.size(), 1U);
  EXPECT_TRUE(feed.frames[0].key);
  EXPECT_EQ(feed.frames[0].width, 640);
  EXPECT_EQ(feed.frames[0].height, 360);
  const Payload expected = key + Payload{'a', 'b', 'c', 0xD9, 9, 0, 0, 0, 3, 0, 0, 0, 0xD9};
  EXPECT_EQ(feed.frames[0].bytes, expected);
  Feed plain(FrameFormat::kVp9);
  plain(Payload{0x0C} + key, 1, true);
  ASSERT_EQ(plain.frames.size(), 1U);
  EXPECT_EQ(plain.frames[0].width, 320);
  EXPECT_EQ(plain.frames[0].bytes, key);
}

TEST(Vp9Frame, ReadsFlexibleDescriptorsWithReferences) {
  const auto descriptor = parse_vp9_descriptor(Payload{0xFC, 0x81, 0x05, 0x02, 0x05, 0x03, 0x02, 'x'});
  ASSERT_TRUE(descriptor);
  EXPECT_TRUE(descriptor->inter_predicted);
  EXPECT_EQ(descriptor->spatial_layer, 1);
  EXPECT_EQ(descriptor->length, 7U);
  EXPECT_FALSE(parse_vp9_descriptor(Payload{0xFC, 0x81, 0x05, 0x02, 0x05}));
}

class Bits {
 public:
  Bits& put(unsigned value, unsigned count) {
    for (unsigned i = count; i-- > 0;) {
      if (used_++ % 8 == 0) bytes_.push_back(0);
      bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | (((value >> i) & 1U) << (7 - (used_ - 1) % 8)));
    }
    return *this;
  }
  Bits& golomb(unsigned value) {
    unsigned length = 0;
    while (((value + 1) >> (length + 1)) != 0) ++length;
    return put(0, length).put(value + 1, length + 1);
  }
  Payload bytes() const { return bytes_; }

 private:
  Payload bytes_;
  unsigned used_ = 0;
};

Payload sps(unsigned columns, unsigned rows, unsigned crop_bottom) {
  Bits bits;
  bits.put(0x67, 8).put(66, 8).put(0xC0, 8).put(31, 8);
  bits.golomb(0).golomb(0).golomb(2).golomb(1).put(0, 1).golomb(columns - 1).golomb(rows - 1).put(1, 1).put(1, 1);
  bits.put(1, 1).golomb(0).golomb(0).golomb(0).golomb(crop_bottom).put(0, 1).put(1, 1);
  return bits.bytes();
}

const Payload kPps = {0x68, 0xCE, 0x3C, 0x80};

Payload stap(const Payload& first, const Payload& second) {
  return Payload{24, 0, static_cast<std::uint8_t>(first.size())} + first + Payload{0, static_cast<std::uint8_t>(second.size())} + second;
}

TEST(H264Frame, ParameterSetsBecomeTheConfigurationAndTheSize) {
  EXPECT_EQ(h264_size(sps(80, 45, 0))->height, 720);
  Feed feed(FrameFormat::kH264);
  feed(stap(sps(20, 12, 6), kPps), 1, false);
  feed({0x7C, 0x85, 0x88, 'a'}, 1, false);
  feed({0x7C, 0x45, 'b'}, 1, true);
  ASSERT_EQ(feed.frames.size(), 1U);
  EXPECT_TRUE(feed.frames[0].key);
  EXPECT_EQ(feed.frames[0].width, 320);
  EXPECT_EQ(feed.frames[0].height, 180);
  EXPECT_EQ(feed.frames[0].bytes, (Payload{0, 0, 0, 4, 0x65, 0x88, 'a', 'b'})) << "the sets are not repeated in the block";
  ASSERT_NE(feed.frames[0].configuration, nullptr);
  EXPECT_EQ((*feed.frames[0].configuration)[5], 0xE1);
  const auto before = feed.frames[0].configuration;
  feed(stap(sps(20, 12, 6), kPps), 2, false);
  feed({0x65, 0x88}, 2, true);
  EXPECT_EQ(feed.frames[1].configuration, before) << "the same sets change nothing";
  feed(stap(sps(40, 23, 4), kPps), 3, false);
  feed({0x65, 0x88}, 3, true);
  EXPECT_NE(feed.frames[2].configuration, before);
  EXPECT_EQ(feed.frames[2].width, 640);
}

TEST(H264Frame, WithoutItsSetsItsFirstSliceOrAFragmentThereIsNoKeyFrame) {
  Feed feed(FrameFormat::kH264);
  feed({0x65, 0x88}, 1, true);
  ASSERT_EQ(feed.frames.size(), 1U);
  EXPECT_FALSE(feed.frames[0].key) << "no parameter sets yet";
  feed(stap(sps(20, 12, 6), kPps), 2, false);
  feed({0x65, 0x48}, 2, true);
  EXPECT_EQ(feed.frames.size(), 1U) << "the first slice begins in the middle of the picture";
  feed({0x7C, 0x05, 'm'}, 3, false);
  feed({0x7C, 0x45, 'e'}, 3, true);
  EXPECT_EQ(feed.frames.size(), 1U) << "the fragment with the beginning is missing";
  feed({24, 0, 200, 1}, 4, true);
  EXPECT_EQ(feed.frames.size(), 1U) << "a length beyond the packet";
}

TEST(Av1Frame, DropsDelimitersAddsSizesAndJoinsFragments) {
  // A sequence header as libaom writes it for 320 x 180, realtime.
  Bits bits;
  bits.put(0, 3).put(0, 1).put(0, 1);                       // profile 0
  bits.put(0, 1).put(0, 1).put(0, 5).put(0, 12).put(4, 5);  // no timing, one operating point of level 4
  bits.put(8, 4).put(7, 4).put(319, 9).put(179, 8);         // 9 and 8 bits
  bits.put(0, 1).put(0, 3).put(0, 4).put(0, 1).put(1, 1).put(1, 1).put(0, 3);
  bits.put(0, 1).put(0, 1).put(0, 1).put(0, 1).put(0, 2).put(0, 1).put(1, 1);
  const Payload header = Payload{0x08} + bits.bytes();
  Feed feed(FrameFormat::kAv1);
  // Three elements: a temporal delimiter, the sequence header, and the beginning of a frame.
  Payload first = {0x78, 1, 0x10, static_cast<std::uint8_t>(header.size())};
  feed(first + header + Payload{0x30, 0x10, 'a'}, 1, false);
  feed({0x90, 'b'}, 1, true);
  ASSERT_EQ(feed.frames.size(), 1U);
  EXPECT_TRUE(feed.frames[0].key);
  EXPECT_EQ(feed.frames[0].width, 320);
  EXPECT_EQ(feed.frames[0].height, 180);
  const Payload stored = Payload{0x0A, static_cast<std::uint8_t>(header.size() - 1)} + bits.bytes();
  EXPECT_EQ(feed.frames[0].bytes, stored + (Payload{0x32, 3, 0x10, 'a', 'b'}));
  ASSERT_NE(feed.frames[0].configuration, nullptr);
  EXPECT_EQ(*feed.frames[0].configuration, (Payload{0x81, 0x04, 0x0C, 0x00}) + stored);
  feed({0x90, 'b'}, 2, true);
  EXPECT_EQ(feed.frames.size(), 1U) << "a continuation of nothing";
}

TEST(OpusFrame, SaysHowLongItLasts) {
  using std::chrono::microseconds;
  EXPECT_EQ(opus_duration(Payload{0x78}), microseconds{20000});        // CELT, one of 20 ms
  EXPECT_EQ(opus_duration(Payload{0x0B, 0x02}), microseconds{40000});  // SILK 20 ms, two
  EXPECT_EQ(opus_duration(Payload{0xE1}), microseconds{5000});         // CELT 2.5 ms, two
  EXPECT_EQ(opus_duration(Payload{0xFB, 0x06}), microseconds{120000});
  EXPECT_EQ(opus_duration(Payload{0xFB, 0x3F}), microseconds{0}) << "longer than Opus allows";
  EXPECT_EQ(opus_duration(Payload{0xFB}), microseconds{0});
  EXPECT_EQ(opus_duration(Payload{}), microseconds{0});
}

}  // namespace
}  // namespace dd::rtp
