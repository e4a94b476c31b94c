// SPDX-License-Identifier: MIT
#include "rtp/vp9_frame.hpp"

#include <algorithm>
#include <utility>

#include "rtp/bit_reader.hpp"

namespace dd::rtp {
namespace {

// The scalability structure (RFC 9628, section 4.2.1) at payload[at]; `at` moves behind it.
bool read_structure(Bytes payload, std::size_t& at, Vp9Descriptor& descriptor) {
  if (at >= payload.size()) return false;
  const std::uint8_t head = payload[at++];
  const std::size_t layers = (head >> 5) + 1U;
  if ((head & 0x10U) != 0) {
    if (at + 4 * layers > payload.size()) return false;
    const std::size_t mine = std::min<std::size_t>(descriptor.spatial_layer, layers - 1);
    descriptor.width = read_u16(payload, at + 4 * mine);
    descriptor.height = read_u16(payload, at + 4 * mine + 2);
    at += 4 * layers;
  }
  if ((head & 0x08U) != 0) {
    if (at >= payload.size()) return false;
    for (std::size_t pictures = payload[at++]; pictures > 0; --pictures) {
      if (at >= payload.size()) return false;
      at += 1U + ((payload[at] >> 2) & 0x03U);
    }
  }
  return true;
}

struct KeyHeader {
  bool key = false;
  std::uint16_t width = 0;
  std::uint16_t height = 0;
};

// The uncompressed header, VP9 specification section 6.2, as far as the size of a key frame.
KeyHeader read_header(Bytes frame) {
  BitReader reader(frame);
  if (reader.bits(2) != 2) return {};
  const unsigned profile = reader.bits(1) | (reader.bits(1) << 1);
  if (profile == 3) reader.skip(1);
  if (reader.flag()) return {};  // shows an existing frame
  const bool inter = reader.flag();
  reader.skip(2);  // show_frame, error_resilient_mode
  if (inter || reader.bits(24) != 0x498342) return {};
  if (profile >= 2) reader.skip(1);  // ten or twelve bits
  const bool rgb = reader.bits(3) == 7;
  if (!rgb) reader.skip(1);  // color_range
  if ((profile & 1U) != 0) reader.skip(rgb ? 1 : 3);
  KeyHeader header;
  header.width = static_cast<std::uint16_t>(reader.bits(16) + 1);
  header.height = static_cast<std::uint16_t>(reader.bits(16) + 1);
  header.key = reader.ok();
  return header;
}

}  // namespace

std::optional<Vp9Descriptor> parse_vp9_descriptor(Bytes payload) {
  if (payload.empty()) return std::nullopt;
  const std::uint8_t head = payload[0];
  const bool flexible = (head & 0x10U) != 0;
  Vp9Descriptor descriptor;
  descriptor.inter_predicted = (head & 0x40U) != 0;
  descriptor.starts_layer = (head & 0x08U) != 0;
  descriptor.ends_layer = (head & 0x04U) != 0;
  std::size_t at = 1;
  if ((head & 0x80U) != 0) {
    if (at >= payload.size()) return std::nullopt;
    at += (payload[at] & 0x80U) != 0 ? 2 : 1;
  }
  if ((head & 0x20U) != 0) {
    if (at >= payload.size()) return std::nullopt;
    descriptor.spatial_layer = (payload[at] >> 1) & 0x07U;
    at += flexible ? 1 : 2;
  }
  if (flexible && descriptor.inter_predicted) {
    for (int references = 0; references < 3; ++references) {
      if (at >= payload.size()) return std::nullopt;
      if ((payload[at++] & 1U) == 0) break;
    }
  }
  if ((head & 0x02U) != 0 && !read_structure(payload, at, descriptor)) return std::nullopt;
  if (at >= payload.size()) return std::nullopt;
  descriptor.length = at;
  return descriptor;
}

void Vp9Assembler::begin() {
  layers_ = 0;
  top_layer_ = 0;
  sizes_ = {};
}

bool Vp9Assembler::append(Bytes payload, bool first) {
  const auto descriptor = parse_vp9_descriptor(payload);
  if (!descriptor) return false;
  if (first) inter_predicted_ = descriptor->inter_predicted;
  if (descriptor->starts_layer) {
    if (layers_ == kMaxLayers) return false;
    ++layers_;
  } else if (first) {
    return false;
  }
  top_layer_ = std::max(top_layer_, descriptor->spatial_layer);
  if (descriptor->width != 0) sizes_[descriptor->spatial_layer] = {descriptor->width, descriptor->height};
  const Bytes rest = payload.subspan(descriptor->length);
  bytes_.insert(bytes_.end(), rest.begin(), rest.end());
  layer_ends_[layers_ - 1] = bytes_.size();
  return true;
}

std::optional<Frame> Vp9Assembler::finish() {
  const KeyHeader header = read_header(bytes_);
  Frame frame;
  frame.key = header.key && !inter_predicted_;
  if (frame.key) {
    const bool told = layers_ > 1 && sizes_[top_layer_][0] != 0;
    frame.width = told ? sizes_[top_layer_][0] : header.width;
    frame.height = told ? sizes_[top_layer_][1] : header.height;
  }
  hide_lower_layers();
  if (layers_ > 1) append_index();
  return frame;
}

void Vp9Assembler::hide_lower_layers() {
  std::vector<std::uint8_t> picture;
  picture.reserve(bytes_.size() + layers_);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < layers_; ++i) {
    const Bytes layer = Bytes(bytes_).subspan(begin, layer_ends_[i] - begin);
    const auto header = headers_.next(layer);  // of the highest, too: later frames refer to it
    if (header && i + 1 < layers_) {
      const auto hidden = hide_vp9_frame(layer, *header);
      picture.insert(picture.end(), hidden.begin(), hidden.end());
    } else {
      picture.insert(picture.end(), layer.begin(), layer.end());
    }
    begin = layer_ends_[i];
    layer_ends_[i] = picture.size();
  }
  if (layers_ > 1) bytes_ = std::move(picture);
}

// Annex B: the index that lets a decoder find the layers, four bytes each.
void Vp9Assembler::append_index() {
  const auto marker = static_cast<std::uint8_t>(0xC0U | (3U << 3) | (layers_ - 1));
  bytes_.push_back(marker);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < layers_; ++i) {
    const std::size_t size = layer_ends_[i] - begin;
    for (unsigned shift = 0; shift < 32; shift += 8) bytes_.push_back(static_cast<std::uint8_t>(size >> shift));
    begin = layer_ends_[i];
  }
  bytes_.push_back(marker);
}

}  // namespace dd::rtp
