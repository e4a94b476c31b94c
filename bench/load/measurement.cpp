// SPDX-License-Identifier: MIT
#include "bench/load/measurement.hpp"

#include <fmt/format.h>

namespace dd::load {
namespace {

constexpr double kBusy = 0.95;          // of the one core we run on
constexpr double kLateFrames = 0.01;    // share of frames sent too late or not at all
constexpr double kForeignShare = 0.05;  // share of what was received that nobody could decrypt

}  // namespace

ReceptionCounters Measurement::received() const {
  ReceptionCounters sum = video;
  sum += audio;
  return sum;
}

double Measurement::loss_percent() const {
  const ReceptionCounters all = received();
  return all.expected == 0 ? 0 : 100.0 * static_cast<double>(all.lost()) / static_cast<double>(all.expected);
}

double Measurement::latency_p99_ms() const {
  const LatencyHistogram& which = latencies.video.count() > 0 ? latencies.video : latencies.audio;
  return static_cast<double>(which.percentile(0.99)) / 1000;
}

std::optional<double> Measurement::server_us_per_packet() const {
  const std::uint64_t packets = received().received;
  if (!server_cpu_seconds || packets == 0) return std::nullopt;
  return *server_cpu_seconds * 1e6 / static_cast<double>(packets);
}

Measurement between(const Reading& begin, const Reading& end) {
  Measurement measured;
  measured.seconds = std::chrono::duration<double>(end.at - begin.at).count();
  measured.video = end.video - begin.video;
  measured.audio = end.audio - begin.audio;
  measured.published = end.published - begin.published;
  measured.network.sent_datagrams = end.network.sent_datagrams - begin.network.sent_datagrams;
  measured.network.sent_bytes = end.network.sent_bytes - begin.network.sent_bytes;
  measured.network.send_failures = end.network.send_failures - begin.network.send_failures;
  measured.network.received_datagrams = end.network.received_datagrams - begin.network.received_datagrams;
  measured.network.received_bytes = end.network.received_bytes - begin.network.received_bytes;
  measured.network.receive_overflows = end.network.receive_overflows - begin.network.receive_overflows;
  measured.undecryptable = end.undecryptable - begin.undecryptable;
  if (begin.server_cpu && end.server_cpu) measured.server_cpu_seconds = static_cast<double>(*end.server_cpu - *begin.server_cpu) / 1e9;
  measured.own_cpu_seconds = static_cast<double>(end.own_cpu - begin.own_cpu) / 1e9;
  return measured;
}

Verdict judge(const Measurement& measured, const Bounds& bounds) {
  const std::string load = fmt::format("{} publishers, {} subscribers", measured.publishers, measured.subscribers);
  const auto exceeded = [&load](std::string why) { return Verdict{Outcome::kExceeded, fmt::format("NOT KEPT with {}: {}", load, why)}; };
  const auto here = [&load](std::string why) { return Verdict{Outcome::kOverloadedHere, fmt::format("NO ANSWER with {}: {}", load, why)}; };
  if (measured.failed_peers > 0) {
    return exceeded(
        fmt::format("{} participants lost their connection, the first by \"{}\"", measured.failed_peers, measured.first_failure));
  }
  const std::uint64_t packets = measured.received().received;
  if (packets == 0) return exceeded("no packet arrived");
  if (measured.silent_streams > 0)
    return exceeded(fmt::format("nothing came of {} of {} streams", measured.silent_streams, measured.streams));
  if (static_cast<double>(measured.undecryptable) > kForeignShare * static_cast<double>(packets)) {
    return exceeded(fmt::format("{} packets could not be decrypted", measured.undecryptable));
  }
  const double loss = measured.loss_percent();
  const double latency = measured.latency_p99_ms();
  const bool kept = loss <= bounds.loss_percent && latency <= bounds.latency_ms;
  if (!kept) {
    // Whose fault is it? What our own kernel dropped because we were too slow was forwarded.
    if (measured.network.receive_overflows > measured.received().lost() / 2 && measured.network.receive_overflows > 0) {
      return here(fmt::format("this program was too slow, and its own kernel dropped {} packets", measured.network.receive_overflows));
    }
    if (measured.own_cpu_seconds > kBusy * measured.seconds) return here("this program took a whole core and could not do more");
  }
  const auto unsteady = measured.published.late_frames + measured.published.skipped_frames;
  if (static_cast<double>(unsteady) > kLateFrames * static_cast<double>(measured.published.frames + measured.published.skipped_frames)) {
    return here(fmt::format("{} of {} frames left late: this machine has not the time to send them", unsteady, measured.published.frames));
  }
  if (loss > bounds.loss_percent)
    return exceeded(fmt::format("{:.3f} % of the packets were lost, {:g} % are allowed", loss, bounds.loss_percent));
  if (latency > bounds.latency_ms)
    return exceeded(fmt::format("p99 of the latency was {:.1f} ms, {:g} ms are allowed", latency, bounds.latency_ms));
  return {Outcome::kKept, fmt::format("KEPT with {}: loss {:.3f} % (at most {:g} %), p99 {:.1f} ms (at most {:g} ms)", load, loss,
                                      bounds.loss_percent, latency, bounds.latency_ms)};
}

}  // namespace dd::load
