// SPDX-License-Identifier: MIT
// SignalBus: how control replicas tell each other what happens in a meeting, in order and without loss while the bus is up.
// It gives no meaning to what it carries. local_bus.hpp is the bus of a replica that works alone; net/ has the one over Redis Streams.
// Called on the control loop.
#pragma once

#include <string>
#include <string_view>

#include "base/id.hpp"
#include "base/result.hpp"

namespace dd::control {

// A signal in kendra's own format (docs/kendra.md, section on signals), for signaling platforms that read `room-stream:{meeting}`.
struct KendraSignal {
  std::string type;         // "DoordarshanStreamPublish", ...
  std::string participant;  // or "system"
  std::string request;
  std::string payload;  // JSON text, "null" for none
};

class SignalListener {
 public:
  virtual ~SignalListener() = default;
  // `text` as it was published by any replica, this one included, in the same order for every replica.
  virtual void on_signal(const MeetingId& meeting, std::string_view text) = 0;
  // Signals of this meeting may have been missed (the bus was away, or its stream was trimmed).
  virtual void on_signals_missed(const MeetingId& meeting) = 0;
};

class SignalBus {
 public:
  virtual ~SignalBus() = default;

  virtual void set_listener(SignalListener* listener) = 0;  // outlives the bus's use
  // Hears everything published on the meeting from now on.
  virtual void subscribe(const MeetingId& meeting) = 0;
  virtual void unsubscribe(const MeetingId& meeting) = 0;

  // At most 64 KiB. Never waits: with the bus away it is heard here at once, kept for the others up to a bound, then dropped and counted.
  virtual void publish(const MeetingId& meeting, std::string text) = 0;
  virtual void publish_for_kendra(const MeetingId& meeting, KendraSignal signal) = 0;

  virtual bool available() const = 0;
  virtual bool alone() const = 0;  // no other replica can be reached by it
};

}  // namespace dd::control
