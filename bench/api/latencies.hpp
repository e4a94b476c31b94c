// SPDX-License-Identifier: MIT
// Collects durations by name and gives their percentiles; nothing is sampled or bucketed, so p99 is exact.
// Owned by one thread; merge() joins those of several.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace dd::bench {

class Latencies {
 public:
  void add(const std::string& name, std::chrono::nanoseconds took) {
    by_name_[name].push_back(std::chrono::duration<double, std::milli>(took).count());
  }

  void merge(const Latencies& other) {
    for (const auto& [name, values] : other.by_name_) {
      auto& mine = by_name_[name];
      mine.insert(mine.end(), values.begin(), values.end());
    }
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [name, values] : by_name_) names.push_back(name);
    return names;
  }

  std::size_t count(const std::string& name) const { return by_name_.at(name).size(); }

  double percentile_ms(const std::string& name, double percent) const {
    auto values = by_name_.at(name);
    std::sort(values.begin(), values.end());
    const auto rank = static_cast<std::size_t>(std::ceil(percent / 100.0 * static_cast<double>(values.size())));
    return values[std::min(values.size() - 1, rank == 0 ? 0 : rank - 1)];
  }

 private:
  std::map<std::string, std::vector<double>> by_name_;
};

}  // namespace dd::bench
