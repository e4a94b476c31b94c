// SPDX-License-Identifier: MIT
#include "bench/load/transport_feedback.hpp"

#include <algorithm>

namespace dd::load {
namespace {

enum Symbol : std::uint8_t { kNotReceived = 0, kSmallDelta = 1, kLargeDelta = 2 };

constexpr std::uint8_t kFeedbackType = 205;
constexpr std::uint8_t kFormat = 15;
constexpr std::size_t kFeedbackHeader = 20;
constexpr std::int64_t kTickUs = 250;
constexpr std::int64_t kReferenceUs = 64'000;
constexpr std::size_t kInVector = 7;           // symbols of two bits in a chunk
constexpr std::size_t kMaxRun = 0x1FFF;        // of a run-length chunk
constexpr std::size_t kMaxReported = 400;      // keeps a packet with large deltas below 1000 bytes
constexpr std::int64_t kMaxPending = 1 << 14;  // older ones are given up, and so are those behind a jump

void append_chunks(std::vector<std::uint8_t>& out, const std::vector<Symbol>& symbols) {
  for (std::size_t at = 0; at < symbols.size();) {
    std::size_t run = 1;
    while (at + run < symbols.size() && symbols[at + run] == symbols[at] && run < kMaxRun) ++run;
    if (run >= kInVector || at + run == symbols.size()) {
      append_u16(out, (std::uint32_t{symbols[at]} << 13) | static_cast<std::uint32_t>(run));
      at += run;
      continue;
    }
    std::uint32_t chunk = 0xC000;
    for (std::size_t index = 0; index < kInVector && at < symbols.size(); ++index)
      chunk |= std::uint32_t{symbols[at++]} << (12 - 2 * index);
    append_u16(out, chunk);
  }
}

}  // namespace

void FeedbackBuilder::add(std::uint16_t sequence, Nanoseconds arrival) {
  const std::int64_t number = sequences_.unwrap(sequence);
  if (!next_) next_ = number;
  // Said to be lost already; a late correction is allowed, but no sender of ours needs it.
  if (number < *next_) return;
  arrivals_.emplace(number, arrival);
  if (arrivals_.rbegin()->first - *next_ > kMaxPending) {
    next_ = arrivals_.rbegin()->first;
    arrivals_.erase(arrivals_.begin(), std::prev(arrivals_.end()));
  }
}

std::vector<std::uint8_t> FeedbackBuilder::build(std::uint32_t sender, std::uint32_t media) {
  if (arrivals_.empty()) return {};
  const std::int64_t base = *next_;
  // The reference is a little before the first arrival; deltas then count from it, each from the one before.
  const std::int64_t reference = arrivals_.begin()->second / 1000 / kReferenceUs;
  std::int64_t ticks = reference * (kReferenceUs / kTickUs);
  std::vector<Symbol> symbols;
  std::vector<std::uint8_t> deltas;
  auto at = arrivals_.begin();
  for (; at != arrivals_.end(); ++at) {
    const auto place = static_cast<std::size_t>(at->first - base);
    if (place >= kMaxReported && !symbols.empty()) break;
    const std::int64_t delta = at->second / 1000 / kTickUs - ticks;
    if (delta < -32768 || delta > 32767) break;  // the next packet's reference reaches it
    symbols.resize(place, kNotReceived);
    const bool small = delta >= 0 && delta <= 255;
    symbols.push_back(small ? kSmallDelta : kLargeDelta);
    if (small) {
      append_u8(deltas, static_cast<std::uint32_t>(delta));
    } else {
      append_u16(deltas, static_cast<std::uint32_t>(delta) & 0xFFFFU);
    }
    ticks += delta;
  }
  arrivals_.erase(arrivals_.begin(), at);
  next_ = base + static_cast<std::int64_t>(symbols.size());

  std::vector<std::uint8_t> out{0x80 | kFormat, kFeedbackType, 0, 0};
  append_u32(out, sender);
  append_u32(out, media);
  append_u16(out, static_cast<std::uint32_t>(base) & 0xFFFFU);
  append_u16(out, static_cast<std::uint32_t>(symbols.size()));
  append_u16(out, static_cast<std::uint32_t>(reference >> 8) & 0xFFFFU);
  append_u8(out, static_cast<std::uint32_t>(reference));
  append_u8(out, count_++);
  append_chunks(out, symbols);
  append(out, deltas);
  // RFC 3550, section 6.4.1: padding, whose last byte is its length.
  if (const std::size_t padding = (4 - out.size() % 4) % 4; padding != 0) {
    out.resize(out.size() + padding);
    out.back() = static_cast<std::uint8_t>(padding);
    out[0] |= 0x20U;
  }
  write_u16(out, 2, static_cast<std::uint32_t>(out.size() / 4 - 1));
  return out;
}

std::optional<FeedbackSummary> parse_transport_feedback(Bytes packet) {
  if (packet.size() < kFeedbackHeader || (packet[0] & 0x1FU) != kFormat || packet[1] != kFeedbackType) return std::nullopt;
  FeedbackSummary summary;
  summary.base = rtp::read_u16(packet, 12);
  const std::size_t count = rtp::read_u16(packet, 14);
  std::int64_t ticks = ((std::int64_t{packet[16]} << 16) | rtp::read_u16(packet, 17)) * (kReferenceUs / kTickUs);
  std::vector<std::uint8_t> symbols;
  std::size_t at = kFeedbackHeader;
  while (symbols.size() < count) {
    if (at + 2 > packet.size()) return std::nullopt;
    const std::uint16_t chunk = rtp::read_u16(packet, at);
    at += 2;
    if ((chunk & 0x8000U) == 0) {
      symbols.insert(symbols.end(), std::min<std::size_t>(chunk & kMaxRun, count - symbols.size()),
                     static_cast<std::uint8_t>((chunk >> 13) & 3U));
      if ((chunk & kMaxRun) == 0) return std::nullopt;
    } else if ((chunk & 0x4000U) == 0) {
      for (int bit = 13; bit >= 0 && symbols.size() < count; --bit) symbols.push_back((chunk >> bit) & 1U);
    } else {
      for (int bit = 12; bit >= 0 && symbols.size() < count; bit -= 2) symbols.push_back((chunk >> bit) & 3U);
    }
  }
  for (const std::uint8_t symbol : symbols) {
    std::int64_t delta = 0;
    if (symbol == kSmallDelta && at < packet.size()) {
      delta = packet[at++];
    } else if (symbol == kLargeDelta && at + 2 <= packet.size()) {
      delta = static_cast<std::int16_t>(rtp::read_u16(packet, at));
      at += 2;
    } else if (symbol != kNotReceived) {
      return std::nullopt;
    }
    ticks += delta;
    summary.arrivals.push_back(symbol == kNotReceived ? std::nullopt : std::optional(ticks * kTickUs));
  }
  return summary;
}

}  // namespace dd::load
