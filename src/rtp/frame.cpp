// SPDX-License-Identifier: MIT
#include "rtp/frame.hpp"

#include "rtp/av1_frame.hpp"
#include "rtp/h264_frame.hpp"
#include "rtp/opus_frame.hpp"
#include "rtp/vp8_frame.hpp"
#include "rtp/vp9_frame.hpp"

namespace dd::rtp {

std::unique_ptr<FrameAssembler> make_frame_assembler(FrameFormat format) {
  switch (format) {
    case FrameFormat::kOpus: return std::make_unique<OpusAssembler>();
    case FrameFormat::kVp8: return std::make_unique<Vp8Assembler>();
    case FrameFormat::kVp9: return std::make_unique<Vp9Assembler>();
    case FrameFormat::kH264: return std::make_unique<H264Assembler>();
    case FrameFormat::kAv1: return std::make_unique<Av1Assembler>();
  }
  return nullptr;
}

}  // namespace dd::rtp
