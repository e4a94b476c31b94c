// SPDX-License-Identifier: MIT
// Big-endian writes into bytes that the caller has made large enough, and the names all of the load generator uses.
// Reading and most of appending is rtp/packet.hpp's. Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rtp/packet.hpp"

namespace dd::load {

using rtp::append_u16;
using rtp::append_u32;
using rtp::Bytes;
using MutableBytes = std::span<std::uint8_t>;
using Nanoseconds = std::int64_t;  // since 1970, by the kernel's clock that also stamps what arrives

inline void write_u16(MutableBytes out, std::size_t at, std::uint32_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}
inline void write_u24(MutableBytes out, std::size_t at, std::uint32_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 16);
  write_u16(out, at + 1, value);
}
inline void write_u32(MutableBytes out, std::size_t at, std::uint32_t value) {
  write_u16(out, at, value >> 16);
  write_u16(out, at + 2, value);
}
inline void write_u64(MutableBytes out, std::size_t at, std::uint64_t value) {
  write_u32(out, at, static_cast<std::uint32_t>(value >> 32));
  write_u32(out, at + 4, static_cast<std::uint32_t>(value));
}
inline std::uint64_t read_u64(Bytes bytes, std::size_t at) {
  return (std::uint64_t{rtp::read_u32(bytes, at)} << 32) | rtp::read_u32(bytes, at + 4);
}

inline void append_u8(std::vector<std::uint8_t>& out, std::uint32_t value) { out.push_back(static_cast<std::uint8_t>(value)); }
inline void append_u64(std::vector<std::uint8_t>& out, std::uint64_t value) {
  append_u32(out, static_cast<std::uint32_t>(value >> 32));
  append_u32(out, static_cast<std::uint32_t>(value));
}
inline void append(std::vector<std::uint8_t>& out, Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

}  // namespace dd::load
