// SPDX-License-Identifier: MIT
#include "rtp/picture_assembler.hpp"

namespace dd::rtp {

void PictureAssembler::push(const OrderedPacket& packet, std::vector<Frame>& out) {
  if (packet.after_loss) open_ = false;
  if (open_ && packet.timestamp != timestamp_) close(out);
  // 3GPP TS 26.114, section 7.4.5: sent with the last packet of a key frame and where it changed, and holds until then. The two lowest bits
  // are quarter turns; a picture sent as in a mirror is shown so.
  if (packet.orientation) rotation_ = static_cast<std::uint16_t>(90 * (*packet.orientation & 3U));
  if (packet.payload.empty()) return;  // padding, sent by the worker to probe the bandwidth
  const bool first = !open_;
  if (first) {
    open_ = true;
    broken_ = false;
    timestamp_ = packet.timestamp;
    arrival_ = packet.arrival;
    bytes_.clear();
    begin();
  }
  if (!broken_) broken_ = !append(packet.payload, first) || bytes_.size() > kMaxPicture;
  if (broken_) bytes_.clear();
  if (packet.marker) close(out);
}

void PictureAssembler::close(std::vector<Frame>& out) {
  open_ = false;
  if (broken_) return;
  auto frame = finish();
  if (!frame) return;
  frame->timestamp = timestamp_;
  frame->arrival = arrival_;
  frame->rotation = rotation_;
  frame->bytes = std::move(bytes_);
  bytes_ = {};
  out.push_back(std::move(*frame));
}

}  // namespace dd::rtp
