// SPDX-License-Identifier: MIT
#include "bench/load/sender_rtcp.hpp"

namespace dd::load {
namespace {

constexpr std::uint8_t kSenderReport = 200;
constexpr std::uint8_t kReceiverReport = 201;
constexpr std::uint8_t kSourceDescription = 202;
constexpr std::uint8_t kTransportFeedback = 205;
constexpr std::uint8_t kPayloadFeedback = 206;
constexpr std::uint8_t kNack = 1;
constexpr std::uint8_t kTransportWide = 15;
constexpr std::uint8_t kPli = 1;
constexpr std::uint8_t kFir = 4;
constexpr std::uint8_t kCname = 1;
constexpr std::size_t kBlock = 24;
constexpr std::uint64_t kSecondsTo1970 = 2'208'988'800;

void read_blocks(Bytes packet, std::size_t at, Requests& requests) {
  for (std::size_t count = packet[0] & 0x1FU; count > 0 && at + kBlock <= packet.size(); --count, at += kBlock) {
    rtp::ReceptionBlock block;
    block.ssrc = rtp::read_u32(packet, at);
    block.fraction_lost = packet[at + 4];
    // 24 bits with a sign.
    block.total_lost = static_cast<std::int32_t>(rtp::read_u32(packet, at + 4) << 8) >> 8;
    block.highest_sequence = rtp::read_u32(packet, at + 8);
    block.jitter = rtp::read_u32(packet, at + 12);
    block.last_report = rtp::read_u32(packet, at + 16);
    block.since_last_report = rtp::read_u32(packet, at + 20);
    requests.reports.push_back(block);
  }
}

Nack read_nack(Bytes packet) {
  Nack nack{.ssrc = rtp::read_u32(packet, 8), .sequences = {}};
  for (std::size_t at = 12; at + 4 <= packet.size(); at += 4) {
    const std::uint16_t first = rtp::read_u16(packet, at);
    const std::uint16_t following = rtp::read_u16(packet, at + 2);
    nack.sequences.push_back(first);
    for (unsigned bit = 0; bit < 16; ++bit) {
      if (((following >> bit) & 1U) != 0) nack.sequences.push_back(static_cast<std::uint16_t>(first + bit + 1));
    }
  }
  return nack;
}

}  // namespace

Requests parse_requests(Bytes compound) {
  Requests requests;
  while (compound.size() >= 8 && (compound[0] >> 6) == 2) {
    const std::size_t length = 4U * (rtp::read_u16(compound, 2) + 1U);
    if (length > compound.size() || length < 8) break;
    const Bytes packet = compound.first(length);
    compound = compound.subspan(length);
    const std::uint8_t format = packet[0] & 0x1FU;
    if (packet[1] == kSenderReport && length >= 28) read_blocks(packet, 28, requests);
    if (packet[1] == kReceiverReport) read_blocks(packet, 8, requests);
    if (length < 12) continue;
    if (packet[1] == kTransportFeedback && format == kNack) requests.nacks.push_back(read_nack(packet));
    if (packet[1] == kTransportFeedback && format == kTransportWide) requests.transport_feedback.push_back(packet);
    if (packet[1] == kPayloadFeedback && format == kPli) requests.key_frames.push_back(rtp::read_u32(packet, 8));
    if (packet[1] == kPayloadFeedback && format == kFir) {
      // RFC 5104, section 4.3.1: the sources are in the entries; the header names none.
      for (std::size_t at = 12; at + 8 <= length; at += 8) requests.key_frames.push_back(rtp::read_u32(packet, at));
    }
  }
  return requests;
}

std::vector<std::uint8_t> make_sender_report(const rtp::SenderReport& report, std::string_view cname) {
  std::vector<std::uint8_t> out{0x80, kSenderReport, 0, 6};
  append_u32(out, report.ssrc);
  append_u64(out, report.ntp);
  append_u32(out, report.rtp);
  append_u32(out, report.packets);
  append_u32(out, report.octets);
  const std::size_t description = out.size();
  append(out, std::vector<std::uint8_t>{0x81, kSourceDescription, 0, 0});
  append_u32(out, report.ssrc);
  append_u8(out, kCname);
  append_u8(out, static_cast<std::uint32_t>(cname.size()));
  out.insert(out.end(), cname.begin(), cname.end());
  do out.push_back(0);
  while (out.size() % 4 != 0);
  write_u16(out, description + 2, static_cast<std::uint32_t>((out.size() - description) / 4 - 1));
  return out;
}

std::uint64_t ntp_of(Nanoseconds since_1970) {
  const auto time = static_cast<std::uint64_t>(since_1970);
  return ((time / 1'000'000'000 + kSecondsTo1970) << 32) | (((time % 1'000'000'000) << 32) / 1'000'000'000);
}

}  // namespace dd::load
