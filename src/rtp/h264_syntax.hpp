// SPDX-License-Identifier: MIT
// What every reader of an H.264 parameter set needs (ITU-T H.264): the bytes without their escapes, and the parts whose length depends on
// what they say. It knows no packet and no file. Pure functions.
#pragma once

#include <cstdint>
#include <vector>

#include "rtp/bit_reader.hpp"

namespace dd::rtp {

// Of a NAL unit: 00 00 03 stands for 00 00 (7.4.1.1).
std::vector<std::uint8_t> without_emulation_prevention(Bytes unit);

// Whether a sequence parameter set of this profile says how its colours and samples are coded (7.3.2.1.1).
bool has_chroma_format(std::uint32_t profile);

// Past a scaling list of `length` numbers (7.3.2.1.1.1).
void skip_scaling_list(BitReader& reader, unsigned length);

}  // namespace dd::rtp
