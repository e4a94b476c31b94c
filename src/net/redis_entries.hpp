// SPDX-License-Identifier: MIT
// What stands in the Redis streams: our signals and kendra's, as commands that add them and as entries that were read.
// Pure functions; no connection.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "control/signal_bus.hpp"
#include "net/redis_connection.hpp"

namespace dd::net {

// Of a stream's entry: "1700000000000-3".
struct StreamPosition {
  std::uint64_t milliseconds = 0;
  std::uint64_t sequence = 0;
  auto operator<=>(const StreamPosition&) const = default;
  std::string text() const;
};
StreamPosition parse_position(std::string_view text);  // the beginning, for what is none

// One replica's signal. `number` counts all it publishes, `before` is the number of its last one on this meeting (0: not said),
// so that others notice what is missing between, and what came twice.
struct StreamSignal {
  std::string replica;
  std::uint64_t number = 0;
  std::uint64_t before = 0;
  std::string text;
};

struct StreamEntry {
  StreamPosition position;
  StreamSignal signal;
  bool ours = false;  // false: something else wrote it
};

std::string stream_key(const MeetingId& meeting);
MeetingId meeting_of_key(std::string_view key);  // empty for another key

std::vector<RedisConnection::Command> commands_for(const MeetingId& meeting, const StreamSignal& signal, std::size_t stream_length);
std::vector<RedisConnection::Command> commands_for(const MeetingId& meeting, const control::KendraSignal& signal);

StreamEntry entry_of(const RedisReply& reply);  // one [id, [field, value, ...]]

}  // namespace dd::net
