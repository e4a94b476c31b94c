// SPDX-License-Identifier: MIT
// Puts one stream's packets back in order, says which are missing and worth asking for, and gives up on them after a limit.
// It adds no delay of its own: a packet whose predecessors are there leaves at once. It knows nothing of frames.
// Sans-IO; owned by the track it serves and stepped on the recorder's loop.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "rtp/packet.hpp"

namespace dd::rtp {

struct OrderedPacket {
  std::int64_t sequence = 0;  // unwrapped
  std::uint32_t timestamp = 0;
  bool marker = false;
  bool after_loss = false;  // packets right before this one were given up
  MonotonicTime arrival{};
  std::optional<std::uint8_t> orientation = {};  // of the picture, as the header extension has it
  std::vector<std::uint8_t> payload;
};

class JitterBuffer {
 public:
  struct Settings {
    bool nack = false;
    std::uint8_t orientation_id = 0;                      // of the header extension; 0 when there is none
    Duration patience = std::chrono::milliseconds{500};   // from noticing a hole to giving up; the worker's own repair fits in
    Duration reordering = std::chrono::milliseconds{60};  // patience where nobody can be asked
    Duration first_ask = std::chrono::milliseconds{10};   // a hole younger than this is mere reordering
    Duration ask_again = std::chrono::milliseconds{60};   // a little over what the worker refuses to repeat within, its RTT
    std::size_t max_packets = 2048;                       // beyond either bound the oldest hole is given up at once
    std::size_t max_bytes = 3U << 20;
  };

  struct Counters {
    std::uint64_t received = 0;  // without duplicates
    std::uint64_t lost = 0;      // given up
    std::uint64_t repaired = 0;  // filled a hole
    std::uint64_t late = 0;      // after they were given up
    std::uint64_t duplicate = 0;
    std::uint64_t resets = 0;  // the sender began a new numbering
  };

  explicit JitterBuffer(Settings settings) : settings_(settings) {}

  void insert(const PacketView& packet, MonotonicTime arrival);

  // The next packet in order, if it is its turn by now.
  std::optional<OrderedPacket> pop(MonotonicTime now);

  // The sequence numbers to ask for by now, ascending; each is named again only after `ask_again`.
  std::vector<std::uint16_t> to_ask(MonotonicTime now);

  // When pop() or to_ask() has something new to say without another packet.
  std::optional<MonotonicTime> next_deadline() const;

  // Forgets all that waits and where the numbering was: recording paused, or the source changed.
  void reset();

  const Counters& counters() const { return counters_; }
  std::uint32_t highest_sequence() const { return static_cast<std::uint32_t>(highest_); }  // extended, for receiver reports
  std::size_t waiting() const { return packets_; }

 private:
  struct Slot {
    std::optional<OrderedPacket> packet;
    MonotonicTime missing_since{};
    MonotonicTime asked_at{};
    bool asked = false;
  };

  std::optional<std::uint8_t> orientation_of(const PacketView& packet) const;
  bool accept_jump(const PacketView& packet);
  void give_up_first_hole();
  Duration patience() const { return settings_.nack ? settings_.patience : settings_.reordering; }

  Settings settings_;
  Counters counters_;
  Unwrapper<std::uint16_t> unwrapper_;
  std::deque<Slot> slots_;  // slots_[0] is sequence first_
  std::int64_t first_ = 0;
  std::int64_t highest_ = 0;
  bool started_ = false;
  bool lost_before_ = false;
  std::optional<std::uint16_t> suspect_;  // the successor of a packet that jumped
  std::size_t packets_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace dd::rtp
