// SPDX-License-Identifier: MIT
#include "rtp/vp9_header.hpp"

#include "rtp/bit_reader.hpp"

namespace dd::rtp {
namespace {

constexpr std::uint32_t kSyncCode = 0x498342;

// Names follow the specification.
bool skip_color_config(BitReader& reader, unsigned profile) {
  constexpr unsigned kRgb = 7;
  if (profile >= 2) reader.skip(1);
  const bool rgb = reader.bits(3) == kRgb;
  if (!rgb) reader.skip(1);
  if ((profile & 1U) != 0) reader.skip(rgb ? 1 : 3);
  return reader.ok();
}

std::uint32_t read_width(BitReader& reader) {
  const std::uint32_t width = reader.bits(16) + 1;
  reader.skip(16);
  return width;
}

void skip_render_size(BitReader& reader) {
  if (reader.flag()) reader.skip(32);
}

void skip_loop_filter(BitReader& reader) {
  reader.skip(6 + 3);
  if (!reader.flag() || !reader.flag()) return;  // no deltas, or none that change
  for (int delta = 0; delta < 4 + 2; ++delta) {
    if (reader.flag()) reader.skip(6 + 1);
  }
}

void skip_quantization(BitReader& reader) {
  reader.skip(8);
  for (int delta = 0; delta < 3; ++delta) {
    if (reader.flag()) reader.skip(4 + 1);
  }
}

void skip_probabilities(BitReader& reader, int count) {
  for (int i = 0; i < count; ++i) {
    if (reader.flag()) reader.skip(8);
  }
}

void skip_segmentation(BitReader& reader) {
  if (!reader.flag()) return;
  if (reader.flag()) {
    skip_probabilities(reader, 7);
    if (reader.flag()) skip_probabilities(reader, 3);
  }
  if (!reader.flag()) return;
  reader.skip(1);
  static constexpr unsigned kFeatureBits[] = {8 + 1, 6 + 1, 2, 0};  // the first two with a sign
  for (int segment = 0; segment < 8; ++segment) {
    for (const unsigned bits : kFeatureBits) {
      if (reader.flag()) reader.skip(bits);
    }
  }
}

void skip_tiles(BitReader& reader, std::uint32_t width) {
  const std::uint32_t superblocks = (((width + 7) >> 3) + 7) >> 3;
  unsigned least = 0;
  while ((64U << least) < superblocks) ++least;
  unsigned most = 1;
  while ((superblocks >> most) >= 4) ++most;
  for (unsigned columns = least; columns < most - 1 && reader.flag(); ++columns) {
  }
  if (reader.flag()) reader.skip(1);
}

}  // namespace

std::optional<Vp9Header> Vp9Headers::next(Bytes frame) {
  BitReader reader(frame);
  if (reader.bits(2) != 2) return std::nullopt;
  unsigned profile = reader.bits(1);
  profile |= reader.bits(1) << 1;
  if (profile == 3) reader.skip(1);
  if (reader.flag()) return std::nullopt;
  Vp9Header header;
  header.key = !reader.flag();
  header.show_at = reader.position();
  header.shown = reader.flag();
  const bool error_resilient = reader.flag();
  header.flags_end = reader.position();

  std::uint32_t refresh = 0xFF;
  std::uint32_t width = 0;
  if (header.key) {
    if (reader.bits(24) != kSyncCode || !skip_color_config(reader, profile)) return std::nullopt;
    width = read_width(reader);
    skip_render_size(reader);
  } else {
    const bool intra_only = !header.shown && reader.flag();
    if (!error_resilient) reader.skip(2);
    if (intra_only) {
      if (reader.bits(24) != kSyncCode || (profile > 0 && !skip_color_config(reader, profile))) return std::nullopt;
      refresh = reader.bits(8);
      width = read_width(reader);
      skip_render_size(reader);
    } else {
      refresh = reader.bits(8);
      std::uint32_t slots[3];
      for (std::uint32_t& slot : slots) {
        slot = reader.bits(3);
        reader.skip(1);
      }
      for (int i = 0; i < 3 && width == 0; ++i) {
        if (!reader.flag()) continue;
        width = widths_[slots[i]];
        if (width == 0) return std::nullopt;
      }
      if (width == 0) width = read_width(reader);
      skip_render_size(reader);
      reader.skip(1);                      // allow_high_precision_mv
      if (!reader.flag()) reader.skip(2);  // the interpolation filter
    }
  }
  if (!error_resilient) reader.skip(2);
  reader.skip(2);  // frame_context_idx
  skip_loop_filter(reader);
  skip_quantization(reader);
  skip_segmentation(reader);
  skip_tiles(reader, width);
  const std::size_t compressed_header = reader.bits(16);
  header.end = reader.position();
  if (!reader.ok() || compressed_header == 0 || (header.end + 7) / 8 + compressed_header > frame.size()) return std::nullopt;
  for (unsigned slot = 0; slot < widths_.size(); ++slot) {
    if (((refresh >> slot) & 1U) != 0) widths_[slot] = width;
  }
  return header;
}

std::vector<std::uint8_t> hide_vp9_frame(Bytes frame, const Vp9Header& header) {
  std::vector<std::uint8_t> hidden;
  hidden.reserve(frame.size() + 1);
  std::size_t written = 0;
  const auto put = [&](unsigned bit) {
    if (written % 8 == 0) hidden.push_back(0);
    hidden.back() |= static_cast<std::uint8_t>(bit << (7 - written % 8));
    ++written;
  };
  BitReader reader(frame);
  while (reader.position() < header.end) {
    if (reader.position() == header.flags_end && header.shown && !header.key) put(0);  // intra_only
    const bool show_frame = reader.position() == header.show_at;
    const unsigned bit = reader.bits(1);
    put(show_frame ? 0 : bit);
  }
  const Bytes rest = frame.subspan((header.end + 7) / 8);
  hidden.insert(hidden.end(), rest.begin(), rest.end());
  return hidden;
}

}  // namespace dd::rtp
