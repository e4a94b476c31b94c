// SPDX-License-Identifier: MIT
#include "observe/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "observe/catalogue.hpp"

namespace dd::observe {
namespace {

using testing::HasSubstr;

TEST(Catalogue, HasOneDocumentedRowForEachMetricInOrder) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < catalogue().size(); ++i) {
    const MetricRow& row = catalogue()[i];
    EXPECT_EQ(static_cast<std::size_t>(row.metric), i) << row.name;
    EXPECT_FALSE(row.help.empty()) << row.name;
    EXPECT_EQ(row.help.back(), '.') << row.name;
    EXPECT_FALSE(row.unit.empty()) << row.name;
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
  }
  EXPECT_EQ(catalogue().size(), static_cast<std::size_t>(Metric::kCount_));
}

TEST(Catalogue, NamesFollowPrometheusConventions) {
  for (const MetricRow& row : catalogue()) {
    if (row.name.starts_with("process_")) continue;  // named by Prometheus's own convention for every program
    EXPECT_TRUE(row.name.starts_with("doordarshan_")) << row.name;
    EXPECT_EQ(row.kind == MetricKind::kCounter, row.name.ends_with("_total")) << row.name;
    EXPECT_EQ(row.kind == MetricKind::kHistogram, !row.buckets.empty()) << row.name;
    EXPECT_EQ(row.unit == "s", row.name.ends_with("_seconds")) << row.name;
  }
}

TEST(Catalogue, BucketsAscend) {
  for (const MetricRow& row : catalogue()) {
    for (std::size_t i = 1; i < row.buckets.size(); ++i) EXPECT_LT(row.buckets[i - 1], row.buckets[i]) << row.name;
  }
}

TEST(Catalogue, LabelsAreNeverIds) {
  const std::set<std::string_view> closed = {"route", "status", "reason", "type", "outcome", "operation", "kind", "direction", "code"};
  for (const MetricRow& row : catalogue()) {
    for (const std::string_view label : row.labels) EXPECT_TRUE(closed.contains(label)) << row.name << " " << label;
  }
}

TEST(Metrics, ShowEachRowInTheText) {
  const Metrics metrics;
  const std::string text = metrics.exposition();
  for (const MetricRow& row : catalogue()) {
    if (!row.labels.empty()) continue;  // appears with its first label values
    EXPECT_THAT(text, HasSubstr("# HELP " + std::string(row.name) + " "));
  }
}

TEST(Metrics, CountSetAndObserve) {
  Metrics metrics;
  metrics.add(Metric::kHttpRequests, {"/v1/createMeeting", "200"});
  metrics.add(Metric::kHttpRequests, {"/v1/createMeeting", "200"}, 2);
  metrics.set(Metric::kWorkersAlive, 2);
  metrics.add(Metric::kHttpConnections, {}, -1);
  metrics.observe(Metric::kLoopLagSeconds, 0.003);
  const std::string text = metrics.exposition();
  EXPECT_THAT(text, HasSubstr(R"(doordarshan_http_requests_total{route="/v1/createMeeting",status="200"} 3)"));
  EXPECT_THAT(text, HasSubstr("doordarshan_workers_alive 2"));
  EXPECT_THAT(text, HasSubstr("doordarshan_http_connections -1"));
  EXPECT_THAT(text, HasSubstr(R"(doordarshan_loop_lag_seconds_bucket{le="0.005"} 1)"));
}

TEST(Metrics, SnapshotHoldsEverySeries) {
  Metrics metrics;
  metrics.add(Metric::kEventsEmitted, {"producer_closed"}, 4);
  metrics.observe(Metric::kLoopLagSeconds, 0.003);
  metrics.observe(Metric::kLoopLagSeconds, 7);
  bool counter = false;
  bool histogram = false;
  for (const MetricPoint& point : metrics.snapshot()) {
    if (point.row->metric == Metric::kEventsEmitted) {
      counter = true;
      EXPECT_EQ(point.label_values, std::vector<std::string>{"producer_closed"});
      EXPECT_EQ(point.value, 4);
    }
    if (point.row->metric == Metric::kLoopLagSeconds) {
      histogram = true;
      EXPECT_EQ(point.count, 2u);
      EXPECT_DOUBLE_EQ(point.value, 7.003);
      ASSERT_EQ(point.bucket_counts.size(), point.row->buckets.size() + 1);
      EXPECT_EQ(point.bucket_counts.back(), 1u);
    }
  }
  EXPECT_TRUE(counter && histogram);
}

TEST(Metrics, TellWhatTheProcessUses) {
  Metrics metrics;
  std::map<Metric, double> values;
  for (const MetricPoint& point : metrics.snapshot()) values[point.row->metric] = point.value;
  EXPECT_GT(values[Metric::kProcessResidentBytes], 1e6);
  EXPECT_GE(values[Metric::kProcessOpenFds], 3);
  EXPECT_GE(values[Metric::kProcessThreads], 1);
  EXPECT_GE(values[Metric::kProcessCpuSeconds], 0);
  EXPECT_GT(values[Metric::kProcessStartTime], 1.7e9);
}

TEST(Metrics, ALabelThatIsNoClosedSetEndsInOther) {
  Metrics metrics;
  for (int i = 0; i < 2'000; ++i) metrics.add(Metric::kEventsEmitted, {"type" + std::to_string(i)});
  EXPECT_THAT(metrics.exposition(), HasSubstr(R"(doordarshan_events_emitted_total{type="other"} )"));
  EXPECT_LT(metrics.snapshot().size(), 600u);
}

}  // namespace
}  // namespace dd::observe
