// SPDX-License-Identifier: MIT
// A black picture in a stream of H264 that is already there: an IDR made for the stream's own parameter sets, because a
// foreign set in the middle breaks players and containers (measured; see docs/recording-format.md).
// It is no encoder: the one picture it knows is black. CABAC is refused; then the last picture is held.
// Pure functions of bytes that may be anything.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace dd::archive {

// An avcC record (ISO 14496-15, 5.2.4.1) taken apart.
struct AvcParameters {
  std::vector<std::vector<std::uint8_t>> sps;  // NAL units, with their header byte
  std::vector<std::vector<std::uint8_t>> pps;
  unsigned length_size = 4;  // of the field in front of each NAL unit
};

Result<AvcParameters> parse_avcc(std::span<const std::uint8_t> avcc);

// One NAL unit without a length in front. `idr_pic_id` must differ between two IDRs that follow each other.
Result<std::vector<std::uint8_t>> make_black_idr(const AvcParameters& parameters, unsigned idr_pic_id);

// NAL units one after the other, each behind its length of four bytes.
void append_nal(std::vector<std::uint8_t>& sample, std::span<const std::uint8_t> nal);

// The sample again with lengths of four bytes, and the parameter sets in front when it holds none of its own.
Result<std::vector<std::uint8_t>> with_parameters(std::span<const std::uint8_t> sample, const AvcParameters& parameters);

}  // namespace dd::archive
