// SPDX-License-Identifier: MIT
// One doordarshan-recorder process: its messages as values, and its end, which comes exactly once.
// It restarts nothing and decides nothing (session.hpp does). Lives on the control loop.
#pragma once

#include <memory>
#include <string>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "child/frame_connection.hpp"
#include "child/spawn.hpp"
#include "recording/protocol.hpp"

namespace dd::studio {

class RecorderProcess {
 public:
  struct Events {
    UniqueFunction<void(recording::FromRecorder message)> on_message;
    UniqueFunction<void(const std::string& how)> on_end;  // it exited, or was killed because it made no sense; may destroy this
  };

  static Result<std::unique_ptr<RecorderProcess>> open(Loop& loop, std::string program, Events events);

  // kUnavailable when the process has let too much pile up, or has ended.
  Result<void> send(const recording::ToRecorder& message);
  void kill() { process_->kill(); }
  pid_t pid() const { return process_->pid(); }

 private:
  explicit RecorderProcess(Events events) : events_(std::move(events)) {}
  void on_frame(std::span<const std::uint8_t> frame);
  void on_exit(child::Exit exit);

  Events events_;
  std::unique_ptr<child::Process> process_;
  std::unique_ptr<child::FrameConnection> connection_;
};

}  // namespace dd::studio
