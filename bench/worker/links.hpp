// SPDX-License-Identifier: MIT
// Links: the sockets of all peers, on the loopback. Over UDP the peers share one socket and differ by their address in 127.0.0.0/8, so
// that what a burst to hundreds of them costs this process is one recvmmsg() for 64 datagrams and not one for each peer: the worker is
// to be the limit, and not its peers. Over TCP each has a connection, framed as RFC 4571 says. It sleeps never: waking a sleeper
// costs whoever sends to it, which is the worker here and nobody on a network. It knows nothing of what is in a datagram. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "bench/load/wire.hpp"

namespace dd::bench {

class Links {
 public:
  enum class Protocol { kUdp, kTcp };
  using Take = std::function<void(std::size_t peer, load::MutableBytes datagram, load::Nanoseconds arrival)>;

  explicit Links(Protocol protocol);
  ~Links();
  Links(const Links&) = delete;
  Links& operator=(const Links&) = delete;

  // To this port of the loopback; the number of the new peer.
  std::size_t open(std::uint16_t port);
  void send(std::size_t peer, load::Bytes datagram);
  // Hands over some of what is there; how many datagrams that was. Over UDP with the kernel's stamp, so that what they wait here for us
  // is not taken for the worker's.
  std::size_t receive(const Take& take);

  // What our own kernel has dropped because we read too slowly.
  std::uint64_t overflows() const { return overflows_; }

 private:
  struct Link {
    int descriptor = -1;  // its own; -1 when it shares
    std::uint16_t port = 0;
    std::vector<std::uint8_t> stream = {};  // of TCP: what has come of frames that are not whole
    std::uint32_t overflows = 0;            // as the kernel counted them last
  };
  struct Incoming;

  void watch(std::size_t peer);
  std::size_t receive_udp(int descriptor, std::size_t owner, const Take& take);
  std::size_t receive_tcp(std::size_t peer, const Take& take);

  Protocol protocol_;
  int shared_ = -1;
  int epoll_ = -1;
  std::vector<Link> links_;
  std::unique_ptr<Incoming> incoming_;
  std::uint64_t overflows_ = 0;
};

}  // namespace dd::bench
