// SPDX-License-Identifier: MIT
// What a run has measured, as values: Reading, the counters at one moment, and Measurement, what lies between two of them; and the
// judgement of it. Pure; crowd.hpp takes readings, report.hpp writes them down.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "bench/load/network.hpp"
#include "bench/load/publisher.hpp"
#include "bench/load/reception.hpp"
#include "bench/load/subscriber.hpp"

namespace dd::load {

struct Reading {
  MonotonicTime at;
  ReceptionCounters video;
  ReceptionCounters audio;
  PublisherCounters published;
  NetworkCounters network;
  std::uint64_t undecryptable = 0;
  std::optional<std::uint64_t> server_cpu;  // nanoseconds; nothing when the server is not on this machine
  std::uint64_t own_cpu = 0;
};

struct Measurement {
  double seconds = 0;
  int publishers = 0;
  int subscribers = 0;
  std::size_t streams = 0;         // that subscribers receive
  std::size_t silent_streams = 0;  // of which nothing ever came
  ReceptionCounters video;
  ReceptionCounters audio;
  PublisherCounters published;
  NetworkCounters network;
  std::uint64_t undecryptable = 0;
  Latencies latencies;
  std::optional<double> server_cpu_seconds;
  double own_cpu_seconds = 0;
  double longest_delay_ms = 0;  // by which our own timer was late
  std::size_t failed_peers = 0;
  std::string first_failure;

  ReceptionCounters received() const;
  double loss_percent() const;
  double latency_p99_ms() const;  // of video, which has the bursts; of sound when there is no video
  std::optional<double> server_us_per_packet() const;
};

Measurement between(const Reading& begin, const Reading& end);

struct Bounds {
  double loss_percent = 0.1;
  double latency_ms = 150;
};

enum class Outcome {
  kKept,
  kExceeded,
  kOverloadedHere,  // this program or this machine was the limit, so nothing is said of the server
};

struct Verdict {
  Outcome outcome = Outcome::kKept;
  std::string sentence;
};

Verdict judge(const Measurement& measurement, const Bounds& bounds);

}  // namespace dd::load
