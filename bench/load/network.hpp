// SPDX-License-Identifier: MIT
// Network: the UDP sockets of all peers. Each transport has one of its own, because a server with one port for all tells transports
// apart by the address they send from. What arrives is read in batches and stamped by the kernel, so that the time a datagram
// waits here for us is not taken for the server's; what is sent is gathered until flush(). It knows nothing of what is in a datagram.
// Lives on the loop.
#pragma once

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "bench/load/wire.hpp"

namespace dd::load {

class DatagramSink {
 public:
  virtual ~DatagramSink() = default;
  virtual void on_datagram(MutableBytes bytes, Nanoseconds arrival) = 0;
  // After the last datagram of a batch: the time to answer.
  virtual void on_batch_end() {}
};

struct NetworkCounters {
  std::uint64_t sent_datagrams = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t send_failures = 0;  // the kernel took them not, mostly because its buffer was full
  std::uint64_t received_datagrams = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t receive_overflows = 0;  // arrived and dropped by our own kernel, because we read too slowly
};

class Network;

// One connected socket; destroying it closes it.
class UdpPort {
 public:
  UdpPort(Network& network, int fd, DatagramSink& sink) : network_(network), fd_(fd), sink_(sink) {}
  ~UdpPort();
  UdpPort(const UdpPort&) = delete;
  UdpPort& operator=(const UdpPort&) = delete;

 private:
  friend class Network;

  Network& network_;
  int fd_;
  DatagramSink& sink_;
  std::uint32_t overflows_ = 0;  // as the kernel counted them last
};

class Network {
 public:
  static constexpr std::size_t kSlotSize = 1600;  // an Ethernet frame's payload with room for SRTP's tag

  static Result<std::unique_ptr<Network>> open(Loop& loop);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // `peer` is the only address it will ever send to or hear.
  Result<std::unique_ptr<UdpPort>> open_port(const boost::asio::ip::udp::endpoint& peer, DatagramSink& sink);

  // Where to build the next datagram; it is sent by commit(), and the slot is another's after that.
  MutableBytes slot() { return slots_[queued_]; }
  void commit(UdpPort& port, std::size_t size);
  void send(UdpPort& port, Bytes datagram);
  void flush();

  const NetworkCounters& counters() const { return counters_; }

 private:
  friend class UdpPort;
  static constexpr std::size_t kSendBatch = 64;
  static constexpr std::size_t kReceiveBatch = 32;

  struct Queued {
    int fd = -1;
    std::size_t size = 0;
  };
  struct Incoming;

  explicit Network(int epoll_fd);
  void receive();
  void receive_from(UdpPort& port);
  void forget(UdpPort& port);

  int epoll_fd_;
  FdWatch watch_;
  NetworkCounters counters_;
  std::array<std::array<std::uint8_t, kSlotSize>, kSendBatch> slots_;
  std::array<Queued, kSendBatch> queue_;
  std::size_t queued_ = 0;
  std::unique_ptr<Incoming> incoming_;
  std::vector<UdpPort*> ready_;  // of the batch being read; a closed one is taken out
};

// The kernel's clock that SO_TIMESTAMPNS stamps with.
Nanoseconds stamp_now();

}  // namespace dd::load
