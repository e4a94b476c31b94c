// SPDX-License-Identifier: MIT
#include "bench/load/sender_rtcp.hpp"

#include <gtest/gtest.h>

namespace dd::load {
namespace {

TEST(SenderRtcp, ReadsWhatReceiversMake) {
  std::vector<std::uint8_t> compound;
  const std::vector<rtp::ReceptionBlock> blocks{{.ssrc = 9, .fraction_lost = 3, .total_lost = -2, .highest_sequence = 70000, .jitter = 4}};
  append(compound, rtp::make_receiver_report(1, blocks));
  append(compound, rtp::make_pli(1, 9));
  const std::vector<std::uint16_t> missing{65535, 0, 3, 40};
  append(compound, rtp::make_nack(1, 9, missing));
  const Requests requests = parse_requests(compound);
  ASSERT_EQ(requests.reports.size(), 1U);
  EXPECT_EQ(requests.reports[0].ssrc, 9U);
  EXPECT_EQ(requests.reports[0].total_lost, -2);
  EXPECT_EQ(requests.reports[0].highest_sequence, 70000U);
  EXPECT_EQ(requests.key_frames, std::vector<std::uint32_t>{9});
  ASSERT_EQ(requests.nacks.size(), 1U);
  EXPECT_EQ(requests.nacks[0].sequences, missing);
}

TEST(SenderRtcp, ReadsAFullIntraRequest) {
  std::vector<std::uint8_t> fir{0x84, 206, 0, 4};
  append_u32(fir, 1);
  append_u32(fir, 0);
  append_u32(fir, 77);
  append_u32(fir, 0x05000000);
  EXPECT_EQ(parse_requests(fir).key_frames, std::vector<std::uint32_t>{77});
}

TEST(SenderRtcp, ASenderReportIsReadByReceivers) {
  const rtp::SenderReport report{.ssrc = 5, .ntp = ntp_of(1'700'000'000'500'000'000), .rtp = 123, .packets = 10, .octets = 1000};
  for (const std::string_view cname : {"a", "load", "a-longer-name"}) {
    const auto compound = make_sender_report(report, cname);
    ASSERT_EQ(compound.size() % 4, 0U);
    const auto read = rtp::parse_rtcp(compound);
    ASSERT_EQ(read.sender_reports.size(), 1U);
    EXPECT_EQ(read.sender_reports[0].ssrc, 5U);
    EXPECT_EQ(read.sender_reports[0].octets, 1000U);
    EXPECT_EQ(read.sender_reports[0].ntp >> 32, 1'700'000'000U + 2'208'988'800U);
    EXPECT_EQ(read.sender_reports[0].ntp & 0xFFFFFFFFU, 0x80000000U);
    EXPECT_EQ(28U + 4U * (rtp::read_u16(compound, 30) + 1U), compound.size());
  }
}

TEST(SenderRtcp, NoLengthIsReadBeyondItsEnd) {
  std::vector<std::uint8_t> compound = rtp::make_receiver_report(1, std::vector<rtp::ReceptionBlock>(3));
  append(compound, rtp::make_nack(1, 9, std::vector<std::uint16_t>{1, 100, 200}));
  for (std::size_t size = 0; size < compound.size(); ++size) (void)parse_requests(Bytes(compound).first(size));
}

}  // namespace
}  // namespace dd::load
