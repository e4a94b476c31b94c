// SPDX-License-Identifier: MIT
#include "net/otlp_push.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/testing/http_sink.hpp"
#include "observe/catalogue.hpp"
#include "otlp.pb.h"

namespace dd::net {
namespace {

using observe::Metric;
using namespace std::chrono_literals;

const otlp::Metric* find_metric(const otlp::ExportMetricsServiceRequest& request, std::string_view name) {
  for (const auto& metric : request.resource_metrics(0).scope_metrics(0).metrics()) {
    if (metric.name() == name) return &metric;
  }
  return nullptr;
}

TEST(OtlpPush, SendsEveryMetricInTheCollectorsFormat) {
  ::setenv("no_proxy", "*", 1);
  HttpSink sink;
  observe::Metrics metrics;
  metrics.add(Metric::kHttpRequests, {"/v1/createMeeting", "200"}, 3);
  metrics.set(Metric::kWorkersAlive, 2);
  metrics.observe(Metric::kLoopLagSeconds, 0.003);
  OtlpPushSettings settings;
  settings.endpoint = sink.endpoint();
  settings.interval = 20ms;
  settings.service_version = "0.1.0";
  auto push = OtlpPush::open(settings, metrics, system_clock());
  ASSERT_TRUE(push.has_value());
  const auto requests = sink.wait_for(2);
  ASSERT_GE(requests.size(), 2u) << "again after the interval";
  EXPECT_THAT(requests[0].head, ::testing::StartsWith("POST /v1/metrics HTTP/1.1\r\n"));
  EXPECT_THAT(requests[0].head, ::testing::HasSubstr("Content-Type: application/x-protobuf"));

  otlp::ExportMetricsServiceRequest request;
  ASSERT_TRUE(request.ParseFromString(requests[0].body));
  ASSERT_EQ(request.resource_metrics_size(), 1);
  EXPECT_EQ(request.resource_metrics(0).resource().attributes(0).value().string_value(), "doordarshan-media-server");
  const otlp::Metric* counter = find_metric(request, "doordarshan_http_requests_total");
  ASSERT_NE(counter, nullptr);
  EXPECT_TRUE(counter->sum().is_monotonic());
  EXPECT_EQ(counter->sum().aggregation_temporality(), otlp::AGGREGATION_TEMPORALITY_CUMULATIVE);
  EXPECT_EQ(counter->sum().data_points(0).as_double(), 3);
  EXPECT_EQ(counter->sum().data_points(0).attributes(0).key(), "route");
  EXPECT_EQ(counter->sum().data_points(0).attributes(0).value().string_value(), "/v1/createMeeting");
  const otlp::Metric* gauge = find_metric(request, "doordarshan_workers_alive");
  ASSERT_NE(gauge, nullptr);
  EXPECT_EQ(gauge->gauge().data_points(0).as_double(), 2);
  const otlp::Metric* histogram = find_metric(request, "doordarshan_loop_lag_seconds");
  ASSERT_NE(histogram, nullptr);
  const auto& data = histogram->histogram().data_points(0);
  EXPECT_EQ(histogram->unit(), "s");
  EXPECT_EQ(data.count(), 1u);
  EXPECT_DOUBLE_EQ(data.sum(), 0.003);
  EXPECT_EQ(data.bucket_counts_size(), data.explicit_bounds_size() + 1);
  EXPECT_GT(data.start_time_unix_nano(), 0u);
  EXPECT_GE(data.time_unix_nano(), data.start_time_unix_nano());
}

// The bytes of a minimal message, worked out by hand from the public field numbers, so that a slip in otlp.proto shows.
TEST(OtlpPush, KeepsThePublicFieldNumbers) {
  otlp::ExportMetricsServiceRequest request;
  auto* metric = request.add_resource_metrics()->add_scope_metrics()->add_metrics();
  metric->set_name("n");
  auto* data = metric->mutable_gauge()->add_data_points();
  data->set_time_unix_nano(1);
  data->set_as_double(0);
  const std::string expected(
      "\x0a\x1d"                // resource_metrics = 1
      "\x12\x1b"                // scope_metrics = 2
      "\x12\x19"                // metrics = 2
      "\x0a\x01n"               // name = 1
      "\x2a\x14"                // gauge = 5
      "\x0a\x12"                // data_points = 1
      "\x19\x01\0\0\0\0\0\0\0"  // time_unix_nano = 3, fixed64
      "\x21\0\0\0\0\0\0\0\0",   // as_double = 4
      31);
  const std::string encoded = request.SerializeAsString();
  EXPECT_EQ(::testing::PrintToString(std::vector<int>(encoded.begin(), encoded.end())),
            ::testing::PrintToString(std::vector<int>(expected.begin(), expected.end())));
}

TEST(OtlpPush, ACollectorThatHangsHoldsNothingUp) {
  ::setenv("no_proxy", "*", 1);
  HttpSink sink;
  sink.answer_next({-1});
  observe::Metrics metrics;
  OtlpPushSettings settings;
  settings.endpoint = sink.endpoint();
  settings.interval = 1ms;
  auto push = OtlpPush::open(settings, metrics, system_clock());
  ASSERT_TRUE(push.has_value());
  sink.wait_for(1);
  metrics.add(Metric::kEscapedExceptions);
  const auto before = system_clock().now();
  (*push)->close(50ms);
  EXPECT_LT(system_clock().now() - before, 1s);
}

TEST(OtlpPush, SendsALastTimeWhenItCloses) {
  ::setenv("no_proxy", "*", 1);
  HttpSink sink;
  observe::Metrics metrics;
  OtlpPushSettings settings;
  settings.endpoint = sink.endpoint();
  settings.interval = 1h;
  auto push = OtlpPush::open(settings, metrics, system_clock());
  ASSERT_TRUE(push.has_value());
  (*push)->close(5s);
  EXPECT_EQ(sink.wait_for(1).size(), 1u);
}

TEST(OtlpPush, RefusesAnEndpointThatIsNone) {
  observe::Metrics metrics;
  OtlpPushSettings settings;
  settings.endpoint = "not a host:x";
  EXPECT_FALSE(OtlpPush::open(settings, metrics, system_clock()).has_value());
}

}  // namespace
}  // namespace dd::net
