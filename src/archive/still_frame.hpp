// SPDX-License-Identifier: MIT
// One key frame of VP8, VP9 or AV1 in a given size, black or with an image, encoded once with libavcodec.
// Not for H264: there black must be made for the stream's own parameter sets (h264_black.hpp), and an image cannot be.
// Pure but for the encoder's cost, about a millisecond for each size.
#pragma once

#include <cstdint>
#include <vector>

#include "archive/image.hpp"
#include "base/result.hpp"
#include "recording/terms.hpp"

namespace dd::archive {

struct StillFrame {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint8_t> setup;  // what a container wants to know of such a stream; av1C's content for AV1
};

// Without an image it is black. kUnavailable when this libavcodec has no encoder for it.
Result<StillFrame> encode_still(recording::Codec codec, std::uint32_t width, std::uint32_t height, const Image* image = nullptr);

}  // namespace dd::archive
