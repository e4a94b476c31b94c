// SPDX-License-Identifier: MIT
// Writes bits as H.264 codes them (ITU-T H.264, 7.2 and 9.1): fixed widths and Exp-Golomb. rtp/bit_reader.hpp reads them.
// It knows nothing of NAL units' escapes. Plain value.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace dd::archive {

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
