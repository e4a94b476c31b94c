// SPDX-License-Identifier: MIT
// LatencyHistogram: how long packets took, in a fixed size whatever their number: 32 steps to each doubling, so that a percentile
// is at most 3 % too high. The largest value is kept exactly. Plain value.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace dd::load {

class LatencyHistogram {
 public:
  // Clocks that were set back make negative ones; they count as 0.
  void add(std::int64_t microseconds) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(microseconds, 0));
    ++counts_[bucket_of(value)];
    ++count_;
    max_ = std::max(max_, value);
  }

  void merge(const LatencyHistogram& other) {
    for (std::size_t at = 0; at < kBuckets; ++at) counts_[at] += other.counts_[at];
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
  }

  // The value in microseconds below or at which this share (0 to 1) lies: the upper edge of its bucket. 0 when empty.
  std::uint64_t percentile(double share) const {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
    std::uint64_t seen = 0;
    for (std::size_t at = 0; at < kBuckets; ++at) {
      seen += counts_[at];
      if (seen > 0 && seen >= wanted) return std::min(upper_edge(at), max_);
    }
    return max_;
  }

  std::uint64_t max() const { return max_; }
  std::uint64_t count() const { return count_; }

 private:
  static constexpr std::uint64_t kSteps = 32;
  static constexpr unsigned kStepBits = 5;
  static constexpr unsigned kMaxBits = 32;  // over an hour; what took longer is counted there
  static constexpr std::size_t kBuckets = kSteps * (kMaxBits - kStepBits + 1);

  static std::size_t bucket_of(std::uint64_t value) {
    if (value < kSteps) return static_cast<std::size_t>(value);
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - kStepBits - 1;
    const auto bucket = static_cast<std::size_t>(kSteps * (shift + 1) + ((value >> shift) - kSteps));
    return std::min(bucket, kBuckets - 1);
  }
  static std::uint64_t upper_edge(std::size_t bucket) {
    if (bucket < kSteps) return bucket;
    const auto shift = static_cast<unsigned>(bucket / kSteps - 1);
    return ((kSteps + bucket % kSteps + 1) << shift) - 1;
  }

  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace dd::load
