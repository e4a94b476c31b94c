// SPDX-License-Identifier: MIT
// SharedBus: one signal bus of several replicas, as Redis is: all hear all of a meeting's signals in one order, a turn later.
// A replica's port can be cut off, with what was published meanwhile lost to it. Owned by one test.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "control/signal_bus.hpp"

namespace dd::signaling::testing {

class SharedBus {
 public:
  explicit SharedBus(Loop& loop) : loop_(loop) {}

  class Port final : public control::SignalBus {
   public:
    explicit Port(SharedBus& bus) : bus_(bus) {}
    void set_listener(control::SignalListener* listener) override { listener_ = listener; }
    void subscribe(const MeetingId& meeting) override { meetings_.insert(meeting); }
    void unsubscribe(const MeetingId& meeting) override { meetings_.erase(meeting); }
    void publish(const MeetingId& meeting, std::string text) override { bus_.publish(this, meeting, std::move(text)); }
    void publish_for_kendra(const MeetingId& meeting, control::KendraSignal signal) override {
      bus_.kendra.emplace_back(meeting, std::move(signal));
    }
    bool available() const override { return !cut_off; }
    bool alone() const override { return bus_.ports_.size() == 1; }

    bool cut_off = false;

   private:
    friend class SharedBus;
    void hear(const MeetingId& meeting, const std::string& text) {
      if (listener_ != nullptr && meetings_.contains(meeting)) listener_->on_signal(meeting, text);
    }
    SharedBus& bus_;
    control::SignalListener* listener_ = nullptr;
    std::set<MeetingId> meetings_;
  };

  Port& open_port() {
    ports_.push_back(std::make_unique<Port>(*this));
    return *ports_.back();
  }
  void close_port(Port& port) {  // the replica has died
    port.listener_ = nullptr;
    port.cut_off = true;
  }

  std::vector<std::pair<MeetingId, control::KendraSignal>> kendra;
  std::size_t published = 0;
  std::size_t largest = 0;

 private:
  void publish(Port* from, const MeetingId& meeting, std::string text) {
    ++published;
    largest = std::max(largest, text.size());
    loop_.post([this, from, meeting, text = std::move(text)] {
      if (from->cut_off) return from->hear(meeting, text);
      for (const auto& port : ports_) {
        if (!port->cut_off) port->hear(meeting, text);
      }
    });
  }

  Loop& loop_;
  std::vector<std::unique_ptr<Port>> ports_;
};

}  // namespace dd::signaling::testing
