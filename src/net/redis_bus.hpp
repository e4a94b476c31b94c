// SPDX-License-Identifier: MIT
// RedisBus: the signal bus of several control replicas, over Redis Streams (docs of the keys are in this folder's README).
// Each signal takes its place in its meeting's stream, and every replica, the publisher included, hears it from there.
// With Redis away a replica hears itself and keeps what it has to say, up to a bound. Lives on the control loop.
#pragma once

#include <memory>
#include <string>

#include "base/asio_loop.hpp"
#include "control/signal_bus.hpp"
#include "net/url.hpp"
#include "observe/metrics.hpp"

namespace dd::net {

struct RedisBusSettings {
  std::size_t max_kept = 1'000;                 // signals, while Redis is away
  std::size_t max_in_flight = 8'192;            // signals it has not acknowledged, while it is there
  std::size_t max_bytes = 64 * 1024 * 1024;     // of either
  std::size_t stream_length = 1'000;            // about so many signals of a meeting can be read by a replica that lags
  Duration patience = std::chrono::seconds{2};  // for a connection, or a reply
  Duration block = std::chrono::seconds{5};     // of one XREAD; also how long a connection that is dead in silence goes unnoticed
  Duration first_pause = std::chrono::milliseconds{100};
  Duration longest_pause = std::chrono::seconds{5};
};

class RedisBus final : public control::SignalBus {
 public:
  // Begins to connect; until it has, Redis is away.
  RedisBus(AsioLoop& loop, observe::Metrics& metrics, RedisAddress address, RedisBusSettings settings = {});
  ~RedisBus() override;

  void set_listener(control::SignalListener* listener) override;
  void subscribe(const MeetingId& meeting) override;
  void unsubscribe(const MeetingId& meeting) override;
  void publish(const MeetingId& meeting, std::string text) override;
  void publish_for_kendra(const MeetingId& meeting, control::KendraSignal signal) override;
  bool available() const override;
  bool alone() const override { return false; }

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dd::net
