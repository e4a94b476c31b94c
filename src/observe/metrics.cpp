// SPDX-License-Identifier: MIT
// Keeps the series in prometheus-cpp's registry, one family per row of the catalogue, and finds them again by label values.
// The only file that includes prometheus-cpp. The mutex guards the map of one family, never a wait or a system call.
#include "observe/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <variant>

#include "base/check.hpp"
#include "observe/catalogue.hpp"
#include "observe/process.hpp"

namespace dd::observe {
namespace {

// A label whose values turn out not to be a closed set must not eat the memory: what is beyond goes to one series "other".
constexpr std::size_t kMaxSeries = 512;

using Series = std::variant<prometheus::Counter*, prometheus::Gauge*, prometheus::Histogram*>;
using Family = std::variant<prometheus::Family<prometheus::Counter>*, prometheus::Family<prometheus::Gauge>*,
                            prometheus::Family<prometheus::Histogram>*>;

std::string joined(Metrics::Labels labels) {
  std::string key;
  for (const std::string_view label : labels) {
    key += label;
    key += '\x1f';
  }
  return key;
}

}  // namespace

struct Metrics::State {
  struct Slot {
    const MetricRow* row = nullptr;
    Family family;
    mutable std::mutex mutex;  // add() is called by the control loop, the store's threads and the event thread
    std::map<std::string, std::pair<std::vector<std::string>, Series>, std::less<>> series;

    Series find_or_make(Labels labels) {
      DD_CHECK(labels.size() == row->labels.size(), "label values do not match the catalogue's keys");
      const std::lock_guard lock(mutex);
      std::string key = joined(labels);
      if (const auto found = series.find(key); found != series.end()) return found->second.second;
      std::vector<std::string> values(labels.begin(), labels.end());
      if (series.size() >= kMaxSeries) {
        values.assign(labels.size(), "other");
        key.assign(1, '\x1f');
        if (const auto found = series.find(key); found != series.end()) return found->second.second;
      }
      prometheus::Labels pairs;
      for (std::size_t i = 0; i < values.size(); ++i) pairs.emplace(std::string(row->labels[i]), values[i]);
      const Series made = make(pairs);
      series.emplace(std::move(key), std::make_pair(std::move(values), made));
      return made;
    }

    Series make(const prometheus::Labels& pairs) {
      if (auto* const* counters = std::get_if<0>(&family)) return &(*counters)->Add(pairs);
      if (auto* const* gauges = std::get_if<1>(&family)) return &(*gauges)->Add(pairs);
      const prometheus::Histogram::BucketBoundaries bounds(row->buckets.begin(), row->buckets.end());
      return &std::get<2>(family)->Add(pairs, bounds);
    }
  };

  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::array<Slot, static_cast<std::size_t>(Metric::kCount_)> slots;

  State() {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const MetricRow& row = row_of(static_cast<Metric>(i));
      slots[i].row = &row;
      const std::string name(row.name);
      const std::string help(row.help);
      switch (row.kind) {
        case MetricKind::kCounter: slots[i].family = &prometheus::BuildCounter().Name(name).Help(help).Register(*registry); break;
        case MetricKind::kGauge: slots[i].family = &prometheus::BuildGauge().Name(name).Help(help).Register(*registry); break;
        case MetricKind::kHistogram: slots[i].family = &prometheus::BuildHistogram().Name(name).Help(help).Register(*registry); break;
      }
      // A series without labels exists from the start, so that a rate or an alert has a zero to begin at.
      if (row.labels.empty()) slots[i].find_or_make({});
    }
  }

  void read_process() {
    const ProcessFigures figures = read_process_figures();
    const auto set = [this](Metric metric, double value) { std::get<prometheus::Gauge*>(slot(metric).find_or_make({}))->Set(value); };
    set(Metric::kProcessResidentBytes, figures.resident_bytes);
    // Two readers at once may both add the same moment's difference; it is microseconds.
    auto* cpu = std::get<prometheus::Counter*>(slot(Metric::kProcessCpuSeconds).find_or_make({}));
    cpu->Increment(std::max(0.0, figures.cpu_seconds - cpu->Value()));
    set(Metric::kProcessOpenFds, figures.open_fds);
    set(Metric::kProcessThreads, figures.threads);
    set(Metric::kProcessStartTime, figures.start_time);
  }

  Slot& slot(Metric metric) { return slots[static_cast<std::size_t>(metric)]; }
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::add(Metric metric, Labels labels, double amount) {
  const Series series = state_->slot(metric).find_or_make(labels);
  if (auto* const* counter = std::get_if<prometheus::Counter*>(&series)) {
    (*counter)->Increment(amount);
  } else if (auto* const* gauge = std::get_if<prometheus::Gauge*>(&series)) {
    (*gauge)->Increment(amount);
  } else {
    DD_CHECK(false, "a histogram observes, it is not added to");
  }
}

void Metrics::set(Metric metric, double value, Labels labels) {
  const Series series = state_->slot(metric).find_or_make(labels);
  auto* const* gauge = std::get_if<prometheus::Gauge*>(&series);
  DD_CHECK(gauge != nullptr, "only a gauge is set");
  (*gauge)->Set(value);
}

void Metrics::observe(Metric metric, double value, Labels labels) {
  const Series series = state_->slot(metric).find_or_make(labels);
  auto* const* histogram = std::get_if<prometheus::Histogram*>(&series);
  DD_CHECK(histogram != nullptr, "only a histogram observes");
  (*histogram)->Observe(value);
}

std::string Metrics::exposition() const {
  state_->read_process();
  return prometheus::TextSerializer().Serialize(state_->registry->Collect());
}

std::vector<MetricPoint> Metrics::snapshot() const {
  state_->read_process();
  std::vector<MetricPoint> points;
  for (const State::Slot& slot : state_->slots) {
    const std::lock_guard lock(slot.mutex);
    for (const auto& entry : slot.series) {
      MetricPoint point;
      point.row = slot.row;
      point.label_values = entry.second.first;
      const Series& series = entry.second.second;
      if (auto* const* counter = std::get_if<0>(&series)) {
        point.value = (*counter)->Value();
      } else if (auto* const* gauge = std::get_if<1>(&series)) {
        point.value = (*gauge)->Value();
      } else {
        const auto collected = std::get<2>(series)->Collect().histogram;
        point.value = collected.sample_sum;
        point.count = collected.sample_count;
        std::uint64_t before = 0;
        for (const auto& bucket : collected.bucket) {
          point.bucket_counts.push_back(bucket.cumulative_count - before);
          before = bucket.cumulative_count;
        }
      }
      points.push_back(std::move(point));
    }
  }
  return points;
}

}  // namespace dd::observe
