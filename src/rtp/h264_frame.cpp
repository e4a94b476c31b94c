// SPDX-License-Identifier: MIT
#include "rtp/h264_frame.hpp"

#include <algorithm>

#include "rtp/h264_syntax.hpp"

namespace dd::rtp {
namespace {

enum Unit : std::uint8_t { kSlice = 1, kIdr = 5, kSps = 7, kPps = 8, kDelimiter = 9, kFiller = 12, kStapA = 24, kFuA = 28 };

constexpr std::size_t kLength = 4;
constexpr std::size_t kMaxParameterSet = 4096;
constexpr std::size_t kMaxSets = 32;

void put(std::vector<std::uint8_t>& out, Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

void put_length(std::vector<std::uint8_t>& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

}  // namespace

std::optional<H264Size> h264_size(Bytes sps) {
  if (sps.size() < 5) return std::nullopt;
  const auto plain = without_emulation_prevention(sps.subspan(1));
  BitReader reader(plain);
  const unsigned profile = reader.bits(8);
  reader.skip(16);
  (void)reader.exp_golomb();  // its id
  unsigned chroma_format = 1;
  if (has_chroma_format(profile)) {
    chroma_format = reader.exp_golomb();
    if (chroma_format == 3) reader.skip(1);
    (void)reader.exp_golomb();
    (void)reader.exp_golomb();
    reader.skip(1);
    if (reader.flag()) {
      for (int i = 0; i < (chroma_format == 3 ? 12 : 8); ++i) {
        if (reader.flag()) skip_scaling_list(reader, i < 6 ? 16 : 64);
      }
    }
  }
  (void)reader.exp_golomb();  // log2_max_frame_num
  const std::uint32_t order = reader.exp_golomb();
  if (order == 0) {
    (void)reader.exp_golomb();
  } else if (order == 1) {
    reader.skip(1);
    (void)reader.exp_golomb();
    (void)reader.exp_golomb();
    std::uint32_t count = reader.exp_golomb();
    if (count > 255) return std::nullopt;
    while (count-- > 0) (void)reader.exp_golomb();
  }
  (void)reader.exp_golomb();  // max_num_ref_frames
  reader.skip(1);
  const std::uint64_t columns = std::uint64_t{reader.exp_golomb()} + 1;
  const std::uint64_t rows = std::uint64_t{reader.exp_golomb()} + 1;
  const bool frames_only = reader.flag();
  if (!frames_only) reader.skip(1);
  reader.skip(1);
  std::uint64_t crop[4] = {0, 0, 0, 0};  // left, right, top, bottom
  if (reader.flag()) {
    for (auto& side : crop) side = reader.exp_golomb();
  }
  if (!reader.ok()) return std::nullopt;
  const std::uint64_t field = frames_only ? 1 : 2;
  const std::uint64_t crop_x = chroma_format == 1 || chroma_format == 2 ? 2 : 1;
  const std::uint64_t crop_y = (chroma_format == 1 ? 2 : 1) * field;
  const std::uint64_t width = columns * 16;
  const std::uint64_t height = rows * 16 * field;
  const std::uint64_t cut_x = (crop[0] + crop[1]) * crop_x;
  const std::uint64_t cut_y = (crop[2] + crop[3]) * crop_y;
  if (width > 0xFFFF || height > 0xFFFF || cut_x >= width || cut_y >= height) return std::nullopt;
  return H264Size{static_cast<std::uint16_t>(width - cut_x), static_cast<std::uint16_t>(height - cut_y)};
}

void H264Assembler::begin() {
  key_ = false;
  slice_seen_ = false;
  whole_ = true;
  fragment_at_.reset();
}

bool H264Assembler::append(Bytes payload, bool /*first*/) {
  const std::uint8_t type = payload[0] & 0x1FU;
  if (type == kFuA) {
    if (payload.size() < 3) return false;
    const bool starts = (payload[1] & 0x80U) != 0;
    const bool ends = (payload[1] & 0x40U) != 0;
    if (starts == fragment_at_.has_value()) return false;
    if (starts) {
      fragment_at_ = bytes_.size();
      bytes_.resize(bytes_.size() + kLength);
      bytes_.push_back(static_cast<std::uint8_t>((payload[0] & 0xE0U) | (payload[1] & 0x1FU)));
    }
    put(bytes_, payload.subspan(2));
    if (!ends) return true;
    const std::size_t begin = *fragment_at_;
    fragment_at_.reset();
    return end_unit(begin);
  }
  if (fragment_at_) return false;
  if (type != kStapA) return type >= 1 && type < kStapA && add_unit(payload);
  for (std::size_t at = 1; at < payload.size();) {
    if (at + 2 > payload.size()) return false;
    const std::size_t length = read_u16(payload, at);
    at += 2;
    if (length == 0 || at + length > payload.size()) return false;
    if (!add_unit(payload.subspan(at, length))) return false;
    at += length;
  }
  return true;
}

bool H264Assembler::add_unit(Bytes unit) {
  const std::size_t begin = bytes_.size();
  bytes_.resize(begin + kLength);
  put(bytes_, unit);
  return end_unit(begin);
}

// Decides what becomes of the unit behind the four bytes at `begin`, which receive its length.
bool H264Assembler::end_unit(std::size_t begin) {
  const Bytes unit = Bytes(bytes_).subspan(begin + kLength);
  const std::uint8_t type = unit[0] & 0x1FU;
  bool keep = true;
  bool good = true;
  if (type == kSps || type == kPps) {
    keep = false;  // the configuration has it; a block may not repeat it in `avc1` style
    const auto plain = without_emulation_prevention(unit.subspan(1, std::min<std::size_t>(unit.size() - 1, 16)));
    BitReader reader(plain);
    if (type == kSps) reader.skip(24);
    const std::uint32_t id = reader.exp_golomb();
    good = reader.ok() && keep_parameters(type == kSps ? sps_ : pps_, unit, id, type == kSps ? 31 : 255);
  } else if (type == kDelimiter || type == kFiller) {
    keep = false;
  } else if (type >= kSlice && type <= kIdr) {
    // first_mb_in_slice is 0 when the first bit is set: otherwise the picture's beginning went missing unnoticed.
    if (!slice_seen_ && (unit.size() < 2 || (unit[1] & 0x80U) == 0)) whole_ = false;
    slice_seen_ = true;
    key_ = key_ || type == kIdr;
  }
  if (!keep) {
    bytes_.resize(begin);
    return good;
  }
  const std::size_t length = unit.size();
  for (std::size_t i = 0; i < kLength; ++i) bytes_[begin + i] = static_cast<std::uint8_t>(length >> (8 * (kLength - 1 - i)));
  return true;
}

bool H264Assembler::keep_parameters(ParameterSets& sets, Bytes unit, std::uint32_t id, std::uint32_t max_id) {
  if (id > max_id || unit.size() > kMaxParameterSet) return false;
  std::vector<std::uint8_t> value(unit.begin(), unit.end());
  const auto known = sets.find(id);
  if (known != sets.end() && known->second == value) return true;
  if (known == sets.end() && sets.size() >= kMaxSets) return false;
  sets.insert_or_assign(id, std::move(value));
  changed_ = true;
  return true;
}

// ISO/IEC 14496-15, section 5.3.3.1.
void H264Assembler::make_configuration() {
  changed_ = false;
  configuration_.reset();
  if (sps_.empty() || pps_.empty()) return;
  const auto& first = sps_.begin()->second;
  const auto size = h264_size(first);
  if (first.size() < 4 || !size) return;
  size_ = *size;
  std::vector<std::uint8_t> record = {1, first[1], first[2], first[3], 0xFC | (kLength - 1)};
  record.push_back(static_cast<std::uint8_t>(0xE0U | std::min<std::size_t>(sps_.size(), 31)));
  std::size_t count = 0;
  for (const auto& [id, unit] : sps_) {
    if (++count > 31) break;
    put_length(record, unit.size());
    put(record, unit);
  }
  record.push_back(static_cast<std::uint8_t>(pps_.size()));
  for (const auto& [id, unit] : pps_) {
    put_length(record, unit.size());
    put(record, unit);
  }
  if (has_chroma_format(first[1])) {
    // Chroma format and bit depths; of what WebRTC sends they are 4:2:0 and 8 bits.
    put(record, std::vector<std::uint8_t>{0xFD, 0xF8, 0xF8, 0x00});
  }
  configuration_ = std::make_shared<const std::vector<std::uint8_t>>(std::move(record));
}

std::optional<Frame> H264Assembler::finish() {
  if (fragment_at_ || !slice_seen_ || !whole_ || bytes_.empty()) return std::nullopt;
  Frame frame;
  if (key_ && changed_) make_configuration();
  frame.key = key_ && configuration_ != nullptr;
  frame.configuration = configuration_;
  if (frame.key) {
    frame.width = size_.width;
    frame.height = size_.height;
  }
  return frame;
}

}  // namespace dd::rtp
