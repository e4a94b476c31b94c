// SPDX-License-Identifier: MIT
#include "bench/worker/source.hpp"

#include <gtest/gtest.h>

#include "bench/load/network.hpp"
#include "bench/load/srtp_session.hpp"
#include "bench/load/stamp.hpp"
#include "rtp/vp8_frame.hpp"

namespace dd::bench {
namespace {

struct Sent {
  std::vector<std::vector<std::uint8_t>> packets;
  bool key = false;
};

Sent send_frame(Source& source) {
  Sent sent;
  const std::size_t count = source.send_frame([&](load::MutableBytes packet, std::size_t size) {
    EXPECT_GE(packet.size(), size + load::kSrtpOverhead);
    sent.packets.emplace_back(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size));
  });
  EXPECT_EQ(count, sent.packets.size());
  const auto first = rtp::parse_packet(sent.packets.front());
  const auto descriptor = rtp::parse_vp8_descriptor(first->payload);
  sent.key = descriptor && (first->payload[descriptor->length] & 1U) == 0;
  return sent;
}

TEST(Source, EachPacketOfAFrameSaysWhenItWasSentAndTheLastIsMarked) {
  Source camera({.ssrc = 77, .video = true, .bitrate = 1'500'000, .frames_per_second = 30, .phase = 0});
  camera.begin(load::stamp_now());
  std::optional<std::uint16_t> sequence;
  for (int frame = 0; frame < 10; ++frame) {
    const load::Nanoseconds before = load::stamp_now();
    const Sent sent = send_frame(camera);
    for (const auto& bytes : sent.packets) {
      const auto packet = rtp::parse_packet(bytes);
      ASSERT_TRUE(packet);
      EXPECT_EQ(packet->ssrc, 77U);
      EXPECT_EQ(packet->marker, &bytes == &sent.packets.back());
      EXPECT_EQ(packet->sequence, static_cast<std::uint16_t>(sequence.value_or(packet->sequence - 1) + 1));
      sequence = packet->sequence;
      const auto stamp = load::read_stamp(packet->payload, Source::kMark);
      ASSERT_TRUE(stamp);
      EXPECT_GE(*stamp, before);
      EXPECT_LE(*stamp, load::stamp_now());
    }
  }
}

TEST(Source, FramesAreDueAtTheirRateFromTheirPhaseOn) {
  Source microphone({.ssrc = 1, .video = false, .bitrate = 32'000, .frames_per_second = 50, .phase = 7'000'000});
  microphone.begin(1'000'000'000'000);
  EXPECT_EQ(microphone.due(), 1'000'007'000'000);
  const Sent sent = send_frame(microphone);
  ASSERT_EQ(sent.packets.size(), 1U);
  EXPECT_EQ(rtp::parse_packet(sent.packets[0])->payload.size(), 80U);
  EXPECT_EQ(microphone.due(), 1'000'027'000'000);
}

TEST(Source, AKeyFrameComesWhenItIsAskedForButNotSoonAfterTheLast) {
  Source camera({.ssrc = 1, .video = true, .bitrate = 500'000, .frames_per_second = 30, .phase = 0});
  camera.begin(1'000'000'000'000);
  EXPECT_TRUE(send_frame(camera).key);
  camera.want_key_frame();
  int without = 0;
  while (!send_frame(camera).key) ++without;
  EXPECT_EQ(without, 9) << "300 ms of 30 frames a second";
  for (int frame = 0; frame < 30; ++frame) EXPECT_FALSE(send_frame(camera).key);
}

}  // namespace
}  // namespace dd::bench
