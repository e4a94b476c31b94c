// SPDX-License-Identifier: MIT
// The RTCP of a sender: reports it makes of what it sends, and what receivers ask of it. What receivers make is rtp/rtcp.hpp's.
// Pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "bench/load/wire.hpp"
#include "rtp/rtcp.hpp"

namespace dd::load {

struct Nack {
  std::uint32_t ssrc = 0;
  std::vector<std::uint16_t> sequences;
};

struct Requests {
  std::vector<std::uint32_t> key_frames;  // SSRCs, of PLI and FIR
  std::vector<Nack> nacks;
  std::vector<rtp::ReceptionBlock> reports;
  std::vector<Bytes> transport_feedback;  // whole packets, in the compound's bytes
};

// What is whole is returned; a damaged rest is dropped.
Requests parse_requests(Bytes compound);

// With the source description that RFC 3550 section 6.1 demands of a compound packet.
std::vector<std::uint8_t> make_sender_report(const rtp::SenderReport& report, std::string_view cname);

// 32.32 since 1900 (RFC 3550, section 4).
std::uint64_t ntp_of(Nanoseconds since_1970);

}  // namespace dd::load
