// SPDX-License-Identifier: MIT
// Vp8Source: frames of a camera as a VP8 encoder and packetizer would make them, in number, size and headers (RFC 7741, RFC 6386); the
// picture itself is noise, which no server looks at and no decoder can show. Pure; one for each video stream.
#pragma once

#include <cstdint>

#include "bench/load/wire.hpp"

namespace dd::load {

struct Vp8Settings {
  std::uint32_t bitrate = 1'500'000;  // bits a second of payload
  std::uint32_t frames_per_second = 30;
  std::uint16_t width = 1280;
  std::uint16_t height = 720;
};

struct Vp8Frame {
  bool key = false;
  std::uint16_t picture = 0;
  std::size_t size = 0;  // of the encoded picture
  std::size_t packets = 0;
};

class Vp8Source {
 public:
  static constexpr std::size_t kMaxPayload = 1160;  // leaves room for headers below the 1200 bytes of WebRTC

  Vp8Source(Vp8Settings settings, std::uint64_t seed);

  Vp8Frame next(bool key);
  // Payload number `index` of the frame, with its descriptor; `extra` bytes of noise at the end are the caller's to overwrite.
  std::size_t write(MutableBytes out, const Vp8Frame& frame, std::size_t index, std::size_t extra) const;

 private:
  Vp8Settings settings_;
  std::uint64_t random_;
  std::uint16_t picture_;
  double debt_ = 0;  // bytes that key frames took and the following frames give back
};

}  // namespace dd::load
