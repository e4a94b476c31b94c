// SPDX-License-Identifier: MIT
// Reads and writes bits as H264 codes them (ITU-T H.264, 7.2 and 9.1): fixed widths and Exp-Golomb.
// Reading past the end gives zeros and is remembered; it never leaves the span. It knows nothing of NAL units' escapes.
// Plain values.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace dd::archive {

class BitReader {
 public:
  explicit BitReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  bool overrun() const { return overrun_; }

  unsigned bit() {
    if (at_ >= bytes_.size() * 8) {
      overrun_ = true;
      return 0;
    }
    const unsigned value = bytes_[at_ / 8] >> (7 - at_ % 8) & 1U;
    ++at_;
    return value;
  }

  std::uint32_t bits(unsigned count) {
    std::uint32_t value = 0;
    while (count-- > 0) value = value << 1 | bit();
    return value;
  }

  std::uint32_t ue() {
    unsigned zeros = 0;
    while (zeros < 32 && !overrun_ && bit() == 0) ++zeros;
    if (zeros >= 32) overrun_ = true;
    return overrun_ ? 0 : ((1U << zeros) - 1) + bits(zeros);
  }

  std::int32_t se() {
    const std::uint32_t code = ue();
    const auto half = static_cast<std::int32_t>(code / 2);
    return code % 2 == 1 ? half + 1 : -half;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  bool overrun_ = false;
};

class BitWriter {
 public:
  void bits(std::uint32_t value, unsigned count) {
    while (count-- > 0) {
      if (used_ % 8 == 0) bytes_.push_back(0);
      bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | (value >> count & 1U) << (7 - used_ % 8));
      ++used_;
    }
  }

  void ue(std::uint32_t value) {
    unsigned width = 0;
    while ((value + 1) >> width > 1) ++width;
    bits(0, width);
    bits(value + 1, width + 1);
  }

  void align() { used_ = bytes_.size() * 8; }  // with zeros
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t used_ = 0;
};

}  // namespace dd::archive
