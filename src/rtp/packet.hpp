// SPDX-License-Identifier: MIT
// One RTP packet (RFC 3550) with its header extensions (RFC 8285), read from a datagram.
// It is not kept: payload and extensions point into the datagram, and nothing is decrypted or reordered here.
// Pure functions; whoever received the datagram owns its bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>
#include <type_traits>

namespace dd::rtp {

using Bytes = std::span<const std::uint8_t>;

struct PacketView {
  bool marker = false;
  std::uint8_t payload_type = 0;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0;
  Bytes payload;          // without padding; may be empty
  Bytes extension_bytes;  // the extension block's body
  bool two_byte = false;  // its form
  bool has_ids = false;   // whether the form is one of RFC 8285 at all

  // The value of the extension with this id, or nothing. An id of 0 is padding and never found.
  std::optional<Bytes> extension(std::uint8_t id) const;
};

// RFC 5761, section 4: on one port, what has a second byte of 192 to 223 is RTCP.
bool is_rtcp(Bytes datagram);

// Nothing for anything that is not a whole RTP packet of version 2.
std::optional<PacketView> parse_packet(Bytes datagram);

// The packet that an RTX packet (RFC 4588) repeats, under its own payload type and SSRC; nothing for a probe without a payload.
std::optional<PacketView> unwrap_rtx(const PacketView& packet, std::uint8_t payload_type, std::uint32_t ssrc);

// The longer number a 16-bit sequence number or a 32-bit timestamp stands for, nearest to the last one.
template <typename Short>
class Unwrapper {
 public:
  std::int64_t unwrap(Short value) {
    if (!last_) return *(last_ = static_cast<std::int64_t>(value) + kFirst);
    return *(last_ = peek(value));
  }
  std::int64_t peek(Short value) const {
    if (!last_) return static_cast<std::int64_t>(value) + kFirst;
    using Signed = std::make_signed_t<Short>;
    return *last_ + static_cast<Signed>(static_cast<Short>(value - static_cast<Short>(*last_)));
  }
  std::optional<std::int64_t> last() const { return last_; }
  void reset() { last_.reset(); }

 private:
  // One turn ahead, so that what came before the first packet is not negative.
  static constexpr std::int64_t kFirst = std::int64_t{1} << (8 * sizeof(Short));
  std::optional<std::int64_t> last_;
};

// Big-endian reads, of which the caller has checked the length, and writes.
inline std::uint16_t read_u16(Bytes bytes, std::size_t at) { return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]); }
inline std::uint32_t read_u32(Bytes bytes, std::size_t at) {
  return (static_cast<std::uint32_t>(read_u16(bytes, at)) << 16) | read_u16(bytes, at + 2);
}

inline void append_u16(std::vector<std::uint8_t>& out, std::uint32_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}
inline void append_u32(std::vector<std::uint8_t>& out, std::uint32_t value) {
  append_u16(out, value >> 16);
  append_u16(out, value);
}

}  // namespace dd::rtp
