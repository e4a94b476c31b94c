// SPDX-License-Identifier: MIT
// One batch of received datagrams, or of frames that came over TCP. While it lives, Router keeps the RTP packets it is given; at its end
// they are forwarded consumer by consumer, so that each consumer's state is fetched once per burst and its packets stand side by side in
// the send queues, which are then flushed. Owned by one loop; never nested.
#pragma once

#include <cstddef>
#include <cstdint>

#include "loop_clock.hpp"

namespace RTC {
class Router;
class Producer;
namespace RTP {
class Packet;
}
}  // namespace RTC

namespace dd {

class Batch {
 public:
  static constexpr std::size_t kDatagrams = 32;
  // Room for one datagram, and for what is added to it: what a jumbo frame holds. A longer one is dropped; media never comes so.
  static constexpr std::size_t kSlot = 9216;

  // The memory of a batch's datagrams, aligned since packets are read as structs. All sockets of this loop share it: a batch is forwarded
  // before the next is read.
  static std::uint8_t* slot(std::size_t index);

  Batch();
  ~Batch();
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  // Takes the packet over if a batch is open. It stays valid at least until the datagram is handled.
  static bool keep(RTC::Router* router, RTC::Producer* producer, RTC::RTP::Packet* packet);
  // Whether keep() took it: then it is not the caller's to delete.
  static bool keeps(const RTC::RTP::Packet* packet);
  // Forwards what is kept. Called at the end, and before anything that a kept packet refers to goes away.
  static void forward();

 private:
#ifdef DD_MS_BATCH_CLOCK
  loop_clock::Frozen clock_;
#endif
};

// Flush the send queue before and after the loop waits.
void start_loop_hooks();
void stop_loop_hooks();

}  // namespace dd
