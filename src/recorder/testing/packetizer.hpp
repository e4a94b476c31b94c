// SPDX-License-Identifier: MIT
// Coded frames as RTP packets, the way browsers cut them; the other end of what rtp/ puts together.
// No pacing, no network. Tests and benchmarks only.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "recording/terms.hpp"

namespace dd::recorder::testing {

using Datagram = std::vector<std::uint8_t>;

struct Stream {
  recording::Codec codec = recording::Codec::kVp8;
  std::uint8_t payload_type = 96;
  std::uint32_t ssrc = 1111;
  std::uint16_t next_sequence = 65000;
  std::optional<std::uint8_t> orientation = {};  // in a header extension of each frame's last packet
};
constexpr std::uint8_t kOrientationId = 4;

// The packets of one frame, which also advance the stream's sequence number. `fragment` is the largest payload.
std::vector<Datagram> packetize(Stream& stream, const std::vector<std::uint8_t>& frame, bool key, std::uint32_t timestamp,
                                std::size_t fragment = 1100);

// The repetition of a packet on an RTX stream (RFC 4588).
Datagram make_rtx(const Datagram& packet, std::uint8_t payload_type, std::uint32_t ssrc, std::uint16_t sequence);

Datagram make_sender_report(std::uint32_t ssrc, std::uint64_t ntp, std::uint32_t rtp);

// The sequence numbers a NACK asks for, and whether a datagram is a PLI.
std::vector<std::uint16_t> nacked(const Datagram& rtcp);
bool is_pli(const Datagram& rtcp);

}  // namespace dd::recorder::testing
