// SPDX-License-Identifier: MIT
// Any bytes as datagrams of a stream: parsing, repairing and assembling them ends, stays within bounds and makes no frame
// that a container could not carry. The first byte chooses the codec; then each datagram follows its length of two bytes.
// links: dd_rtp
#include <algorithm>
#include <cstdint>

#include "base/check.hpp"
#include "rtp/frame.hpp"
#include "rtp/rtcp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dd::rtp;
  if (size == 0) return 0;
  const auto assembler = make_frame_assembler(static_cast<FrameFormat>(data[0] % 5));
  JitterBuffer jitter({.nack = (data[0] & 0x80) != 0, .max_packets = 64});
  dd::MonotonicTime now{};
  std::vector<Frame> frames;
  const Bytes input(data + 1, size - 1);
  for (std::size_t at = 0; at + 2 <= input.size();) {
    const std::size_t length = std::min<std::size_t>(read_u16(input, at) % 2048, input.size() - at - 2);
    const Bytes datagram = input.subspan(at + 2, length);
    at += 2 + length;
    now += std::chrono::milliseconds{20};
    if (is_rtcp(datagram)) {
      DD_CHECK(parse_rtcp(datagram).sender_reports.size() <= datagram.size() / 28, "a report needs its bytes");
      continue;
    }
    const auto packet = parse_packet(datagram);
    if (!packet) continue;
    for (unsigned id = 0; id < 256; ++id) (void)packet->extension(static_cast<std::uint8_t>(id));
    jitter.insert(*packet, now);
    if (const auto original = unwrap_rtx(*packet, 96, 1)) jitter.insert(*original, now);
    (void)make_nack(1, 2, jitter.to_ask(now));
    while (const auto ordered = jitter.pop(now)) assembler->push(*ordered, frames);
    DD_CHECK(jitter.waiting() <= 66, "the buffer is bounded");
    for (const Frame& frame : frames) DD_CHECK(!frame.bytes.empty() && frame.bytes.size() <= (17U << 20), "a frame has bytes");
    frames.clear();
  }
  return 0;
}
