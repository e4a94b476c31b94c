// SPDX-License-Identifier: MIT
#include "app/shutdown.hpp"

#include "observe/log.hpp"

namespace dd::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kAnswersUnderWay = 2s;  // kendra gives up on a call after 1.5 s

}  // namespace

Shutdown::Shutdown(Loop& loop, Parts parts, std::chrono::seconds drain_deadline)
    : loop_(loop), parts_(parts), drain_deadline_(drain_deadline), ended_(loop) {}

Task<void> Shutdown::run(Patience patience) {
  // Without a heartbeat nobody gives us new meetings, and kendra moves those we have.
  co_await parts_.store.pause_heartbeat();
  if (patience == Patience::kDrain && drain_deadline_ > 0s) co_await drain();

  co_await parts_.http.stop(kAnswersUnderWay);
  co_await parts_.studio.close();
  co_await parts_.engine.stop();

  // Rows that meetings still refer to stay: by them a control plane learns what to move (compatibility spec, 4.2).
  auto removed = co_await parts_.store.deregister_server();
  if (!removed) {
    observe::log_warn("rows_kept", {{"reason", removed.error().message}});
  } else {
    observe::log_info("rows_left", {{"removed", *removed}});
  }
}

Task<void> Shutdown::drain() {
  observe::log_info("draining", {{"deadline_seconds", drain_deadline_.count()}});
  spawn(watch_drain());
  co_await ended_;
}

Task<void> Shutdown::watch_drain() {
  const bool empty = co_await parts_.host.drain(drain_deadline_);
  observe::log_info("drained", {{"everyone_left", empty}});
  ended_.resolve(true);
}

}  // namespace dd::app
