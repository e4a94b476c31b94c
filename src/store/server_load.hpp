// SPDX-License-Identifier: MIT
// What a media server tells the control plane of itself with each heartbeat: where its API is, what it carries and can carry.
// It measures nothing: the host fills it. Plain values and pure functions; may cross threads by copy.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "control/control_store.hpp"

namespace dd::store {

struct ServerLoad {
  std::string origin;          // of the media API: "http://10.0.0.7:3001"
  std::uint32_t capacity = 0;  // participants it is meant to carry
  std::uint32_t participants = 0;
  std::uint32_t meetings = 0;
  std::uint32_t cpu_percent = 0;  // of all cores together
  std::vector<control::WorkerLoad> workers;
  bool draining = false;
};

// The JSON text of media_server.workers; of a text that is none, or none of ours, what can be read.
std::string encode_workers(const std::vector<control::WorkerLoad>& workers);
std::vector<control::WorkerLoad> parse_workers(std::string_view text);

// TENANT without the leading blanks that kendra needs in it.
std::string pool_name(std::string_view tenant);

}  // namespace dd::store
