// SPDX-License-Identifier: MIT
// The rows. Adding a metric is adding an enumerator and a row here; catalogue_test.cpp refuses one without the other.
// Buckets follow the promises: API answers under 10 ms, loop lag under 5 ms, everything below kendra's 1.5 s limit.
#include "observe/catalogue.hpp"

#include <array>

#include "base/check.hpp"

namespace dd::observe {
namespace {

using K = MetricKind;
using M = Metric;
using Labels = std::span<const std::string_view>;
using Buckets = std::span<const double>;

constexpr std::array<double, 14> kRequestSeconds = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 1.5, 2.5, 5};
constexpr std::array<double, 14> kLagSeconds = {0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.003, 0.004, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1};

constexpr std::array<std::string_view, 1> kRoute = {"route"};
constexpr std::array<std::string_view, 2> kRouteStatus = {"route", "status"};
constexpr std::array<std::string_view, 1> kReason = {"reason"};
constexpr std::array<std::string_view, 1> kType = {"type"};
constexpr std::array<std::string_view, 1> kOutcome = {"outcome"};
constexpr std::array<std::string_view, 1> kOperation = {"operation"};
constexpr std::array<std::string_view, 2> kOperationOutcome = {"operation", "outcome"};

constexpr std::array<std::string_view, 1> kDirection = {"direction"};
constexpr std::array<std::string_view, 1> kCode = {"code"};

constexpr std::string_view kSeconds = "s";
constexpr std::string_view kNumber = "1";

constexpr std::array kRows = {
    MetricRow{M::kHttpRequests,
              K::kCounter,
              "doordarshan_http_requests_total",
              kNumber,
              "HTTP requests answered, by route and status.",
              kRouteStatus,
              {}},
    MetricRow{M::kHttpRequestSeconds, K::kHistogram, "doordarshan_http_request_duration_seconds", kSeconds,
              "Time from a whole request to its answer.", kRoute, kRequestSeconds},
    MetricRow{M::kHttpConnections, K::kGauge, "doordarshan_http_connections", kNumber, "Open HTTP connections.", {}, {}},
    MetricRow{M::kHttpRejected,
              K::kCounter,
              "doordarshan_http_rejected_total",
              kNumber,
              "Connections and requests turned away before a route saw them, by reason.",
              kReason,
              {}},
    MetricRow{M::kEventStreamClients, K::kGauge, "doordarshan_event_stream_clients", kNumber, "Clients reading the event stream.", {}, {}},
    MetricRow{
        M::kEventsEmitted, K::kCounter, "doordarshan_events_emitted_total", kNumber, "Events put on the event stream, by type.", kType, {}},
    MetricRow{M::kEventsDropped,
              K::kCounter,
              "doordarshan_events_dropped_total",
              kNumber,
              "Events a reader could not be given any more, by reason.",
              kReason,
              {}},
    MetricRow{M::kUserSessionEvents,
              K::kCounter,
              "doordarshan_user_session_events_total",
              kNumber,
              "User-session events (JOIN, LEAVE) for the configured service, by outcome: sent, dropped or failed.",
              kOutcome,
              {}},
    MetricRow{M::kLoopLagSeconds,
              K::kHistogram,
              "doordarshan_loop_lag_seconds",
              kSeconds,
              "How late the control loop ran a timer.",
              {},
              kLagSeconds},
    MetricRow{M::kEscapedExceptions,
              K::kCounter,
              "doordarshan_escaped_exceptions_total",
              kNumber,
              "Exceptions that reached the control loop; each is a bug.",
              {},
              {}},
    MetricRow{M::kWorkersAlive, K::kGauge, "doordarshan_workers_alive", kNumber, "Media workers running now.", {}, {}},
    MetricRow{M::kWorkerRestarts,
              K::kCounter,
              "doordarshan_worker_restarts_total",
              kNumber,
              "Media workers brought back after they died.",
              {},
              {}},
    MetricRow{M::kWorkerRequests,
              K::kCounter,
              "doordarshan_worker_requests_total",
              kNumber,
              "Requests to media workers, by outcome: ok, refused, timeout or died.",
              kOutcome,
              {}},
    MetricRow{M::kWorkerRequestSeconds,
              K::kHistogram,
              "doordarshan_worker_request_duration_seconds",
              kSeconds,
              "Time a media worker took to answer.",
              {},
              kRequestSeconds},
    MetricRow{M::kWorkerMessagesDropped,
              K::kCounter,
              "doordarshan_worker_messages_dropped_total",
              kNumber,
              "Messages from media workers that could not be used, by reason.",
              kReason,
              {}},
    MetricRow{M::kStoreOperations,
              K::kCounter,
              "doordarshan_store_operations_total",
              kNumber,
              "Database transactions, by operation and outcome: ok, unavailable, failed or abandoned.",
              kOperationOutcome,
              {}},
    MetricRow{M::kStoreOperationSeconds, K::kHistogram, "doordarshan_store_operation_duration_seconds", kSeconds,
              "Time of a database transaction, waiting included.", kOperation, kRequestSeconds},
    MetricRow{M::kStoreAvailable,
              K::kGauge,
              "doordarshan_store_available",
              kNumber,
              "1 while the database answers, 0 while it does not.",
              {},
              {}},
    MetricRow{M::kStoreHeartbeats,
              K::kCounter,
              "doordarshan_store_heartbeats_total",
              kNumber,
              "Heartbeats written for the control plane, by outcome.",
              kOutcome,
              {}},
    MetricRow{M::kStoreReconciles,
              K::kCounter,
              "doordarshan_store_reconciles_total",
              kNumber,
              "Times the rows were made to agree with memory, by outcome.",
              kOutcome,
              {}},
    MetricRow{M::kMeetings, K::kGauge, "doordarshan_meetings", kNumber, "Meetings on this server.", {}, {}},
    MetricRow{M::kParticipants, K::kGauge, "doordarshan_participants", kNumber, "Participants on this server.", {}, {}},
    MetricRow{M::kTransports, K::kGauge, "doordarshan_transports", kNumber, "WebRTC transports on this server.", {}, {}},
    MetricRow{M::kProducers, K::kGauge, "doordarshan_producers", kNumber, "Producers of audio and video on this server.", {}, {}},
    MetricRow{M::kConsumers, K::kGauge, "doordarshan_consumers", kNumber, "Consumers of audio and video on this server.", {}, {}},
    MetricRow{
        M::kDataProducers, K::kGauge, "doordarshan_data_producers", kNumber, "Producers of data-channel messages on this server.", {}, {}},
    MetricRow{
        M::kDataConsumers, K::kGauge, "doordarshan_data_consumers", kNumber, "Consumers of data-channel messages on this server.", {}, {}},
    MetricRow{M::kTransportFailures,
              K::kCounter,
              "doordarshan_transport_failures_total",
              kNumber,
              "Transports that were closed because they could not recover, by reason.",
              kReason,
              {}},
    MetricRow{M::kDraining, K::kGauge, "doordarshan_draining", kNumber, "1 while the server drains.", {}, {}},
    MetricRow{M::kRecordings, K::kGauge, "doordarshan_recordings", kNumber, "Meetings being recorded now.", {}, {}},
    MetricRow{M::kRecordedBytes, K::kCounter, "doordarshan_recorded_bytes_total", "By", "Written by recorders.", {}, {}},
    MetricRow{M::kRecordingLostPackets,
              K::kCounter,
              "doordarshan_recording_lost_packets_total",
              kNumber,
              "RTP packets that recorders gave up on.",
              {},
              {}},
    MetricRow{M::kRecorderRestarts,
              K::kCounter,
              "doordarshan_recorder_restarts_total",
              kNumber,
              "Recorder processes that died and were brought back.",
              {},
              {}},
    MetricRow{M::kRecordingTroubles,
              K::kCounter,
              "doordarshan_recording_troubles_total",
              kNumber,
              "Times nothing could be written: disk_full, read_only, folder_gone or io.",
              kReason,
              {}},
    MetricRow{M::kRecordingFailures,
              K::kCounter,
              "doordarshan_recording_failures_total",
              kNumber,
              "Steps of recordings that failed for good: start, finish, compose or upload.",
              kReason,
              {}},
    MetricRow{M::kUploads,
              K::kCounter,
              "doordarshan_recording_uploads_total",
              kNumber,
              "Attempts to bring a recording to its bucket, by outcome: done or failed.",
              kOutcome,
              {}},
    MetricRow{
        M::kUploadedBytes, K::kCounter, "doordarshan_recording_uploaded_bytes_total", "By", "Bytes of recordings sent to buckets.", {}, {}},
    MetricRow{
        M::kUploadsWaiting, K::kGauge, "doordarshan_recording_uploads_waiting", kNumber, "Recordings that wait for their upload.", {}, {}},
    MetricRow{
        M::kRecordingsExpired, K::kCounter, "doordarshan_recordings_expired_total", kNumber, "Recordings removed by retention.", {}, {}},
    MetricRow{M::kWebhooks,
              K::kCounter,
              "doordarshan_webhooks_total",
              kNumber,
              "Webhook deliveries, by outcome: sent, failed (and tried again) or dropped.",
              kOutcome,
              {}},
    MetricRow{M::kWebhooksWaiting, K::kGauge, "doordarshan_webhooks_waiting", kNumber, "Webhook deliveries in the spool.", {}, {}},
    MetricRow{
        M::kSignalingSessions, K::kGauge, "doordarshan_signaling_sessions", kNumber, "Clients in meetings through this process.", {}, {}},
    MetricRow{
        M::kSignalingJoins, K::kCounter, "doordarshan_signaling_joins_total", kNumber, "Joins, by outcome: ok, or why not.", kOutcome, {}},
    MetricRow{M::kSignalingMessages,
              K::kCounter,
              "doordarshan_signaling_messages_total",
              kNumber,
              "Messages of clients and to them, by direction: in or out.",
              kDirection,
              {}},
    MetricRow{M::kSignalingResumes,
              K::kCounter,
              "doordarshan_signaling_resumes_total",
              kNumber,
              "Clients that came back to their session, by outcome: ok, unknown or overflow.",
              kOutcome,
              {}},
    MetricRow{M::kSignalingCloses,
              K::kCounter,
              "doordarshan_signaling_closes_total",
              kNumber,
              "Signaling sockets closed, by code, or peer where the client did it.",
              kCode,
              {}},
    MetricRow{M::kSignalingRefused,
              K::kCounter,
              "doordarshan_signaling_refused_total",
              kNumber,
              "What went over a bound: rate, queue, malformed, slow_reader or connections.",
              kReason,
              {}},
    MetricRow{M::kProcessResidentBytes,
              K::kGauge,
              "process_resident_memory_bytes",
              "By",
              "Resident memory of the server's own process, without its workers.",
              {},
              {}},
    MetricRow{M::kProcessCpuSeconds,
              K::kCounter,
              "process_cpu_seconds_total",
              kSeconds,
              "Processor time the server's own process has used.",
              {},
              {}},
    MetricRow{M::kProcessOpenFds, K::kGauge, "process_open_fds", kNumber, "Open file descriptors.", {}, {}},
    MetricRow{M::kProcessThreads, K::kGauge, "process_threads", kNumber, "Threads.", {}, {}},
    MetricRow{M::kProcessStartTime,
              K::kGauge,
              "process_start_time_seconds",
              kSeconds,
              "When the process started, in seconds since 1970.",
              {},
              {}},
};
static_assert(kRows.size() == static_cast<std::size_t>(Metric::kCount_), "a metric has no row, or a row no metric");

}  // namespace

std::span<const MetricRow> catalogue() { return kRows; }

const MetricRow& row_of(Metric metric) {
  const auto index = static_cast<std::size_t>(metric);
  DD_CHECK(index < kRows.size(), "no such metric");
  return kRows[index];
}

}  // namespace dd::observe
