// SPDX-License-Identifier: MIT
// VP9 over RTP (RFC 9628): strips the payload descriptor and joins the layers of a picture into one superframe, of which the highest
// is shown. No layer is dropped here; the worker forwards those that were asked for. Belongs to one track.
#pragma once

#include <array>

#include "rtp/picture_assembler.hpp"
#include "rtp/vp9_header.hpp"

namespace dd::rtp {

struct Vp9Descriptor {
  bool inter_predicted = false;
  bool starts_layer = false;
  bool ends_layer = false;
  std::uint8_t spatial_layer = 0;
  std::uint16_t width = 0;  // of spatial_layer, when the scalability structure is here and says so
  std::uint16_t height = 0;
  std::size_t length = 0;
};

std::optional<Vp9Descriptor> parse_vp9_descriptor(Bytes payload);

class Vp9Assembler final : public PictureAssembler {
 protected:
  void begin() override;
  bool append(Bytes payload, bool first) override;
  std::optional<Frame> finish() override;

 private:
  void hide_lower_layers();
  void append_index();

  static constexpr std::size_t kMaxLayers = 8;  // of a superframe, VP9 specification annex B

  Vp9Headers headers_;
  std::array<std::size_t, kMaxLayers> layer_ends_{};
  std::size_t layers_ = 0;
  bool inter_predicted_ = false;
  std::array<std::array<std::uint16_t, 2>, kMaxLayers> sizes_{};
  std::uint8_t top_layer_ = 0;
};

}  // namespace dd::rtp
