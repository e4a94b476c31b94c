// SPDX-License-Identifier: MIT
// Metrics: counts what happens; every metric is a row of catalogue.cpp with its name, unit, help and label keys.
// Label values come from closed sets: a meeting, participant or request id is never a label.
// Safe from any thread; one object, owned by app/, passed to those who count.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dd::observe {

enum class Metric {
  kHttpRequests,        // labels: route, status
  kHttpRequestSeconds,  // labels: route
  kHttpConnections,
  kHttpRejected,  // labels: reason
  kWebSockets,
  kWebSocketsClosed,  // labels: outcome (normal, going_away, protocol, application, lost, silent, slow_reader)
  kRedisConnected,
  kRedisDropped,  // labels: reason (away, refused)
  kEventStreamClients,
  kEventsEmitted,      // labels: type
  kEventsDropped,      // labels: reason
  kUserSessionEvents,  // labels: outcome (sent, dropped, failed)
  kLoopLagSeconds,
  kEscapedExceptions,
  kWorkersAlive,
  kWorkerRestarts,
  kWorkerBusyRatio,
  kWorkersOverloaded,  // labels: kind (lowering, refusing_video, refusing_all)
  kConsumersRefused,   // labels: kind (video, audio)
  kWorkerRequests,     // labels: outcome (ok, refused, timeout, died)
  kWorkerRequestSeconds,
  kWorkerMessagesDropped,  // labels: reason
  kStoreOperations,        // labels: operation, outcome (ok, unavailable, failed, abandoned)
  kStoreOperationSeconds,  // labels: operation
  kStoreAvailable,
  kStoreHeartbeats,  // labels: outcome
  kStoreReconciles,  // labels: outcome
  kTokens,           // labels: outcome (ok, or the reason of the refusal)
  kUsageRows,        // labels: outcome (written, uncertain, dropped)
  kMeetings,
  kParticipants,
  kTransports,
  kProducers,
  kConsumers,
  kDataProducers,
  kDataConsumers,
  kTransportFailures,  // labels: reason
  kDraining,
  kRecordings,
  kRecordedBytes,
  kRecordingLostPackets,
  kRecorderRestarts,
  kRecordingTroubles,
  kRecordingFailures,
  kUploads,  // labels: outcome (done, failed)
  kUploadedBytes,
  kUploadsWaiting,
  kRecordingsExpired,
  kWebhooks,  // labels: outcome (sent, failed, dropped)
  kWebhooksWaiting,
  kPlacements,          // labels: kind (created, repaired)
  kAdmissionsRefused,   // labels: reason
  kMeetingMoves,        // labels: reason (server_died, drain, server_gone)
  kMeetingMovesFailed,  // labels: reason
  kControlLeader,
  kFailoverSeconds,
  kSignalingSessions,
  kSignalingJoins,        // labels: outcome (ok, or the refusal's reason)
  kSignalingMessages,     // labels: direction (in, out)
  kSignalingResumes,      // labels: outcome (ok, unknown, overflow)
  kSignalingCloses,       // labels: code (of the WebSocket, or peer)
  kSignalingRefused,      // labels: reason (rate, queue, malformed, slow_reader, connections)
  kProcessResidentBytes,  // these five are read from the system whenever the metrics are
  kProcessCpuSeconds,
  kProcessOpenFds,
  kProcessThreads,
  kProcessStartTime,
  kCount_,  // not a metric: how many there are; keep it last
};

struct MetricRow;  // catalogue.hpp

// One time series as it stands now, for exporters other than the Prometheus text.
struct MetricPoint {
  const MetricRow* row = nullptr;
  std::vector<std::string> label_values;     // in the order of the row's keys
  double value = 0;                          // counters and gauges; the sum of a histogram
  std::uint64_t count = 0;                   // histograms
  std::vector<std::uint64_t> bucket_counts;  // histograms: one per bound and one for what is above, not cumulative
};

class Metrics {
 public:
  using Labels = std::initializer_list<std::string_view>;  // values, in the order of the catalogue's keys

  Metrics();
  ~Metrics();

  void add(Metric metric, Labels labels = {}, double amount = 1);  // counters; gauges too
  void set(Metric metric, double value, Labels labels = {});       // gauges
  void observe(Metric metric, double value, Labels labels = {});   // histograms, in the metric's base unit

  std::string exposition() const;             // Prometheus text format 0.0.4
  std::vector<MetricPoint> snapshot() const;  // in the catalogue's order; only series that were ever touched

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dd::observe
