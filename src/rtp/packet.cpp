// SPDX-License-Identifier: MIT
#include "rtp/packet.hpp"

namespace dd::rtp {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::uint16_t kOneByteProfile = 0xBEDE;
constexpr std::uint16_t kTwoByteProfile = 0x1000;  // the lowest four bits belong to the application

std::optional<Bytes> find_one_byte(Bytes body, std::uint8_t wanted) {
  for (std::size_t at = 0; at < body.size();) {
    if (body[at] == 0) {
      ++at;
      continue;
    }
    const auto id = static_cast<std::uint8_t>(body[at] >> 4);
    if (id == 15) return std::nullopt;  // RFC 8285, section 4.2: stop here
    const std::size_t length = (body[at] & 0x0FU) + 1U;
    if (at + 1 + length > body.size()) return std::nullopt;
    if (id == wanted) return body.subspan(at + 1, length);
    at += 1 + length;
  }
  return std::nullopt;
}

std::optional<Bytes> find_two_byte(Bytes body, std::uint8_t wanted) {
  for (std::size_t at = 0; at < body.size();) {
    if (body[at] == 0) {
      ++at;
      continue;
    }
    if (at + 2 > body.size()) return std::nullopt;
    const std::size_t length = body[at + 1];
    if (at + 2 + length > body.size()) return std::nullopt;
    if (body[at] == wanted) return body.subspan(at + 2, length);
    at += 2 + length;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Bytes> PacketView::extension(std::uint8_t id) const {
  if (id == 0 || !has_ids) return std::nullopt;
  return two_byte ? find_two_byte(extension_bytes, id) : find_one_byte(extension_bytes, id);
}

bool is_rtcp(Bytes datagram) { return datagram.size() >= 2 && datagram[1] >= 192 && datagram[1] <= 223; }

std::optional<PacketView> parse_packet(Bytes datagram) {
  if (datagram.size() < kHeader || (datagram[0] >> 6) != 2) return std::nullopt;
  PacketView packet;
  packet.marker = (datagram[1] & 0x80U) != 0;
  packet.payload_type = datagram[1] & 0x7FU;
  packet.sequence = read_u16(datagram, 2);
  packet.timestamp = read_u32(datagram, 4);
  packet.ssrc = read_u32(datagram, 8);

  std::size_t at = kHeader + 4U * (datagram[0] & 0x0FU);
  if (at > datagram.size()) return std::nullopt;
  if ((datagram[0] & 0x10U) != 0) {
    if (at + 4 > datagram.size()) return std::nullopt;
    const std::uint16_t profile = read_u16(datagram, at);
    const std::size_t length = 4U * read_u16(datagram, at + 2);
    if (at + 4 + length > datagram.size()) return std::nullopt;
    packet.extension_bytes = datagram.subspan(at + 4, length);
    packet.two_byte = (profile & 0xFFF0U) == kTwoByteProfile;
    packet.has_ids = packet.two_byte || profile == kOneByteProfile;
    at += 4 + length;
  }
  std::size_t padding = 0;
  if ((datagram[0] & 0x20U) != 0) {
    padding = datagram.back();
    if (padding == 0 || at + padding > datagram.size()) return std::nullopt;
  }
  packet.payload = datagram.subspan(at, datagram.size() - at - padding);
  return packet;
}

std::optional<PacketView> unwrap_rtx(const PacketView& packet, std::uint8_t payload_type, std::uint32_t ssrc) {
  if (packet.payload.size() < 2) return std::nullopt;
  PacketView original = packet;
  original.sequence = read_u16(packet.payload, 0);
  original.payload = packet.payload.subspan(2);
  original.payload_type = payload_type;
  original.ssrc = ssrc;
  return original;
}

}  // namespace dd::rtp
