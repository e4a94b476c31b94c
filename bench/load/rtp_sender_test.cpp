// SPDX-License-Identifier: MIT
#include "bench/load/rtp_sender.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

namespace dd::load {
namespace {

constexpr Nanoseconds kNow = 1'700'000'000'000'000'000;

RtpStreamSettings rtx_settings() {
  return {.ssrc = 1111,
          .payload_type = 96,
          .clock_rate = 90000,
          .rtx_ssrc = 2222,
          .rtx_payload_type = 97,
          .mid = "1",
          .rid = "h",
          .extensions = {.mid = 1, .rid = 2, .repaired_rid = 3, .abs_send_time = 4, .transport_wide = 5}};
}

struct Sent {
  std::vector<std::uint8_t> bytes;
  rtp::PacketView view;
};

Sent send(RtpSender& sender, std::string_view payload, std::uint16_t transport_wide) {
  std::array<std::uint8_t, 1600> out{};
  const std::size_t header = sender.begin(out, true, 3000, transport_wide, kNow);
  std::copy(payload.begin(), payload.end(), out.begin() + static_cast<std::ptrdiff_t>(header));
  Sent sent{{out.begin(), out.begin() + static_cast<std::ptrdiff_t>(header + payload.size())}, {}};
  sender.finish(sent.bytes, header);
  sent.view = *rtp::parse_packet(sent.bytes);
  return sent;
}

std::string text_of(std::optional<Bytes> bytes) { return bytes ? std::string(bytes->begin(), bytes->end()) : "none"; }

TEST(RtpSender, WritesPacketsThatOurOwnParserReads) {
  RtpSender sender(rtx_settings());
  const Sent first = send(sender, "payload", 300);
  EXPECT_EQ(first.view.ssrc, 1111U);
  EXPECT_EQ(first.view.payload_type, 96);
  EXPECT_TRUE(first.view.marker);
  EXPECT_EQ(text_of(first.view.payload), "payload");
  EXPECT_EQ(text_of(first.view.extension(1)), "1");
  EXPECT_EQ(text_of(first.view.extension(2)), "h");
  EXPECT_FALSE(first.view.extension(3));
  EXPECT_EQ(first.view.extension(4)->size(), 3U);
  EXPECT_EQ(rtp::read_u16(*first.view.extension(5), 0), 300);
  const Sent second = send(sender, "more", 301);
  EXPECT_EQ(second.view.sequence, static_cast<std::uint16_t>(first.view.sequence + 1));
}

TEST(RtpSender, NamesItsStreamOnlyUntilTheReceiverKnowsIt) {
  RtpSender sender(rtx_settings());
  sender.known_to_receiver();
  const Sent sent = send(sender, "payload", 1);
  EXPECT_FALSE(sent.view.extension(1));
  EXPECT_FALSE(sent.view.extension(2));
  EXPECT_TRUE(sent.view.extension(5));
}

TEST(RtpSender, RepeatsAPacketAsRtx) {
  RtpSender sender(rtx_settings());
  const Sent lost = send(sender, "lost", 1);
  send(sender, "next", 2);
  std::array<std::uint8_t, 1600> out{};
  const auto size = sender.repeat(out, lost.view.sequence, 3, kNow);
  ASSERT_TRUE(size);
  const auto packet = rtp::parse_packet(Bytes(out).first(*size));
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->payload_type, 97);
  EXPECT_EQ(packet->ssrc, 2222U);
  EXPECT_EQ(text_of(packet->extension(3)), "h");
  const auto original = rtp::unwrap_rtx(*packet, 96, 1111);
  ASSERT_TRUE(original);
  EXPECT_EQ(original->sequence, lost.view.sequence);
  EXPECT_EQ(text_of(original->payload), "lost");
}

TEST(RtpSender, CannotRepeatWhatIsTooOldOrWasNeverSent) {
  RtpSender sender(rtx_settings());
  const Sent old = send(sender, "old", 1);
  for (int packet = 0; packet < 512; ++packet) send(sender, "newer", 2);
  std::array<std::uint8_t, 1600> out{};
  EXPECT_FALSE(sender.repeat(out, old.view.sequence, 3, kNow));
  EXPECT_FALSE(sender.repeat(out, static_cast<std::uint16_t>(old.view.sequence - 1), 3, kNow));
}

TEST(RtpSender, ReportsWhatItSentWithoutHeaders) {
  RtpSender sender(rtx_settings());
  send(sender, "12345", 1);
  send(sender, "123", 2);
  const auto report = sender.report(kNow, 77);
  EXPECT_EQ(report.packets, 2U);
  EXPECT_EQ(report.octets, 8U);
  EXPECT_EQ(report.rtp, 77U);
}

}  // namespace
}  // namespace dd::load
