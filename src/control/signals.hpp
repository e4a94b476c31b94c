// SPDX-License-Identifier: MIT
// Control signals: what Meetings tells the other replicas over the signal bus, as JSON with a member "control" that no signal of
// signaling/ has:
//   {"control":"moved","to":SERVER,"reason":"server_died"|"drain"|"server_gone","moves":N}   the meeting is on another server now
//   {"control":"ended","reason":...}                                          it has no place any more
//   {"control":"locked","locked":BOOL}                                        copies of its lock are out of date
//   {"control":"removed","participant":SCOPED ID}                             that participant is let in no longer
// Unknown kinds and members are ignored, so that replicas of two releases understand each other. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/id.hpp"

namespace dd::control {

struct MovedSignal {
  ContainerId to;
  std::string reason;
  std::uint32_t moves = 0;
};
struct EndedSignal {
  std::string reason;
};
struct LockedSignal {
  bool locked = false;
};
struct RemovedSignal {
  ParticipantId participant;
};
using ControlSignal = std::variant<MovedSignal, EndedSignal, LockedSignal, RemovedSignal>;

std::string make_signal(const ControlSignal& signal);

// A cheap look for signaling/, before it parses a text of its own.
bool is_control_signal(std::string_view text);

// Nothing for what is no control signal, or none that this release knows.
std::optional<ControlSignal> parse_signal(std::string_view text);

}  // namespace dd::control
