// SPDX-License-Identifier: MIT
#include "rtp/av1_frame.hpp"

#include "rtp/bit_reader.hpp"

namespace dd::rtp {
namespace {

enum Obu : std::uint8_t { kSequenceHeader = 1, kTemporalDelimiter = 2, kFrameHeader = 3, kFrame = 6, kTileList = 8, kPadding = 15 };

constexpr std::uint8_t kHasExtension = 0x04;
constexpr std::uint8_t kHasSize = 0x02;
constexpr std::size_t kMaxSequenceHeader = 4096;

void put_leb128(std::vector<std::uint8_t>& out, std::size_t value) {
  do {
    const auto low = static_cast<std::uint8_t>(value & 0x7FU);
    value >>= 7;
    out.push_back(static_cast<std::uint8_t>(low | (value != 0 ? 0x80U : 0U)));
  } while (value != 0);
}

// Section 5.5.1 up to the operating points; false for what would overrun.
void read_operating_points(BitReader& reader, Av1Sequence& sequence) {
  unsigned delay_bits = 0;
  bool decoder_model = false;
  if (reader.flag()) {  // timing_info_present_flag
    reader.skip(64);
    if (reader.flag()) (void)reader.exp_golomb();
    decoder_model = reader.flag();
    if (decoder_model) {
      delay_bits = reader.bits(5) + 1;
      reader.skip(42);
    }
  }
  const bool display_delay = reader.flag();
  const unsigned points = reader.bits(5) + 1;
  for (unsigned i = 0; i < points && reader.ok(); ++i) {
    reader.skip(12);
    const auto level = static_cast<std::uint8_t>(reader.bits(5));
    const bool high_tier = level > 7 && reader.flag();
    if (i == 0) {
      sequence.level = level;
      sequence.high_tier = high_tier;
    }
    if (decoder_model && reader.flag()) reader.skip(2 * delay_bits + 1);
    if (display_delay && reader.flag()) reader.skip(4);
  }
}

void read_tools(BitReader& reader, bool reduced) {
  if (!reduced && reader.flag()) reader.skip(7);  // frame ids
  reader.skip(3);
  if (!reduced) {
    reader.skip(4);
    const bool order_hint = reader.flag();
    if (order_hint) reader.skip(2);
    const bool choose_screen_content = reader.flag();
    const bool screen_content = choose_screen_content || reader.flag();
    if (screen_content && !reader.flag()) reader.skip(1);  // seq_choose_integer_mv, seq_force_integer_mv
    if (order_hint) reader.skip(3);
  }
  reader.skip(3);
}

// Section 5.5.2.
void read_colour(BitReader& reader, Av1Sequence& sequence) {
  sequence.high_bit_depth = reader.flag();
  if (sequence.profile == 2 && sequence.high_bit_depth) sequence.twelve_bit = reader.flag();
  if (sequence.profile != 1) sequence.monochrome = reader.flag();
  unsigned primaries = 2;
  unsigned transfer = 2;
  unsigned matrix = 2;
  if (reader.flag()) {
    primaries = reader.bits(8);
    transfer = reader.bits(8);
    matrix = reader.bits(8);
  }
  sequence.subsampling_x = sequence.subsampling_y = true;
  if (sequence.monochrome) {
    reader.skip(1);
    return;
  }
  if (primaries == 1 && transfer == 13 && matrix == 0) {
    sequence.subsampling_x = sequence.subsampling_y = false;
    return;
  }
  reader.skip(1);
  if (sequence.profile == 1) {
    sequence.subsampling_x = sequence.subsampling_y = false;
  } else if (sequence.profile == 2) {
    sequence.subsampling_x = !sequence.twelve_bit || reader.flag();
    sequence.subsampling_y = sequence.twelve_bit && sequence.subsampling_x && reader.flag();
  }
  if (sequence.subsampling_x && sequence.subsampling_y) sequence.chroma_position = static_cast<std::uint8_t>(reader.bits(2));
}

}  // namespace

std::optional<Av1Sequence> parse_av1_sequence(Bytes payload) {
  BitReader reader(payload);
  Av1Sequence sequence;
  sequence.profile = static_cast<std::uint8_t>(reader.bits(3));
  reader.skip(1);
  sequence.reduced_still_picture = reader.flag();
  if (sequence.reduced_still_picture) {
    sequence.level = static_cast<std::uint8_t>(reader.bits(5));
  } else {
    read_operating_points(reader, sequence);
  }
  const unsigned width_bits = reader.bits(4) + 1;
  const unsigned height_bits = reader.bits(4) + 1;
  sequence.width = static_cast<std::uint16_t>(reader.bits(width_bits) + 1);
  sequence.height = static_cast<std::uint16_t>(reader.bits(height_bits) + 1);
  read_tools(reader, sequence.reduced_still_picture);
  read_colour(reader, sequence);
  if (!reader.ok() || sequence.profile > 2 || sequence.width == 0 || sequence.height == 0) return std::nullopt;
  return sequence;
}

void Av1Assembler::begin() {
  unit_.clear();
  open_unit_ = false;
  key_ = false;
}

bool Av1Assembler::append(Bytes payload, bool first) {
  const bool continues = (payload[0] & 0x80U) != 0;
  const bool continued = (payload[0] & 0x40U) != 0;
  const unsigned counted = (payload[0] >> 4) & 0x03U;
  if (continues != open_unit_ || (first && continues)) return false;
  std::size_t at = 1;
  for (unsigned element = 1; at < payload.size(); ++element) {
    std::size_t length = payload.size() - at;
    if (counted == 0 || element < counted) {
      const auto told = read_leb128(payload, at);
      if (!told || at + *told > payload.size()) return false;
      length = *told;
    }
    const Bytes part = payload.subspan(at, length);
    at += length;
    unit_.insert(unit_.end(), part.begin(), part.end());
    if (unit_.size() > kMaxPicture) return false;
    open_unit_ = at >= payload.size() && continued;
    if (!open_unit_ && !end_unit()) return false;
  }
  return true;
}

// Moves the joined OBU into the picture, with its size, unless a file does not want it.
bool Av1Assembler::end_unit() {
  std::vector<std::uint8_t> unit;
  unit.swap(unit_);
  if (unit.empty()) return true;
  const auto type = static_cast<std::uint8_t>((unit[0] >> 3) & 0x0FU);
  const std::size_t header = (unit[0] & kHasExtension) != 0 ? 2 : 1;
  std::size_t at = header;
  if (unit.size() < header) return false;
  std::size_t length = unit.size() - at;
  if ((unit[0] & kHasSize) != 0) {
    const auto told = read_leb128(unit, at);
    if (!told || at + *told > unit.size()) return false;
    length = *told;
  }
  if (type == kTemporalDelimiter || type == kTileList || type == kPadding) return true;
  const Bytes payload = Bytes(unit).subspan(at, length);
  const std::size_t begin = bytes_.size();
  bytes_.push_back(static_cast<std::uint8_t>(unit[0] | kHasSize));
  if (header == 2) bytes_.push_back(unit[1]);
  put_leb128(bytes_, length);
  bytes_.insert(bytes_.end(), payload.begin(), payload.end());
  if (type == kSequenceHeader) {
    const auto sequence = parse_av1_sequence(payload);
    if (!sequence || payload.size() > kMaxSequenceHeader) return false;
    std::vector<std::uint8_t> stored(bytes_.begin() + static_cast<std::ptrdiff_t>(begin), bytes_.end());
    if (stored != sequence_unit_) {
      sequence_ = *sequence;
      sequence_unit_ = std::move(stored);
      configuration_.reset();
    }
  } else if ((type == kFrame || type == kFrameHeader) && !payload.empty()) {
    // Section 5.9.2: show_existing_frame, then two bits of frame_type, where 0 is a key frame.
    key_ = key_ || sequence_.reduced_still_picture || (payload[0] & 0xE0U) == 0;
  }
  return true;
}

std::optional<Frame> Av1Assembler::finish() {
  if (open_unit_ || bytes_.empty()) return std::nullopt;
  if (configuration_ == nullptr && !sequence_unit_.empty()) {
    const Av1Sequence& sequence = sequence_;
    const auto bit = [](bool value, unsigned shift) { return value ? 1U << shift : 0U; };
    std::vector<std::uint8_t> record = {0x81, static_cast<std::uint8_t>((sequence.profile << 5) | sequence.level)};
    record.push_back(static_cast<std::uint8_t>(bit(sequence.high_tier, 7) | bit(sequence.high_bit_depth, 6) | bit(sequence.twelve_bit, 5) |
                                               bit(sequence.monochrome, 4) | bit(sequence.subsampling_x, 3) |
                                               bit(sequence.subsampling_y, 2) | sequence.chroma_position));
    record.push_back(0);
    record.insert(record.end(), sequence_unit_.begin(), sequence_unit_.end());
    configuration_ = std::make_shared<const std::vector<std::uint8_t>>(std::move(record));
  }
  Frame frame;
  frame.key = key_ && configuration_ != nullptr;
  frame.configuration = configuration_;
  if (frame.key) {
    frame.width = sequence_.width;
    frame.height = sequence_.height;
  }
  return frame;
}

}  // namespace dd::rtp
