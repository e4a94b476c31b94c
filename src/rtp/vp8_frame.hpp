// SPDX-License-Identifier: MIT
// VP8 over RTP (RFC 7741): strips the payload descriptor and joins a picture's packets.
// Of the picture only its header is read. Belongs to one track.
#pragma once

#include "rtp/picture_assembler.hpp"

namespace dd::rtp {

struct Vp8Descriptor {
  bool starts_picture = false;  // of the first partition
  std::size_t length = 0;
};

std::optional<Vp8Descriptor> parse_vp8_descriptor(Bytes payload);

class Vp8Assembler final : public PictureAssembler {
 protected:
  void begin() override {}
  bool append(Bytes payload, bool first) override;
  std::optional<Frame> finish() override;
};

}  // namespace dd::rtp
