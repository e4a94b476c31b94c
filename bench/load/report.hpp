// SPDX-License-Identifier: MIT
// What a run says: the line of each second, the table at its end, and the same as JSON. Pure functions of what was measured.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/load/arguments.hpp"
#include "bench/load/measurement.hpp"

namespace dd::load {

// What is known of a whole run besides its last window.
struct RunFacts {
  std::optional<SrtpProfile> srtp;
  std::vector<std::string> server_processes;  // names; empty when the server is not on this machine
  LatencyHistogram key_frame_waits;
  std::size_t waiting_for_key_frame = 0;
  double join_seconds = 0;
};

struct RampStep {
  Measurement measurement;
  Verdict verdict;
};

struct RunResult {
  RunFacts facts;
  Measurement measurement;  // of a ramp, its best step
  Verdict verdict;
  std::vector<RampStep> steps;  // of a ramp, in the order tried
};

std::string progress_line(int second, const Measurement& last_second);
std::string table(const Arguments& arguments, const RunResult& result);
nlohmann::ordered_json as_json(const Arguments& arguments, const RunResult& result);

}  // namespace dd::load
