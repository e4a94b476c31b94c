// SPDX-License-Identifier: MIT
// What the video codecs share: packets of one timestamp up to the marker are one picture, and one that misses a packet is none.
// It reads no payload; each codec says how a packet is appended and what the whole means.
// Base class of the assemblers in this folder.
#pragma once

#include "rtp/frame.hpp"

namespace dd::rtp {

class PictureAssembler : public FrameAssembler {
 public:
  void push(const OrderedPacket& packet, std::vector<Frame>& out) final;
  void reset() final { open_ = false; }

 protected:
  static constexpr std::size_t kMaxPicture = 16U << 20;

  virtual void begin() = 0;
  // False when the packet cannot be the next one of this picture, or is damaged.
  virtual bool append(Bytes payload, bool first) = 0;
  // The picture from `bytes_`; nothing when it is not one after all.
  virtual std::optional<Frame> finish() = 0;

  std::vector<std::uint8_t> bytes_;

 private:
  void close(std::vector<Frame>& out);

  bool open_ = false;
  bool broken_ = false;
  std::uint32_t timestamp_ = 0;
  std::uint16_t rotation_ = 0;
  MonotonicTime arrival_{};
};

}  // namespace dd::rtp
