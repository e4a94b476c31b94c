// SPDX-License-Identifier: MIT
// Reception: what arrived of one RTP stream - loss, reordering, jitter - and the report of it (RFC 3550, section 6.4).
// It keeps no packet. One for each stream of a subscriber.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "bench/load/counters.hpp"
#include "bench/load/wire.hpp"
#include "rtp/rtcp.hpp"

namespace dd::load {

struct ReceptionCounters {
  std::uint64_t expected = 0;
  std::uint64_t received = 0;  // of its own; what was repaired is apart
  std::uint64_t repaired = 0;  // by RTX
  std::uint64_t reordered = 0;
  std::uint64_t bytes = 0;  // of RTP with its header

  std::uint64_t lost() const { return expected > received + repaired ? expected - received - repaired : 0; }
  static constexpr auto members() {
    return std::array{&ReceptionCounters::expected, &ReceptionCounters::received, &ReceptionCounters::repaired,
                      &ReceptionCounters::reordered, &ReceptionCounters::bytes};
  }
};

class Reception {
 public:
  Reception(std::uint32_t ssrc, std::uint32_t clock_rate) : ssrc_(ssrc), clock_rate_(clock_rate) {}

  // `missing`, when given, gets the sequence numbers that were skipped just now.
  void add(const rtp::PacketView& packet, std::size_t size, Nanoseconds arrival, std::vector<std::uint16_t>* missing = nullptr);
  // An RTX packet brought this one.
  void repair() { ++repaired_; }
  void on_sender_report(const rtp::SenderReport& report, Nanoseconds arrival);

  ReceptionCounters counters() const;
  std::uint32_t ssrc() const { return ssrc_; }
  bool begun() const { return highest_.last().has_value(); }
  // Of the time since the last block.
  rtp::ReceptionBlock report(Nanoseconds now);

 private:
  std::uint32_t ssrc_;
  std::uint32_t clock_rate_;
  rtp::Unwrapper<std::uint16_t> highest_;
  std::int64_t first_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t repaired_ = 0;
  std::uint64_t reordered_ = 0;
  std::uint64_t bytes_ = 0;
  double jitter_ = 0;  // in units of the clock
  std::optional<double> last_transit_;
  ReceptionCounters reported_;
  std::uint32_t last_report_ = 0;
  Nanoseconds last_report_arrival_ = 0;
};

}  // namespace dd::load
