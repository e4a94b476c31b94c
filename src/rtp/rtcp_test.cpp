// SPDX-License-Identifier: MIT
#include "rtp/rtcp.hpp"

#include <gtest/gtest.h>

namespace dd::rtp {
namespace {

using Datagram = std::vector<std::uint8_t>;

Datagram compound() {
  return {0x80, 200, 0, 6, 0, 0, 0, 7, 0, 0, 0,   1, 0x80, 0, 0, 0, 0, 0, 0, 99, 0, 0, 0, 3, 0, 0, 0, 4,  // SR
          0x81, 202, 0, 2, 0, 0, 0, 7, 1, 1, 'c', 0,                                                      // SDES
          0x81, 203, 0, 1, 0, 0, 0, 7};                                                                   // BYE
}

TEST(Rtcp, ReadsSenderReportsAndGoodbyesOfACompoundPacket) {
  const auto report = parse_rtcp(compound());
  ASSERT_EQ(report.sender_reports.size(), 1U);
  EXPECT_EQ(report.sender_reports[0].ssrc, 7U);
  EXPECT_EQ(report.sender_reports[0].rtp, 99U);
  EXPECT_EQ(ntp_to_us(report.sender_reports[0].ntp), 1500000);
  EXPECT_EQ(report.goodbyes, std::vector<std::uint32_t>{7});
}

TEST(Rtcp, ADamagedRestIsDroppedAndTheWholePartKept) {
  const Datagram whole = compound();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto report = parse_rtcp(std::span(whole).first(length));
    EXPECT_EQ(report.sender_reports.size(), length >= 28 ? 1U : 0U) << length;
    EXPECT_TRUE(report.goodbyes.empty());
  }
}

TEST(Rtcp, NtpSurvivesTheWayThereAndBack) {
  for (const std::int64_t us : {std::int64_t{0}, std::int64_t{1}, std::int64_t{3987654321999999}, std::int64_t{3987654321000001}}) {
    EXPECT_EQ(ntp_to_us(us_to_ntp(us)), us);
  }
}

TEST(Rtcp, ANackPacksNeighboursIntoOneEntryAlsoAcrossTheWrap) {
  const std::vector<std::uint16_t> sequences = {65534, 65535, 0, 14, 15, 400};
  const Datagram nack = make_nack(1, 2, sequences);
  const Datagram expected = {0x81, 205,  0,    5,    0,    0,    0,    1,
                             0,    0,    0,    2,    0xFF, 0xFE, 0x80, 0x03,  // 65534, then +1, +2 and +16
                             0x00, 0x0F, 0x00, 0x00, 0x01, 0x90, 0x00, 0x00};
  EXPECT_EQ(nack, expected);
}

TEST(Rtcp, APliAndAReceiverReportHaveTheirLengths) {
  EXPECT_EQ(make_pli(1, 2), (Datagram{0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}));
  const ReceptionBlock block{.ssrc = 7, .fraction_lost = 255, .total_lost = -1, .highest_sequence = 9};
  const Datagram report = make_receiver_report(1, std::span(&block, 1));
  ASSERT_EQ(report.size(), 32U);
  EXPECT_EQ(report[0], 0x81);
  EXPECT_EQ(report[3], 7);
  EXPECT_EQ(Datagram(report.begin() + 12, report.begin() + 16), (Datagram{255, 255, 255, 255}));
}

}  // namespace
}  // namespace dd::rtp
