// SPDX-License-Identifier: MIT
// Reads bits, Exp-Golomb and LEB128 numbers of codec headers, most significant bit first.
// It never reads past its end: from there on everything is 0 and ok() is false, so callers check once.
// Plain value over the caller's bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "rtp/packet.hpp"

namespace dd::rtp {

class BitReader {
 public:
  explicit BitReader(Bytes bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  std::size_t position() const { return at_; }  // in bits

  std::uint32_t bits(unsigned count) {  // at most 32
    std::uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i) {
      value <<= 1;
      if (at_ / 8 >= bytes_.size()) {
        ok_ = false;
        continue;
      }
      value |= (bytes_[at_ / 8] >> (7 - at_ % 8)) & 1U;
      ++at_;
    }
    return value;
  }
  bool flag() { return bits(1) != 0; }
  void skip(unsigned count) {
    for (; count > 32; count -= 32) (void)bits(32);
    (void)bits(count);
  }

  // ue(v) of H.264, section 9.1; AV1 calls it uvlc.
  std::uint32_t exp_golomb() {
    unsigned zeros = 0;
    while (ok_ && !flag()) ++zeros;
    if (!ok_ || zeros > 31) {
      ok_ = false;
      return 0;
    }
    return (zeros == 0 ? 0U : bits(zeros)) + (1U << zeros) - 1U;
  }

  std::int32_t signed_exp_golomb() {  // se(v), section 9.1.1
    const std::uint32_t code = exp_golomb();
    const auto half = static_cast<std::int32_t>(code / 2 + code % 2);
    return code % 2 == 0 ? -half : half;
  }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

// An AV1 LEB128 number at `bytes[at]`, which moves behind it; nothing when it does not end or exceeds 32 bits.
inline std::optional<std::uint32_t> read_leb128(Bytes bytes, std::size_t& at) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 8; ++i) {
    if (at >= bytes.size()) return std::nullopt;
    const std::uint8_t byte = bytes[at++];
    value |= std::uint64_t{byte & 0x7FU} << (7 * i);
    if ((byte & 0x80U) == 0) return value > 0xFFFFFFFFU ? std::nullopt : std::optional(static_cast<std::uint32_t>(value));
  }
  return std::nullopt;
}

}  // namespace dd::rtp
