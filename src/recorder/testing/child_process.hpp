// SPDX-License-Identifier: MIT
// A recorder process as the server has one: forked, spoken to over two sockets, fed by UDP, killed at will. Tests only.
#pragma once

#include <filesystem>
#include <optional>
#include <sys/types.h>
#include <vector>

#include "child/frame.hpp"
#include "recorder/testing/packetizer.hpp"
#include "recording/protocol.hpp"

namespace dd::recorder::testing {

class ChildProcess {
 public:
  ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  void say(const recording::ToRecorder& message);
  // The next message of this kind, or nothing within ten seconds or when the process is gone; others are dropped.
  template <typename Message>
  std::optional<Message> await() {
    while (auto message = next()) {
      if (const auto* it = std::get_if<Message>(&*message)) return *it;
    }
    return std::nullopt;
  }

  recording::Opened open(const std::filesystem::path& folder);
  void send(const Datagram& datagram);  // from our socket, which plays the worker's transport
  std::uint16_t source_port() const { return source_port_; }
  pid_t pid() const { return pid_; }

  void kill();      // -9
  void hang_up();   // the server died
  int exit_code();  // waits

 private:
  std::optional<recording::FromRecorder> next();

  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  int udp_ = -1;
  std::uint16_t source_port_ = 0;
  std::uint16_t media_port_ = 0;
  child::FrameDecoder decoder_{1U << 20};
};

}  // namespace dd::recorder::testing
