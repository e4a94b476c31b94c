// SPDX-License-Identifier: MIT
// Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01): made of the arrival times of a
// receiver's packets, and read for its counts by a sender. It estimates no bandwidth. FeedbackBuilder: one for each transport.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "bench/load/wire.hpp"
#include "rtp/packet.hpp"

namespace dd::load {

class FeedbackBuilder {
 public:
  void add(std::uint16_t sequence, Nanoseconds arrival);
  // An RTCP packet about what came since the last one; empty when nothing did. When much has, more is left for another call.
  std::vector<std::uint8_t> build(std::uint32_t sender, std::uint32_t media);

 private:
  rtp::Unwrapper<std::uint16_t> sequences_;
  std::optional<std::int64_t> next_;  // the first that no feedback was about
  std::map<std::int64_t, Nanoseconds> arrivals_;
  std::uint8_t count_ = 0;
};

struct FeedbackSummary {
  std::uint16_t base = 0;
  std::vector<std::optional<std::int64_t>> arrivals;  // from `base` on, in microseconds of the receiver's clock; nothing: not received
};

// `packet`: one RTCP packet of type 205, format 15. Nothing for a damaged one.
std::optional<FeedbackSummary> parse_transport_feedback(Bytes packet);

}  // namespace dd::load
