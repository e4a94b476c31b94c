// SPDX-License-Identifier: MIT
#include "rtp/vp8_frame.hpp"

namespace dd::rtp {

std::optional<Vp8Descriptor> parse_vp8_descriptor(Bytes payload) {
  if (payload.empty()) return std::nullopt;
  Vp8Descriptor descriptor;
  descriptor.starts_picture = (payload[0] & 0x10U) != 0 && (payload[0] & 0x07U) == 0;
  std::size_t at = 1;
  if ((payload[0] & 0x80U) != 0) {
    if (payload.size() < 2) return std::nullopt;
    const std::uint8_t present = payload[1];
    at = 2;
    if ((present & 0x80U) != 0) {
      if (at >= payload.size()) return std::nullopt;
      at += (payload[at] & 0x80U) != 0 ? 2 : 1;
    }
    if ((present & 0x40U) != 0) ++at;
    if ((present & 0x30U) != 0) ++at;
  }
  if (at >= payload.size()) return std::nullopt;
  descriptor.length = at;
  return descriptor;
}

bool Vp8Assembler::append(Bytes payload, bool first) {
  const auto descriptor = parse_vp8_descriptor(payload);
  if (!descriptor || descriptor->starts_picture != first) return false;
  const Bytes rest = payload.subspan(descriptor->length);
  bytes_.insert(bytes_.end(), rest.begin(), rest.end());
  return true;
}

std::optional<Frame> Vp8Assembler::finish() {
  // RFC 6386, section 9.1: three bytes, and of a key frame the start code and the size behind them.
  if (bytes_.size() < 3) return std::nullopt;
  Frame frame;
  frame.key = (bytes_[0] & 1U) == 0;
  if (!frame.key) return frame;
  if (bytes_.size() < 10 || bytes_[3] != 0x9D || bytes_[4] != 0x01 || bytes_[5] != 0x2A) return std::nullopt;
  frame.width = static_cast<std::uint16_t>((bytes_[6] | (bytes_[7] << 8)) & 0x3FFF);
  frame.height = static_cast<std::uint16_t>((bytes_[8] | (bytes_[9] << 8)) & 0x3FFF);
  return frame;
}

}  // namespace dd::rtp
