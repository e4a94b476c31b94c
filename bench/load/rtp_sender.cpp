// SPDX-License-Identifier: MIT
#include "bench/load/rtp_sender.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "bench/load/sender_rtcp.hpp"

namespace dd::load {
namespace {

constexpr std::size_t kFixedHeader = 12;
constexpr std::uint32_t kOneByteProfile = 0xBEDE;  // RFC 8285, section 4.2

std::size_t put_extension(MutableBytes out, std::size_t at, std::uint8_t id, Bytes value) {
  if (id == 0 || value.empty()) return at;
  out[at] = static_cast<std::uint8_t>((id << 4) | (value.size() - 1));
  std::copy(value.begin(), value.end(), out.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  return at + 1 + value.size();
}

Bytes bytes_of(const std::string& text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

// Seconds modulo 64, in 6.18 fixed point.
std::uint32_t abs_send_time(Nanoseconds now) {
  const std::uint64_t ntp = ntp_of(now);
  return static_cast<std::uint32_t>(ntp >> 14) & 0xFFFFFFU;
}

}  // namespace

RtpSender::RtpSender(RtpStreamSettings settings)
    : settings_(std::move(settings)),
      // Anything will do (RFC 3550, section 5.1); halves keep the first seconds of SRTP away from a wrap.
      sequence_(static_cast<std::uint16_t>(settings_.ssrc & 0x7FFFU)),
      rtx_sequence_(static_cast<std::uint16_t>(settings_.rtx_ssrc & 0x7FFFU)),
      kept_(settings_.rtx_ssrc != 0 ? kKept : 0) {}

std::size_t RtpSender::write_header(MutableBytes out, bool repeated, bool marker, std::uint16_t sequence, std::uint32_t timestamp,
                                    std::uint16_t transport_wide, Nanoseconds now) {
  out[0] = 0x90;
  const std::uint8_t type = repeated ? settings_.rtx_payload_type : settings_.payload_type;
  out[1] = static_cast<std::uint8_t>((marker ? 0x80U : 0U) | type);
  write_u16(out, 2, sequence);
  write_u32(out, 4, timestamp);
  write_u32(out, 8, repeated ? settings_.rtx_ssrc : settings_.ssrc);
  write_u16(out, 12, kOneByteProfile);
  std::size_t at = kFixedHeader + 4;
  std::array<std::uint8_t, 3> number{};
  const ExtensionIds& ids = settings_.extensions;
  write_u24(number, 0, abs_send_time(now));
  at = put_extension(out, at, ids.abs_send_time, number);
  write_u16(number, 0, transport_wide);
  at = put_extension(out, at, ids.transport_wide, Bytes(number).first(2));
  // Repetitions are rare, and the first may come long after the reports.
  if (named_ || repeated) {
    at = put_extension(out, at, ids.mid, bytes_of(settings_.mid));
    at = put_extension(out, at, repeated ? ids.repaired_rid : ids.rid, bytes_of(settings_.rid));
  }
  while (at % 4 != 0) out[at++] = 0;
  write_u16(out, 14, static_cast<std::uint32_t>((at - kFixedHeader - 4) / 4));
  return at;
}

std::size_t RtpSender::begin(MutableBytes out, bool marker, std::uint32_t timestamp, std::uint16_t transport_wide, Nanoseconds now) {
  return write_header(out, false, marker, ++sequence_, timestamp, transport_wide, now);
}

void RtpSender::finish(Bytes packet, std::size_t header) {
  ++packets_;
  octets_ += static_cast<std::uint32_t>(packet.size() - header);
  if (kept_.empty()) return;
  Kept& kept = kept_[sequence_ % kKept];
  kept.sequence = sequence_;
  kept.header = header;
  kept.packet.assign(packet.begin(), packet.end());
}

std::optional<std::size_t> RtpSender::repeat(MutableBytes out, std::uint16_t sequence, std::uint16_t transport_wide, Nanoseconds now) {
  if (kept_.empty()) return std::nullopt;
  const Kept& kept = kept_[sequence % kKept];
  if (kept.packet.empty() || kept.sequence != sequence) return std::nullopt;
  const bool marker = (kept.packet[1] & 0x80U) != 0;
  std::size_t at = write_header(out, true, marker, ++rtx_sequence_, rtp::read_u32(kept.packet, 4), transport_wide, now);
  write_u16(out, at, sequence);
  at += 2;
  const Bytes payload = Bytes(kept.packet).subspan(kept.header);
  std::copy(payload.begin(), payload.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
  return at + payload.size();
}

rtp::SenderReport RtpSender::report(Nanoseconds now, std::uint32_t timestamp) const {
  return {.ssrc = settings_.ssrc, .ntp = ntp_of(now), .rtp = timestamp, .packets = packets_, .octets = octets_};
}

}  // namespace dd::load
