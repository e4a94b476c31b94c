// SPDX-License-Identifier: MIT
// The only file that includes protobuf. Nothing is retried: the numbers are cumulative, so the next push says it all.
#include "net/otlp_push.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "net/curl_post.hpp"
#include "observe/catalogue.hpp"
#include "observe/log.hpp"
#include "otlp.pb.h"

namespace dd::net {
namespace {

constexpr std::chrono::minutes kWarningInterval{10};

std::uint64_t nanoseconds_of(WallTime time) { return static_cast<std::uint64_t>(time.time_since_epoch().count()); }

template <typename Attributes>
void add_attribute(Attributes* attributes, std::string_view key, std::string_view value) {
  otlp::KeyValue* pair = attributes->Add();
  pair->set_key(std::string(key));
  pair->mutable_value()->set_string_value(std::string(value));
}

template <typename DataPoint>
void stamp(DataPoint* data, const observe::MetricPoint& point, WallTime start, WallTime now) {
  for (std::size_t i = 0; i < point.label_values.size(); ++i)
    add_attribute(data->mutable_attributes(), point.row->labels[i], point.label_values[i]);
  data->set_start_time_unix_nano(nanoseconds_of(start));
  data->set_time_unix_nano(nanoseconds_of(now));
}

void add_point(otlp::Metric* metric, const observe::MetricPoint& point, WallTime start, WallTime now) {
  switch (point.row->kind) {
    case observe::MetricKind::kCounter: {
      metric->mutable_sum()->set_aggregation_temporality(otlp::AGGREGATION_TEMPORALITY_CUMULATIVE);
      metric->mutable_sum()->set_is_monotonic(true);
      otlp::NumberDataPoint* data = metric->mutable_sum()->add_data_points();
      stamp(data, point, start, now);
      data->set_as_double(point.value);
      break;
    }
    case observe::MetricKind::kGauge: {
      otlp::NumberDataPoint* data = metric->mutable_gauge()->add_data_points();
      stamp(data, point, start, now);
      data->set_as_double(point.value);
      break;
    }
    case observe::MetricKind::kHistogram: {
      metric->mutable_histogram()->set_aggregation_temporality(otlp::AGGREGATION_TEMPORALITY_CUMULATIVE);
      otlp::HistogramDataPoint* data = metric->mutable_histogram()->add_data_points();
      stamp(data, point, start, now);
      data->set_count(point.count);
      data->set_sum(point.value);
      for (const std::uint64_t count : point.bucket_counts) data->add_bucket_counts(count);
      for (const double bound : point.row->buckets) data->add_explicit_bounds(bound);
      break;
    }
  }
}

}  // namespace

std::string encode_otlp(const std::vector<observe::MetricPoint>& points, WallTime start, WallTime now, const std::string& service_version) {
  otlp::ExportMetricsServiceRequest request;
  otlp::ResourceMetrics* resource = request.add_resource_metrics();
  auto* attributes = resource->mutable_resource()->mutable_attributes();
  add_attribute(attributes, "service.name", "doordarshan-media-server");
  add_attribute(attributes, "service.version", service_version);
  add_attribute(attributes, "doordarshan", "otel-metrics");  // what the reference's dashboards select by
  otlp::ScopeMetrics* scope = resource->add_scope_metrics();
  scope->mutable_scope()->set_name("doordarshan");
  scope->mutable_scope()->set_version(service_version);
  // The series of one metric stand together in a snapshot.
  const observe::MetricRow* row = nullptr;
  otlp::Metric* metric = nullptr;
  for (const observe::MetricPoint& point : points) {
    if (metric == nullptr || point.row != row) {
      row = point.row;
      metric = scope->add_metrics();
      metric->set_name(std::string(row->name));
      metric->set_description(std::string(row->help));
      metric->set_unit(std::string(row->unit));
    }
    add_point(metric, point, start, now);
  }
  return request.SerializeAsString();
}

struct OtlpPush::State {
  State(OtlpPushSettings s, const observe::Metrics& m, const Clock& c)
      : settings(std::move(s)), metrics(m), clock(c), url("http://" + settings.endpoint + "/v1/metrics"), start(clock.wall_now()) {}

  const OtlpPushSettings settings;
  const observe::Metrics& metrics;
  const Clock& clock;
  const std::string url;
  const WallTime start;

  std::mutex mutex;  // guards the two flags between the owner and the thread
  std::condition_variable changed;
  bool stopping = false;
  bool ended = false;
  std::chrono::milliseconds last_push{0};

  CurlPost http;
  std::thread thread;
  MonotonicTime last_warning{};  // the thread's

  void run() {
    std::unique_lock lock(mutex);
    while (!changed.wait_for(lock, settings.interval, [this] { return stopping; })) {
      lock.unlock();
      push(settings.timeout);
      lock.lock();
    }
    const auto allowed = std::min(last_push, settings.timeout);
    if (allowed.count() > 0) {
      lock.unlock();
      push(allowed);
      lock.lock();
    }
    ended = true;
    changed.notify_all();
  }

  void push(std::chrono::milliseconds timeout) {
    CurlPost::Request request;
    request.url = url;
    request.headers = {"Content-Type: application/x-protobuf"};
    request.body = encode_otlp(metrics.snapshot(), start, clock.wall_now(), settings.service_version);
    request.connect_timeout = std::min(request.connect_timeout, timeout);
    request.total_timeout = timeout;
    const auto status = http.post(request);
    if (status && *status >= 200 && *status < 300) return;
    const MonotonicTime now = clock.now();
    if (last_warning != MonotonicTime{} && now - last_warning < kWarningInterval) return;
    last_warning = now;
    observe::log_warn("metrics_push_failed", {{"reason", status ? "status " + std::to_string(*status) : status.error().message}});
  }
};

Result<std::unique_ptr<OtlpPush>> OtlpPush::open(OtlpPushSettings settings, const observe::Metrics& metrics, const Clock& clock) {
  auto state = std::make_unique<State>(std::move(settings), metrics, clock);
  auto url = check_http_url(state->url);
  if (!url) return std::move(url.error()).during("OTEL_ENDPOINT");
  State& running = *state;
  running.thread = std::thread([&running] { running.run(); });
  return std::unique_ptr<OtlpPush>(new OtlpPush(std::move(state)));
}

OtlpPush::OtlpPush(std::unique_ptr<State> state) : state_(std::move(state)) {}

OtlpPush::~OtlpPush() { close(std::chrono::milliseconds{0}); }

void OtlpPush::close(std::chrono::milliseconds flush) {
  if (!state_->thread.joinable()) return;
  {
    std::unique_lock lock(state_->mutex);
    state_->stopping = true;
    state_->last_push = flush;
    state_->changed.notify_all();
    state_->changed.wait_for(lock, flush, [this] { return state_->ended; });
  }
  state_->http.cancel();
  state_->thread.join();
}

}  // namespace dd::net
