// SPDX-License-Identifier: MIT
// H.264 over RTP (RFC 6184, single NAL units, STAP-A and FU-A): an access unit with lengths in front of its NAL units,
// and the avcC record made of the parameter sets that came in it. No slice is read beyond its type and first macroblock.
// Belongs to one track.
#pragma once

#include <map>

#include "rtp/picture_assembler.hpp"

namespace dd::rtp {

struct H264Size {
  std::uint16_t width = 0;
  std::uint16_t height = 0;
};

// From a sequence parameter set with its NAL header.
std::optional<H264Size> h264_size(Bytes sps);

class H264Assembler final : public PictureAssembler {
 protected:
  void begin() override;
  bool append(Bytes payload, bool first) override;
  std::optional<Frame> finish() override;

 private:
  using ParameterSets = std::map<std::uint32_t, std::vector<std::uint8_t>>;

  bool add_unit(Bytes unit);
  bool end_unit(std::size_t begin);
  bool keep_parameters(ParameterSets& sets, Bytes unit, std::uint32_t id, std::uint32_t max_id);
  void make_configuration();

  bool key_ = false;
  bool slice_seen_ = false;
  bool whole_ = true;                       // the first slice begins at the first macroblock
  std::optional<std::size_t> fragment_at_;  // where the fragmented unit begins in bytes_
  ParameterSets sps_;
  ParameterSets pps_;
  bool changed_ = false;
  Configuration configuration_;
  H264Size size_;
};

}  // namespace dd::rtp
