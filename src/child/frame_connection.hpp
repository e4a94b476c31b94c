// SPDX-License-Identifier: MIT
// Messages to and from a child over two descriptors, without ever blocking: reads as they come, writes what the child takes
// and keeps the rest up to a bound. It does not restart anything: whoever owns it decides what a stall or an end means.
// Lives on its loop; the callbacks run on it, never from inside send().
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "child/frame.hpp"

namespace dd::child {

class FrameConnection {
 public:
  struct Bounds {
    std::size_t max_frame = 8U << 20;    // one message, both ways
    std::size_t max_unsent = 16U << 20;  // what the child has not taken yet
  };
  using OnFrame = UniqueFunction<void(std::span<const std::uint8_t> frame)>;  // with its prefix; valid during the call
  using OnEnd = UniqueFunction<void(const Error& reason)>;                    // the stream ended or is broken; called once

  // The descriptors are stream sockets, stay the caller's, and outlive the connection.
  FrameConnection(Loop& loop, int read_fd, int write_fd, Bounds bounds, OnFrame on_frame, OnEnd on_end);
  FrameConnection(const FrameConnection&) = delete;
  FrameConnection& operator=(const FrameConnection&) = delete;
  ~FrameConnection();

  // `frame` comes with its prefix. kUnavailable when the child has let too much pile up or the connection has ended.
  Result<void> send(std::span<const std::uint8_t> frame);

  std::size_t unsent() const { return unsent_.size() - sent_; }

 private:
  void on_readable();
  void on_writable();
  Result<std::size_t> write_some(std::span<const std::uint8_t> bytes);
  void end(Error reason);

  Loop& loop_;
  int read_fd_;
  int write_fd_;
  Bounds bounds_;
  OnFrame on_frame_;
  OnEnd on_end_;
  FrameDecoder decoder_;
  std::vector<std::uint8_t> unsent_;
  std::size_t sent_ = 0;  // of unsent_
  bool ended_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // a callback may destroy the connection
  FdWatch readable_;
  FdWatch writable_;
};

}  // namespace dd::child
