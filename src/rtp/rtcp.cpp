// SPDX-License-Identifier: MIT
#include "rtp/rtcp.hpp"

#include <algorithm>
#include <utility>

namespace dd::rtp {
namespace {

constexpr std::uint8_t kSenderReport = 200;
constexpr std::uint8_t kReceiverReport = 201;
constexpr std::uint8_t kGoodbye = 203;
constexpr std::uint8_t kTransportFeedback = 205;
constexpr std::uint8_t kPayloadFeedback = 206;
constexpr std::size_t kMaxBlocks = 31;
constexpr std::size_t kMaxNacked = 200;
constexpr std::size_t kMaxKept = 512;  // of one compound packet; a datagram holds fewer

void begin(std::vector<std::uint8_t>& out, std::uint8_t count, std::uint8_t type, std::uint32_t sender) {
  out = {static_cast<std::uint8_t>(0x80U | count), type, 0, 0};
  append_u32(out, sender);
}

std::vector<std::uint8_t> finished(std::vector<std::uint8_t> out) {
  const std::size_t words = out.size() / 4 - 1;
  out[2] = static_cast<std::uint8_t>(words >> 8);
  out[3] = static_cast<std::uint8_t>(words);
  return out;
}

}  // namespace

CompoundReport parse_rtcp(Bytes datagram) {
  CompoundReport report;
  while (datagram.size() >= 4 && (datagram[0] >> 6) == 2) {
    const std::size_t length = 4U * (read_u16(datagram, 2) + 1U);
    if (length > datagram.size()) break;
    const Bytes packet = datagram.first(length);
    datagram = datagram.subspan(length);
    if (packet[1] == kSenderReport && length >= 28 && report.sender_reports.size() < kMaxKept) {
      report.sender_reports.push_back({.ssrc = read_u32(packet, 4),
                                       .ntp = (std::uint64_t{read_u32(packet, 8)} << 32) | read_u32(packet, 12),
                                       .rtp = read_u32(packet, 16),
                                       .packets = read_u32(packet, 20),
                                       .octets = read_u32(packet, 24)});
    } else if (packet[1] == kGoodbye) {
      const std::size_t count = packet[0] & 0x1FU;
      for (std::size_t i = 0; i < count && 8 + 4 * i <= length; ++i) {
        if (report.goodbyes.size() < kMaxKept) report.goodbyes.push_back(read_u32(packet, 4 + 4 * i));
      }
    }
  }
  return report;
}

std::int64_t ntp_to_us(std::uint64_t ntp) {
  const std::uint64_t fraction = ((ntp & 0xFFFFFFFFU) * 1000000U + 0x80000000U) >> 32;
  return static_cast<std::int64_t>((ntp >> 32) * 1000000U + fraction);
}

std::uint64_t us_to_ntp(std::int64_t us) {
  const auto unsigned_us = static_cast<std::uint64_t>(us);
  return ((unsigned_us / 1000000U) << 32) | (((unsigned_us % 1000000U) << 32) / 1000000U);
}

std::vector<std::uint8_t> make_receiver_report(std::uint32_t sender, std::span<const ReceptionBlock> blocks) {
  const auto count = std::min(blocks.size(), kMaxBlocks);
  std::vector<std::uint8_t> out;
  begin(out, static_cast<std::uint8_t>(count), kReceiverReport, sender);
  for (const ReceptionBlock& block : blocks.first(count)) {
    const auto lost = static_cast<std::uint32_t>(std::clamp(block.total_lost, -0x800000, 0x7FFFFF)) & 0xFFFFFFU;
    append_u32(out, block.ssrc);
    append_u32(out, (std::uint32_t{block.fraction_lost} << 24) | lost);
    append_u32(out, block.highest_sequence);
    append_u32(out, block.jitter);
    append_u32(out, block.last_report);
    append_u32(out, block.since_last_report);
  }
  return finished(std::move(out));
}

std::vector<std::uint8_t> make_nack(std::uint32_t sender, std::uint32_t media, std::span<const std::uint16_t> sequences) {
  std::vector<std::uint8_t> out;
  begin(out, 1, kTransportFeedback, sender);
  append_u32(out, media);
  sequences = sequences.first(std::min(sequences.size(), kMaxNacked));
  for (std::size_t at = 0; at < sequences.size();) {
    const std::uint16_t first = sequences[at++];
    std::uint32_t following = 0;
    for (; at < sequences.size(); ++at) {
      const auto distance = static_cast<std::uint16_t>(sequences[at] - first);
      if (distance == 0 || distance > 16) break;
      following |= 1U << (distance - 1);
    }
    append_u16(out, first);
    append_u16(out, following);
  }
  return finished(std::move(out));
}

std::vector<std::uint8_t> make_pli(std::uint32_t sender, std::uint32_t media) {
  std::vector<std::uint8_t> out;
  begin(out, 1, kPayloadFeedback, sender);
  append_u32(out, media);
  return finished(std::move(out));
}

}  // namespace dd::rtp
