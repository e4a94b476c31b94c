// SPDX-License-Identifier: MIT
#include "bench/load/reception.hpp"

#include <algorithm>
#include <cmath>

namespace dd::load {
namespace {

// A larger step is another beginning (RFC 3550, appendix A.1: MAX_DROPOUT), and nobody asks for it again.
constexpr std::int64_t kMaxDropout = 3000;

}  // namespace

void Reception::add(const rtp::PacketView& packet, std::size_t size, Nanoseconds arrival, std::vector<std::uint16_t>* missing) {
  ++received_;
  bytes_ += size;
  const std::int64_t sequence = highest_.peek(packet.sequence);
  if (!highest_.last()) {
    first_ = sequence;
    highest_.unwrap(packet.sequence);
  } else if (sequence > *highest_.last()) {
    const std::int64_t next = *highest_.last() + 1;
    if (missing != nullptr && sequence - next <= kMaxDropout) {
      for (std::int64_t skipped = next; skipped < sequence; ++skipped) missing->push_back(static_cast<std::uint16_t>(skipped));
    }
    highest_.unwrap(packet.sequence);
  } else {
    ++reordered_;
    first_ = std::min(first_, sequence);
  }
  // RFC 3550, appendix A.8. Only differences matter, so the clocks need not agree.
  const double transit = static_cast<double>(arrival % 1'000'000'000'000) * clock_rate_ / 1e9 - packet.timestamp;
  if (last_transit_) {
    const double difference = std::abs(transit - *last_transit_);
    if (difference < clock_rate_) jitter_ += (difference - jitter_) / 16;  // not over a wrap of either clock
  }
  last_transit_ = transit;
}

void Reception::on_sender_report(const rtp::SenderReport& report, Nanoseconds arrival) {
  last_report_ = static_cast<std::uint32_t>(report.ntp >> 16);
  last_report_arrival_ = arrival;
}

ReceptionCounters Reception::counters() const {
  ReceptionCounters counters;
  if (highest_.last()) counters.expected = static_cast<std::uint64_t>(*highest_.last() - first_ + 1);
  counters.received = received_;
  counters.repaired = repaired_;
  counters.reordered = reordered_;
  counters.bytes = bytes_;
  return counters;
}

rtp::ReceptionBlock Reception::report(Nanoseconds now) {
  const ReceptionCounters all = counters();
  const ReceptionCounters since = all - reported_;
  reported_ = all;
  rtp::ReceptionBlock block;
  block.ssrc = ssrc_;
  const auto lost = static_cast<std::int64_t>(since.expected) - static_cast<std::int64_t>(since.received);
  if (since.expected > 0 && lost > 0) {
    block.fraction_lost = static_cast<std::uint8_t>(std::min<std::int64_t>(255, lost * 256 / static_cast<std::int64_t>(since.expected)));
  }
  block.total_lost = static_cast<std::int32_t>(static_cast<std::int64_t>(all.expected) - static_cast<std::int64_t>(all.received));
  if (highest_.last())
    block.highest_sequence = static_cast<std::uint32_t>(*highest_.last() - 0x10000);  // the unwrapper begins one turn ahead
  block.jitter = static_cast<std::uint32_t>(jitter_);
  if (last_report_arrival_ != 0) {
    block.last_report = last_report_;
    block.since_last_report = static_cast<std::uint32_t>((now - last_report_arrival_) * 65536 / 1'000'000'000);
  }
  return block;
}

}  // namespace dd::load
