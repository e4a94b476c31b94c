// SPDX-License-Identifier: MIT
#include "recorder/testing/packetizer.hpp"

#include <algorithm>
#include <utility>

#include "rtp/bit_reader.hpp"

namespace dd::recorder::testing {
namespace {

using Payload = std::vector<std::uint8_t>;

void put(Payload& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = bytes; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

template <typename It>
Payload joined(Payload head, It begin, It end) {
  head.insert(head.end(), begin, end);
  return head;
}

std::vector<Payload> cut_vp(const Payload& frame, bool key, bool nine, std::size_t fragment) {
  std::vector<Payload> payloads;
  for (std::size_t at = 0; at < frame.size(); at += fragment) {
    const std::size_t end = std::min(at + fragment, frame.size());
    std::uint8_t head = at == 0 ? 0x10 : 0x00;  // S
    // I P L F B E V Z: no picture id, not flexible.
    if (nine) head = static_cast<std::uint8_t>((key ? 0 : 0x40) | (at == 0 ? 0x08 : 0) | (end == frame.size() ? 0x04 : 0));
    payloads.push_back(joined({head}, frame.begin() + static_cast<std::ptrdiff_t>(at), frame.begin() + static_cast<std::ptrdiff_t>(end)));
  }
  return payloads;
}

std::vector<Payload> units_of(const Payload& frame) {
  std::vector<Payload> units;
  std::size_t at = 0;
  const auto code = [&](std::size_t i) -> std::size_t {  // the length of a start code here
    if (i + 3 <= frame.size() && frame[i] == 0 && frame[i + 1] == 0 && frame[i + 2] == 1) return 3;
    if (i + 4 <= frame.size() && frame[i] == 0 && frame[i + 1] == 0 && frame[i + 2] == 0 && frame[i + 3] == 1) return 4;
    return 0;
  };
  while (at < frame.size()) {
    at += code(at);
    std::size_t end = at;
    while (end < frame.size() && code(end) == 0) ++end;
    units.emplace_back(frame.begin() + static_cast<std::ptrdiff_t>(at), frame.begin() + static_cast<std::ptrdiff_t>(end));
    at = end;
  }
  return units;
}

std::vector<Payload> cut_h264(const Payload& frame, std::size_t fragment) {
  std::vector<Payload> payloads;
  Payload aggregate = {24};
  for (const Payload& unit : units_of(frame)) {
    const std::uint8_t type = unit[0] & 0x1F;
    if (type == 7 || type == 8) {  // parameter sets travel together, as Chromium sends them
      put(aggregate, unit.size(), 2);
      aggregate.insert(aggregate.end(), unit.begin(), unit.end());
      continue;
    }
    if (aggregate.size() > 1) payloads.push_back(std::exchange(aggregate, {24}));
    if (unit.size() <= fragment) {
      payloads.push_back(unit);
      continue;
    }
    for (std::size_t at = 1; at < unit.size(); at += fragment) {
      const std::size_t end = std::min(at + fragment, unit.size());
      const auto indicator = static_cast<std::uint8_t>((unit[0] & 0xE0) | 28);
      const auto header = static_cast<std::uint8_t>((at == 1 ? 0x80 : 0) | (end == unit.size() ? 0x40 : 0) | type);
      payloads.push_back(
          joined({indicator, header}, unit.begin() + static_cast<std::ptrdiff_t>(at), unit.begin() + static_cast<std::ptrdiff_t>(end)));
    }
  }
  return payloads;
}

// One OBU element a packet; `frame` has OBUs with sizes.
std::vector<Payload> cut_av1(const Payload& frame, bool key, std::size_t fragment) {
  std::vector<Payload> payloads;
  for (std::size_t at = 0; at < frame.size();) {
    const std::uint8_t header = frame[at];
    std::size_t body = at + ((header & 4) != 0 ? 2 : 1);
    const std::size_t size = *rtp::read_leb128(frame, body);
    Payload unit = {static_cast<std::uint8_t>(header & ~2)};
    if ((header & 4) != 0) unit.push_back(frame[at + 1]);
    unit.insert(unit.end(), frame.begin() + static_cast<std::ptrdiff_t>(body), frame.begin() + static_cast<std::ptrdiff_t>(body + size));
    at = body + size;
    if (((header >> 3) & 15) == 2) continue;  // temporal delimiters are not sent
    for (std::size_t part = 0; part < unit.size(); part += fragment) {
      const std::size_t end = std::min(part + fragment, unit.size());
      const auto aggregation =
          static_cast<std::uint8_t>((part > 0 ? 0x80 : 0) | (end < unit.size() ? 0x40 : 0) | 0x10 | (key && payloads.empty() ? 8 : 0));
      payloads.push_back(
          joined({aggregation}, unit.begin() + static_cast<std::ptrdiff_t>(part), unit.begin() + static_cast<std::ptrdiff_t>(end)));
    }
  }
  return payloads;
}

}  // namespace

std::vector<Datagram> packetize(Stream& stream, const std::vector<std::uint8_t>& frame, bool key, std::uint32_t timestamp,
                                std::size_t fragment) {
  std::vector<Payload> payloads;
  switch (stream.codec) {
    case recording::Codec::kOpus: payloads = {frame}; break;
    case recording::Codec::kVp8: payloads = cut_vp(frame, key, false, fragment); break;
    case recording::Codec::kVp9: payloads = cut_vp(frame, key, true, fragment); break;
    case recording::Codec::kH264: payloads = cut_h264(frame, fragment); break;
    case recording::Codec::kAv1: payloads = cut_av1(frame, key, fragment); break;
  }
  std::vector<Datagram> packets;
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    const bool marker = i + 1 == payloads.size() && stream.codec != recording::Codec::kOpus;
    Datagram packet = {0x80, static_cast<std::uint8_t>(stream.payload_type | (marker ? 0x80 : 0))};
    put(packet, stream.next_sequence++, 2);
    put(packet, timestamp, 4);
    put(packet, stream.ssrc, 4);
    if (marker && stream.orientation) {
      packet[0] |= 0x10;
      put(packet, 0xBEDE0001, 4);  // one word in the one-byte form of RFC 8285
      put(packet, std::uint64_t{kOrientationId} << 28 | std::uint64_t{*stream.orientation} << 16, 4);
    }
    packets.push_back(joined(std::move(packet), payloads[i].begin(), payloads[i].end()));
  }
  return packets;
}

Datagram make_rtx(const Datagram& packet, std::uint8_t payload_type, std::uint32_t ssrc, std::uint16_t sequence) {
  const bool extended = (packet[0] & 0x10) != 0;
  const auto payload = packet.begin() + (extended ? 20 : 12);
  Datagram rtx = {packet[0], static_cast<std::uint8_t>((packet[1] & 0x80) | payload_type)};
  put(rtx, sequence, 2);
  rtx.insert(rtx.end(), packet.begin() + 4, packet.begin() + 8);
  put(rtx, ssrc, 4);
  rtx.insert(rtx.end(), packet.begin() + 12, payload);
  rtx.insert(rtx.end(), packet.begin() + 2, packet.begin() + 4);
  rtx.insert(rtx.end(), payload, packet.end());
  return rtx;
}

Datagram make_sender_report(std::uint32_t ssrc, std::uint64_t ntp, std::uint32_t rtp) {
  Datagram report = {0x80, 200, 0, 6};
  put(report, ssrc, 4);
  put(report, ntp, 8);
  put(report, rtp, 4);
  put(report, 0, 8);
  return report;
}

std::vector<std::uint16_t> nacked(const Datagram& rtcp) {
  std::vector<std::uint16_t> sequences;
  if (rtcp.size() < 12 || rtcp[1] != 205) return sequences;
  for (std::size_t at = 12; at + 4 <= rtcp.size(); at += 4) {
    const std::uint16_t first = rtp::read_u16(rtcp, at);
    const std::uint16_t following = rtp::read_u16(rtcp, at + 2);
    sequences.push_back(first);
    for (unsigned i = 0; i < 16; ++i) {
      if (((following >> i) & 1) != 0) sequences.push_back(static_cast<std::uint16_t>(first + i + 1));
    }
  }
  return sequences;
}

bool is_pli(const Datagram& rtcp) { return rtcp.size() == 12 && rtcp[1] == 206 && (rtcp[0] & 0x1F) == 1; }

}  // namespace dd::recorder::testing
