// SPDX-License-Identifier: MIT
// LocalBus: the SignalBus of a replica that works alone; what is published is heard here, in order, in a turn of its own.
// It reaches nobody else, and a signaling platform of kendra's hears nothing through it. Lives on the control loop.
#pragma once

#include <memory>

#include "base/loop.hpp"
#include "control/signal_bus.hpp"

namespace dd::control {

class LocalBus final : public SignalBus {
 public:
  explicit LocalBus(Loop& loop);
  ~LocalBus() override;

  void set_listener(SignalListener* listener) override;
  void subscribe(const MeetingId& meeting) override;
  void unsubscribe(const MeetingId& meeting) override;
  void publish(const MeetingId& meeting, std::string text) override;
  void publish_for_kendra(const MeetingId& meeting, KendraSignal signal) override;
  bool available() const override { return true; }
  bool alone() const override { return true; }

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dd::control
