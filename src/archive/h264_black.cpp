// SPDX-License-Identifier: MIT
// Sections in comments are those of ITU-T H.264.
#include "archive/h264_black.hpp"

#include "archive/bit_writer.hpp"
#include "rtp/h264_syntax.hpp"

namespace dd::archive {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kMaxMacroblocks = 139'264;  // level 6.2
constexpr std::uint8_t kIdr = 5;
constexpr std::uint8_t kSps = 7;
constexpr std::uint8_t kPps = 8;

Error unsupported(const char* what) { return make_error(Errc::kInvalidArgument, what); }

Bytes escaped(const Bytes& raw) {
  Bytes out;
  out.reserve(raw.size() + 16);
  unsigned zeros = 0;
  for (const std::uint8_t byte : raw) {
    if (zeros >= 2 && byte <= 3) {
      out.push_back(3);
      zeros = 0;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    out.push_back(byte);
  }
  return out;
}

struct Sps {
  std::uint32_t id = 0;
  std::uint32_t frame_num_bits = 4;
  std::uint32_t poc_type = 0;
  std::uint32_t poc_lsb_bits = 4;
  bool poc_delta_always_zero = false;
  std::uint32_t width = 0;  // in macroblocks
  std::uint32_t height = 0;
  bool frame_mbs_only = true;
};

Result<Sps> parse_sps(std::span<const std::uint8_t> nal) {
  const Bytes raw = rtp::without_emulation_prevention(nal);
  rtp::BitReader in(raw);
  Sps sps;
  if ((in.bits(8) & 0x1F) != kSps) return unsupported("is not a sequence parameter set");
  const std::uint32_t profile = in.bits(8);
  in.skip(16);  // constraints, level
  sps.id = in.exp_golomb();
  if (rtp::has_chroma_format(profile)) {
    if (in.exp_golomb() != 1) return unsupported("the picture is not 4:2:0");
    if (in.exp_golomb() != 0 || in.exp_golomb() != 0) return unsupported("the picture has more than 8 bits");
    in.skip(1);
    if (in.flag()) {
      for (unsigned i = 0; i < 8; ++i) {
        if (in.flag()) rtp::skip_scaling_list(in, i < 6 ? 16 : 64);
      }
    }
  }
  sps.frame_num_bits = in.exp_golomb() + 4;
  sps.poc_type = in.exp_golomb();
  if (sps.poc_type == 0) {
    sps.poc_lsb_bits = in.exp_golomb() + 4;
  } else if (sps.poc_type == 1) {
    sps.poc_delta_always_zero = in.flag();
    (void)in.signed_exp_golomb();
    (void)in.signed_exp_golomb();
    const std::uint32_t cycle = in.exp_golomb();
    if (cycle > 255) return unsupported("the sequence parameter set is damaged");
    for (std::uint32_t i = 0; i < cycle; ++i) (void)in.signed_exp_golomb();
  }
  (void)in.exp_golomb();  // reference frames
  in.skip(1);
  sps.width = in.exp_golomb() + 1;
  const std::uint32_t map_units = in.exp_golomb() + 1;
  sps.frame_mbs_only = in.flag();
  if (!sps.frame_mbs_only && in.flag()) return unsupported("the picture is coded in fields");
  const bool damaged = !in.ok() || sps.frame_num_bits > 16 || sps.poc_lsb_bits > 16 || sps.poc_type > 2;
  if (damaged || sps.width > 1024 || map_units > 1024) return unsupported("the sequence parameter set is damaged");
  sps.height = map_units * (sps.frame_mbs_only ? 1 : 2);
  if (sps.width * sps.height > kMaxMacroblocks) return unsupported("the sequence parameter set is damaged");
  return sps;
}

struct Pps {
  std::uint32_t id = 0;
  std::uint32_t sps_id = 0;
  bool bottom_field_poc = false;
  bool deblocking_control = false;
  bool redundant_pictures = false;
};

Result<Pps> parse_pps(std::span<const std::uint8_t> nal) {
  const Bytes raw = rtp::without_emulation_prevention(nal);
  rtp::BitReader in(raw);
  Pps pps;
  if ((in.bits(8) & 0x1F) != kPps) return unsupported("is not a picture parameter set");
  pps.id = in.exp_golomb();
  pps.sps_id = in.exp_golomb();
  if (in.flag()) return unsupported("the stream is coded with CABAC");
  pps.bottom_field_poc = in.flag();
  if (in.exp_golomb() != 0) return unsupported("the picture has slice groups");
  (void)in.exp_golomb();
  (void)in.exp_golomb();
  in.skip(3);  // weighted prediction
  (void)in.signed_exp_golomb();
  (void)in.signed_exp_golomb();
  (void)in.signed_exp_golomb();
  pps.deblocking_control = in.flag();
  in.skip(1);
  pps.redundant_pictures = in.flag();
  if (!in.ok()) return unsupported("the picture parameter set is damaged");
  return pps;
}

void write_slice_header(BitWriter& out, const Sps& sps, const Pps& pps, unsigned idr_pic_id) {  // 7.3.3
  out.ue(0);                                                                                    // the first macroblock
  out.ue(7);                                                                                    // all slices are I
  out.ue(pps.id);
  out.bits(0, sps.frame_num_bits);
  if (!sps.frame_mbs_only) out.bits(0, 1);  // a frame, no field
  out.ue(idr_pic_id);
  if (sps.poc_type == 0) {
    out.bits(0, sps.poc_lsb_bits);
    if (pps.bottom_field_poc) out.ue(0);
  } else if (sps.poc_type == 1 && !sps.poc_delta_always_zero) {
    out.ue(0);
    if (pps.bottom_field_poc) out.ue(0);
  }
  if (pps.redundant_pictures) out.ue(0);
  out.bits(0, 2);  // show what came before until now; no long-term reference
  out.ue(0);       // the quantiser stays: there is nothing to quantise
  if (pps.deblocking_control) out.ue(1);
}

void write_macroblocks(BitWriter& out, const Sps& sps) {
  // The first is I_PCM (7.3.5): the only way to say "black" without a transform. Video range: 16, and 128 for colour.
  out.ue(25);
  out.align();
  for (int i = 0; i < 256; ++i) out.bits(16, 8);
  for (int i = 0; i < 128; ++i) out.bits(128, 8);
  // All others copy their neighbours: Intra_16x16, DC prediction, no residual. The neighbours' coefficients choose the code
  // for "none" (table 9-5), and I_PCM counts as 16 in each block, so only the first one's two neighbours differ.
  const std::uint32_t count = sps.width * sps.height;
  for (std::uint32_t i = 1; i < count; ++i) {
    out.ue(3);                                          // mb_type I_16x16_2_0_0
    out.ue(0);                                          // colour: DC
    out.ue(0);                                          // no change of the quantiser
    const bool beside_first = i == 1 && sps.width > 1;  // left of it: 16 coefficients, above it: nothing
    const bool below_first = i == sps.width;            // above it: 16 coefficients, left of it: nothing
    if (beside_first || below_first) {
      out.bits(0b000011, 6);
    } else {
      out.bits(1, 1);
    }
  }
  out.bits(1, 1);  // the end of the slice
  out.align();
}

}  // namespace

Result<AvcParameters> parse_avcc(std::span<const std::uint8_t> avcc) {
  if (avcc.size() < 7 || avcc[0] != 1) return unsupported("is not an avcC record");
  AvcParameters out;
  out.length_size = (avcc[4] & 3U) + 1;
  std::size_t at = 5;
  for (auto* list : {&out.sps, &out.pps}) {
    if (at >= avcc.size()) return unsupported("the avcC record is torn");
    unsigned count = avcc[at++] & (list == &out.sps ? 0x1FU : 0xFFU);
    for (; count > 0; --count) {
      if (avcc.size() - at < 2) return unsupported("the avcC record is torn");
      const std::size_t size = static_cast<std::size_t>(avcc[at] << 8 | avcc[at + 1]);
      at += 2;
      if (size == 0 || avcc.size() - at < size) return unsupported("the avcC record is torn");
      list->emplace_back(avcc.begin() + static_cast<std::ptrdiff_t>(at), avcc.begin() + static_cast<std::ptrdiff_t>(at + size));
      at += size;
    }
  }
  if (out.sps.empty() || out.pps.empty()) return unsupported("the avcC record has no parameter sets");
  return out;
}

Result<std::vector<std::uint8_t>> make_black_idr(const AvcParameters& parameters, unsigned idr_pic_id) {
  if (parameters.sps.empty() || parameters.pps.empty()) return unsupported("there are no parameter sets");
  DD_TRY(const Pps pps, parse_pps(parameters.pps.front()));
  for (const Bytes& nal : parameters.sps) {
    DD_TRY(const Sps sps, parse_sps(nal));
    if (sps.id != pps.sps_id) continue;
    BitWriter out;
    out.bits(0x60 | kIdr, 8);  // the highest importance
    write_slice_header(out, sps, pps, idr_pic_id);
    write_macroblocks(out, sps);
    return escaped(out.take());
  }
  return unsupported("the picture parameter set names a sequence that is not there");
}

void append_nal(std::vector<std::uint8_t>& sample, std::span<const std::uint8_t> nal) {
  for (int shift = 24; shift >= 0; shift -= 8) sample.push_back(static_cast<std::uint8_t>(nal.size() >> shift));
  sample.insert(sample.end(), nal.begin(), nal.end());
}

Result<std::vector<std::uint8_t>> with_parameters(std::span<const std::uint8_t> sample, const AvcParameters& parameters) {
  Bytes out;
  bool own = false;
  for (std::size_t at = 0; at < sample.size();) {
    if (sample.size() - at < parameters.length_size) return unsupported("a sample is torn");
    std::size_t size = 0;
    for (unsigned i = 0; i < parameters.length_size; ++i) size = size << 8 | sample[at++];
    if (size > sample.size() - at) return unsupported("a sample is torn");
    if (size > 0) {
      own = own || (sample[at] & 0x1F) == kSps;
      append_nal(out, sample.subspan(at, size));
    }
    at += size;
  }
  if (own) return out;
  Bytes front;
  for (const Bytes& nal : parameters.sps) append_nal(front, nal);
  for (const Bytes& nal : parameters.pps) append_nal(front, nal);
  front.insert(front.end(), out.begin(), out.end());
  return front;
}

}  // namespace dd::archive
