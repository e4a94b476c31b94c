// SPDX-License-Identifier: MIT
// Gaps: what is missing between the first and the last packet of each stream that one peer receives. It knows nothing of what should
// have come before or after. One for each peer.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "rtp/packet.hpp"

namespace dd::bench {

class Gaps {
 public:
  void add(std::uint32_t ssrc, std::uint16_t sequence) {
    Stream& stream = of(ssrc);
    const std::int64_t whole = stream.highest.peek(sequence);
    if (stream.received++ == 0) stream.first = whole;
    stream.first = std::min(stream.first, whole);
    if (whole >= stream.highest.last().value_or(whole)) stream.highest.unwrap(sequence);
  }

  // A packet that came twice stands for one that did not.
  std::uint64_t missing() const {
    std::uint64_t sum = 0;
    for (const Stream& stream : streams_) {
      const auto expected = static_cast<std::uint64_t>(*stream.highest.last() - stream.first + 1);
      sum += expected - std::min(expected, stream.received);
    }
    return sum;
  }

  void clear() { streams_.clear(); }

 private:
  struct Stream {
    std::uint32_t ssrc = 0;
    std::uint64_t received = 0;
    std::int64_t first = 0;
    rtp::Unwrapper<std::uint16_t> highest = {};
  };

  // Of the some dozens that a peer has, mostly the one of the packet before: a burst is of one stream.
  Stream& of(std::uint32_t ssrc) {
    if (last_ < streams_.size() && streams_[last_].ssrc == ssrc) return streams_[last_];
    const auto found = std::find_if(streams_.begin(), streams_.end(), [ssrc](const Stream& each) { return each.ssrc == ssrc; });
    last_ = static_cast<std::size_t>(found - streams_.begin());
    if (found == streams_.end()) streams_.push_back({.ssrc = ssrc});
    return streams_[last_];
  }

  std::vector<Stream> streams_;
  std::size_t last_ = 0;
};

}  // namespace dd::bench
