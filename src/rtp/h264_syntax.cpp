// SPDX-License-Identifier: MIT
#include "rtp/h264_syntax.hpp"

#include <algorithm>
#include <iterator>

namespace dd::rtp {

std::vector<std::uint8_t> without_emulation_prevention(Bytes unit) {
  std::vector<std::uint8_t> out;
  out.reserve(unit.size());
  unsigned zeros = 0;
  for (const std::uint8_t byte : unit) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    out.push_back(byte);
  }
  return out;
}

bool has_chroma_format(std::uint32_t profile) {
  static constexpr std::uint32_t kProfiles[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
  return std::find(std::begin(kProfiles), std::end(kProfiles), profile) != std::end(kProfiles);
}

void skip_scaling_list(BitReader& reader, unsigned length) {
  std::int32_t last = 8;
  std::int32_t next = 8;
  for (unsigned i = 0; i < length && reader.ok(); ++i) {
    if (next != 0) next = static_cast<std::int32_t>((static_cast<std::int64_t>(last) + reader.signed_exp_golomb() + 256) & 0xFF);
    if (next != 0) last = next;
  }
}

}  // namespace dd::rtp
