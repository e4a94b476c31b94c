// SPDX-License-Identifier: MIT
// AsioLoop: the real Loop, on a Boost.Asio io_context; net/ builds its sockets on the same context.
// It starts no thread: whoever calls run() is the loop's thread until stop().
#pragma once

#include <memory>

#include "base/loop.hpp"

namespace boost::asio {
class io_context;
}

namespace dd {

class AsioLoop final : public Loop {
 public:
  AsioLoop();
  ~AsioLoop() override;

  void run();   // until stop(); makes the calling thread the home thread
  void stop();  // safe from any thread and from a signal-watching callback

  boost::asio::io_context& context();

  void post(Callback callback) override;
  MonotonicTime now() const override;
  WallTime wall_now() const override;
  void assert_current() const override;

 private:
  std::uint64_t start_timer(Duration delay, Callback callback) override;
  void stop_timer(std::uint64_t id) override;
  std::uint64_t start_watch(int fd, FdReady what, Callback callback) override;
  void stop_watch(std::uint64_t id) override;

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dd
