// SPDX-License-Identifier: MIT
// Opus over RTP (RFC 7587): a packet is a frame; its first byte says how long it lasts.
// Nothing else is looked at. Belongs to one track.
#pragma once

#include "rtp/frame.hpp"

namespace dd::rtp {

// RFC 6716, section 3.1; zero for a packet that is none or lasts more than 120 ms.
Duration opus_duration(Bytes packet);

class OpusAssembler final : public FrameAssembler {
 public:
  void push(const OrderedPacket& packet, std::vector<Frame>& out) override;
  void reset() override {}
};

}  // namespace dd::rtp
