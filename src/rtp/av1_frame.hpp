// SPDX-License-Identifier: MIT
// AV1 over RTP (the AOM's payload specification, version 1.0): joins OBU fragments into a temporal unit as Matroska stores it,
// each OBU with its size and without temporal delimiters, and makes av1C of the sequence header.
// Belongs to one track.
#pragma once

#include "rtp/picture_assembler.hpp"

namespace dd::rtp {

struct Av1Sequence {
  std::uint16_t width = 0;
  std::uint16_t height = 0;
  bool reduced_still_picture = false;
  std::uint8_t profile = 0;
  std::uint8_t level = 0;
  bool high_tier = false;
  bool high_bit_depth = false;
  bool twelve_bit = false;
  bool monochrome = false;
  bool subsampling_x = false;
  bool subsampling_y = false;
  std::uint8_t chroma_position = 0;
};

// From a sequence header's payload, without its OBU header.
std::optional<Av1Sequence> parse_av1_sequence(Bytes payload);

class Av1Assembler final : public PictureAssembler {
 protected:
  void begin() override;
  bool append(Bytes payload, bool first) override;
  std::optional<Frame> finish() override;

 private:
  bool end_unit();

  std::vector<std::uint8_t> unit_;  // the OBU that is being joined
  bool open_unit_ = false;
  bool key_ = false;
  Av1Sequence sequence_;
  std::vector<std::uint8_t> sequence_unit_;
  Configuration configuration_;
};

}  // namespace dd::rtp
