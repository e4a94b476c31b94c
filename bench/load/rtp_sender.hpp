// SPDX-License-Identifier: MIT
// RtpSender: one outgoing RTP stream - headers with their extensions, the last packets kept for those who miss them (RFC 4588),
// and the sender's report. It encrypts and sends nothing itself. Belongs to a publisher.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/wire.hpp"
#include "rtp/rtcp.hpp"

namespace dd::load {

// Numbers of the header extensions as negotiated; 0: not used.
struct ExtensionIds {
  std::uint8_t mid = 0;
  std::uint8_t rid = 0;
  std::uint8_t repaired_rid = 0;
  std::uint8_t abs_send_time = 0;
  std::uint8_t transport_wide = 0;
};

struct RtpStreamSettings {
  std::uint32_t ssrc = 0;
  std::uint8_t payload_type = 0;
  std::uint32_t clock_rate = 0;
  std::uint32_t rtx_ssrc = 0;  // 0: nothing is kept
  std::uint8_t rtx_payload_type = 0;
  std::string mid;
  std::string rid;  // empty: none
  ExtensionIds extensions;
};

class RtpSender {
 public:
  explicit RtpSender(RtpStreamSettings settings);

  const RtpStreamSettings& settings() const { return settings_; }

  // Writes the header of the next packet; the payload goes behind it, and then finish() is told its size.
  std::size_t begin(MutableBytes out, bool marker, std::uint32_t timestamp, std::uint16_t transport_wide, Nanoseconds now);
  void finish(Bytes packet, std::size_t header);

  // The packet that repeats this one, as RTX; nothing when it is not kept (any more).
  std::optional<std::size_t> repeat(MutableBytes out, std::uint16_t sequence, std::uint16_t transport_wide, Nanoseconds now);

  // From the first receiver's report on, the stream needs no names in its packets (RFC 8852, section 3.1, as libwebrtc does).
  void known_to_receiver() { named_ = false; }

  rtp::SenderReport report(Nanoseconds now, std::uint32_t timestamp) const;
  std::uint32_t packets() const { return packets_; }

 private:
  static constexpr std::size_t kKept = 512;  // about two seconds of a camera
  struct Kept {
    std::uint16_t sequence = 0;
    std::size_t header = 0;
    std::vector<std::uint8_t> packet;
  };

  std::size_t write_header(MutableBytes out, bool repeated, bool marker, std::uint16_t sequence, std::uint32_t timestamp,
                           std::uint16_t transport_wide, Nanoseconds now);

  RtpStreamSettings settings_;
  bool named_ = true;
  std::uint16_t sequence_;
  std::uint16_t rtx_sequence_;
  std::uint32_t packets_ = 0;
  std::uint32_t octets_ = 0;
  std::vector<Kept> kept_;
};

}  // namespace dd::load
