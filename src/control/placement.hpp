// SPDX-License-Identifier: MIT
// Placement: which server takes a meeting, and which of its workers; decided from what was read, without asking anybody.
// The least loaded server wins, so that a server that dies takes as few meetings as possible with it and a burst of joins finds
// room; ties go by id, so that replicas agree. Pure functions.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "control/control_store.hpp"

namespace dd::control {

// What this replica is about to put on servers and their rows do not show yet, in participants.
using Claims = std::unordered_map<ContainerId, std::uint32_t>;

std::string_view without_leading_blanks(std::string_view text);

// Participants that still have a place; what is promised and what is there may overlap, so the larger of the two counts.
std::uint32_t room(const ServerRecord& server, const Claims& claims = {});
// 0 for idle, 1 for full: of capacity and of processors, whichever is scarcer.
double load(const ServerRecord& server, const Claims& claims = {});

// Whether it takes meetings at all, however full it is. That it lives, its heartbeat tells.
bool takes_meetings(const ServerRecord& server);

// Servers of `pool` that may take `size` participants more, the best first. `living` knows whose heartbeat is fresh.
std::vector<const ServerRecord*> candidates(std::span<const ServerRecord> servers, std::string_view pool, std::uint32_t size,
                                            const std::function<bool(const ServerRecord&)>& living, const Claims& claims = {});

// A worker's load: 0 for idle, 1 for a core's worth. Its core is measured; consumers count too, because the measuring is some seconds
// old, and so do those `expected` of whom the server has not told yet.
double load(const WorkerLoad& worker, std::uint32_t expected = 0);

// Living workers, the least loaded first. `expected` are consumers that are on their way.
std::vector<WorkerLoad> workers_by_load(const ServerRecord& server, const std::unordered_map<WorkerId, std::uint32_t>& expected = {});

struct Move {
  PlacedMeeting meeting;
  ContainerId to;
};

// Where the meetings of a server that is gone or drains go: the largest first, each to the server that is least loaded by then.
// Those that fit nowhere are absent from the answer. The moves are in the order of `meetings`.
std::vector<Move> spread(std::span<const PlacedMeeting> meetings, std::span<const ServerRecord* const> targets, Claims claims = {});

}  // namespace dd::control
