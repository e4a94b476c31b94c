// SPDX-License-Identifier: MIT
// The little RTCP a recorder needs: sender reports and goodbyes out of compound packets, receiver reports, NACK and PLI made.
// It keeps no statistics and decides nothing; unknown packet types are stepped over.
// Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rtp/packet.hpp"

namespace dd::rtp {

struct SenderReport {
  std::uint32_t ssrc = 0;
  std::uint64_t ntp = 0;  // 32.32 since 1900
  std::uint32_t rtp = 0;
  std::uint32_t packets = 0;
  std::uint32_t octets = 0;
};

struct CompoundReport {
  std::vector<SenderReport> sender_reports;
  std::vector<std::uint32_t> goodbyes;
};

// What is whole is returned; a damaged rest is dropped (RFC 3550, appendix A.2 leaves that to us).
CompoundReport parse_rtcp(Bytes datagram);

// Microseconds since 1900. The fraction is rounded, so that a pair survives the way there and back.
std::int64_t ntp_to_us(std::uint64_t ntp);
std::uint64_t us_to_ntp(std::int64_t us);

struct ReceptionBlock {
  std::uint32_t ssrc = 0;
  std::uint8_t fraction_lost = 0;
  std::int32_t total_lost = 0;  // 24 bits are sent
  std::uint32_t highest_sequence = 0;
  std::uint32_t jitter = 0;
  std::uint32_t last_report = 0;        // the middle 32 bits of the last sender report's NTP time
  std::uint32_t since_last_report = 0;  // in 1/65536 s
};

// At most 31 blocks fit; the rest is left out.
std::vector<std::uint8_t> make_receiver_report(std::uint32_t sender, std::span<const ReceptionBlock> blocks);

// RFC 4585, section 6.2.1. `sequences` ascending (modulo 2^16); at most 200 of them are asked for at once.
std::vector<std::uint8_t> make_nack(std::uint32_t sender, std::uint32_t media, std::span<const std::uint16_t> sequences);

// RFC 4585, section 6.3.1.
std::vector<std::uint8_t> make_pli(std::uint32_t sender, std::uint32_t media);

}  // namespace dd::rtp
