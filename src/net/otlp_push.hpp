// SPDX-License-Identifier: MIT
// Pushes the metrics to an OpenTelemetry collector, as OTLP over HTTP with protobuf, from a thread of its own.
// It never touches the server: a collector that is slow, wrong or away costs one log line now and then. Names are the
// catalogue's, fixed; there is no meeting id in a name or a label. Made only when an endpoint is configured.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "observe/metrics.hpp"

namespace dd::net {

struct OtlpPushSettings {
  std::string endpoint;  // host:port
  std::chrono::milliseconds interval{60'000};
  std::chrono::milliseconds timeout{10'000};
  std::string service_version;
};

// The request's body; sums and histograms are cumulative since `start`.
std::string encode_otlp(const std::vector<observe::MetricPoint>& points, WallTime start, WallTime now, const std::string& service_version);

class OtlpPush {
 public:
  static Result<std::unique_ptr<OtlpPush>> open(OtlpPushSettings settings, const observe::Metrics& metrics, const Clock& clock);
  ~OtlpPush();  // close(0)

  // One last push within `flush` (none when it is zero), then the thread ends. Blocks. Once.
  void close(std::chrono::milliseconds flush);

 private:
  struct State;
  explicit OtlpPush(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dd::net
