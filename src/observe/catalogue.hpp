// SPDX-License-Identifier: MIT
// The catalogue of metrics: one row for each enumerator of Metric - name in base units, help, label keys, buckets.
// It counts nothing itself; metrics.cpp registers what stands here.
// Constant data, safe from any thread.
#pragma once

#include <span>
#include <string_view>

#include "observe/metrics.hpp"

namespace dd::observe {

enum class MetricKind { kCounter, kGauge, kHistogram };

struct MetricRow {
  Metric metric;
  MetricKind kind;
  std::string_view name;  // Prometheus name: doordarshan_..., ending in _total for counters
  std::string_view unit;  // UCUM as OTLP wants it: "s", "1"
  std::string_view help;
  std::span<const std::string_view> labels;  // keys
  std::span<const double> buckets;           // histograms: upper bounds, ascending
};

std::span<const MetricRow> catalogue();  // in the order of Metric
const MetricRow& row_of(Metric metric);

}  // namespace dd::observe
