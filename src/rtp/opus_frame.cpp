// SPDX-License-Identifier: MIT
#include "rtp/opus_frame.hpp"

namespace dd::rtp {

Duration opus_duration(Bytes packet) {
  if (packet.empty()) return {};
  static constexpr int kSilk[] = {10000, 20000, 40000, 60000};
  static constexpr int kHybrid[] = {10000, 20000};
  static constexpr int kCelt[] = {2500, 5000, 10000, 20000};
  const unsigned config = packet[0] >> 3;
  const int one = config < 12 ? kSilk[config & 3U] : config < 16 ? kHybrid[config & 1U] : kCelt[config & 3U];
  int count = 1;
  switch (packet[0] & 3U) {
    case 0: break;
    case 3: count = packet.size() < 2 ? 0 : packet[1] & 0x3FU; break;
    default: count = 2;
  }
  const auto duration = std::chrono::microseconds{one * count};
  return duration > std::chrono::milliseconds{120} ? Duration{} : Duration{duration};
}

void OpusAssembler::push(const OrderedPacket& packet, std::vector<Frame>& out) {
  const Duration duration = opus_duration(packet.payload);
  if (duration == Duration{}) return;
  Frame frame;
  frame.timestamp = packet.timestamp;
  frame.arrival = packet.arrival;
  frame.key = true;
  frame.duration = duration;
  frame.bytes = packet.payload;
  out.push_back(std::move(frame));
}

}  // namespace dd::rtp
