// SPDX-License-Identifier: MIT
// A peer's TCP connection to the worker inside a fuzzer, framed as RFC 4571 says: what is sent in one piece is read by the worker as one
// batch, and a piece may end anywhere in a frame. Owned by the fuzzer's session.
#pragma once

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/check.hpp"

namespace dd::fuzz {

class FramedConnection {
 public:
  static constexpr std::size_t kLongest = 9400;  // the longest that the worker takes, with what it adds

  FramedConnection(const std::string& ip, std::uint16_t port)
      : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, ip.c_str(), &address.sin_addr);
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    // No lingering: each input connects anew, and ports would run out.
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    // On the loopback it is connected when the call returns, whatever it answers.
    static_cast<void>(::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)));
  }
  ~FramedConnection() { ::close(descriptor_); }
  FramedConnection(const FramedConnection&) = delete;
  FramedConnection& operator=(const FramedConnection&) = delete;

  void add(std::span<const std::uint8_t> frame) {
    outgoing_.push_back(static_cast<std::uint8_t>(frame.size() >> 8U));
    outgoing_.push_back(static_cast<std::uint8_t>(frame.size()));
    outgoing_.insert(outgoing_.end(), frame.begin(), frame.end());
  }

  // Sends what was added but for its last `kept` bytes.
  void send(std::size_t kept) {
    const std::size_t length = outgoing_.size() - std::min(kept, outgoing_.size());
    const ssize_t sent = ::send(descriptor_, outgoing_.data(), length, MSG_NOSIGNAL);
    outgoing_.erase(outgoing_.begin(), outgoing_.begin() + static_cast<std::ptrdiff_t>(std::max<ssize_t>(sent, 0)));
  }

  // Calls `take` with each frame that has come whole. What comes must be frames: nobody may lose a part of one.
  template <typename Take>
  void receive(const Take& take) {
    std::uint8_t bytes[16'384];
    for (ssize_t size = 0; (size = ::recv(descriptor_, bytes, sizeof(bytes), 0)) > 0;)
      incoming_.insert(incoming_.end(), bytes, bytes + size);
    std::size_t at = 0;
    while (at + 2 <= incoming_.size()) {
      const std::size_t length = std::size_t{incoming_[at]} << 8U | incoming_[at + 1];
      DD_CHECK(length > 0 && length <= kLongest, "a frame that the worker cannot have sent");
      if (at + 2 + length > incoming_.size()) break;
      take(std::span(incoming_).subspan(at + 2, length));
      at += 2 + length;
    }
    incoming_.erase(incoming_.begin(), incoming_.begin() + static_cast<std::ptrdiff_t>(at));
  }

 private:
  int descriptor_;
  std::vector<std::uint8_t> outgoing_;
  std::vector<std::uint8_t> incoming_;
};

}  // namespace dd::fuzz
