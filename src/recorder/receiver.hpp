// SPDX-License-Identifier: MIT
// The one UDP socket of a recorder process, on 127.0.0.1: datagrams in batches with the kernel's arrival times, RTCP out.
// It does not look into a datagram and decides nothing about when to read. Lives on the recorder's loop.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <netinet/in.h>
#include <sys/socket.h>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "rtp/packet.hpp"

namespace dd::recorder {

class Receiver {
 public:
  using OnDatagram = UniqueFunction<void(rtp::Bytes datagram, std::uint16_t source_port, MonotonicTime arrival)>;

  static constexpr std::size_t kBatch = 64;
  static constexpr std::size_t kMaxDatagram = 2048;  // the worker's are below 1500; a longer one is dropped

  static Result<std::unique_ptr<Receiver>> open(const Clock& clock);
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  ~Receiver();

  std::uint16_t port() const { return port_; }
  int buffer_bytes() const { return buffer_bytes_; }  // that the kernel granted

  // Hands over what has come, at most kBatch datagrams; answers how many it took from the socket.
  std::size_t receive(OnDatagram& on_datagram);

  // Never waits; what the kernel does not take is lost, as on any network.
  void send(std::uint16_t port, const std::vector<std::uint8_t>& datagram);

 private:
  Receiver(const Clock& clock, int fd);
  void prepare(std::size_t i);

  struct Place {
    std::array<std::uint8_t, kMaxDatagram> bytes;
    alignas(cmsghdr) std::array<std::uint8_t, 64> control;
    sockaddr_in from;
    iovec span;
  };

  const Clock& clock_;
  int fd_;
  std::uint16_t port_ = 0;
  int buffer_bytes_ = 0;
  std::vector<Place> places_;
  std::array<mmsghdr, kBatch> messages_{};
};

}  // namespace dd::recorder
