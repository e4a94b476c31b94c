// SPDX-License-Identifier: MIT
#include "bench/load/report.hpp"

#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dd::load {
namespace {

using nlohmann::ordered_json;

double ms(std::uint64_t microseconds) { return static_cast<double>(microseconds) / 1000; }

// Digits beyond these are noise, and make two results hard to compare by eye.
double rounded(double value) { return std::round(value * 1e4) / 1e4; }

double per_second(std::uint64_t count, double seconds) { return seconds > 0 ? static_cast<double>(count) / seconds : 0; }

std::string latency_text(const LatencyHistogram& latency) {
  if (latency.count() == 0) return "none";
  return fmt::format("p50 {:.2f} ms, p99 {:.2f} ms, max {:.2f} ms", ms(latency.percentile(0.5)), ms(latency.percentile(0.99)),
                     ms(latency.max()));
}

ordered_json latency_json(const LatencyHistogram& latency) {
  return {{"count", latency.count()},
          {"p50Ms", rounded(ms(latency.percentile(0.5)))},
          {"p90Ms", rounded(ms(latency.percentile(0.9)))},
          {"p99Ms", rounded(ms(latency.percentile(0.99)))},
          {"maxMs", rounded(ms(latency.max()))}};
}

std::string reception_text(const ReceptionCounters& counters, double seconds) {
  return fmt::format("{} packets ({:.0f}/s, {:.1f} Mbit/s), {} lost, {} repaired, {} reordered", counters.received,
                     per_second(counters.received, seconds), per_second(counters.bytes, seconds) * 8 / 1e6, counters.lost(),
                     counters.repaired, counters.reordered);
}

ordered_json reception_json(const ReceptionCounters& counters) {
  return {{"packets", counters.received},  {"expected", counters.expected},   {"lost", counters.lost()},
          {"repaired", counters.repaired}, {"reordered", counters.reordered}, {"bytes", counters.bytes}};
}

ordered_json measurement_json(const Measurement& measured) {
  const ReceptionCounters all = measured.received();
  ordered_json json = {{"seconds", rounded(measured.seconds)},
                       {"publishers", measured.publishers},
                       {"subscribers", measured.subscribers},
                       {"streams", measured.streams},
                       {"silentStreams", measured.silent_streams},
                       {"failedParticipants", measured.failed_peers},
                       {"packets", all.received},
                       {"packetsPerSecond", rounded(per_second(all.received, measured.seconds))},
                       {"lost", all.lost()},
                       {"lossPercent", rounded(measured.loss_percent())},
                       {"reordered", all.reordered},
                       {"video", reception_json(measured.video)},
                       {"audio", reception_json(measured.audio)},
                       {"videoLatency", latency_json(measured.latencies.video)},
                       {"audioLatency", latency_json(measured.latencies.audio)}};
  json["published"] = {{"packets", measured.published.packets},
                       {"bytes", measured.published.bytes},
                       {"frames", measured.published.frames},
                       {"keyFrames", measured.published.key_frames},
                       {"keyFrameRequests", measured.published.key_frame_requests},
                       {"nacked", measured.published.nacked},
                       {"repeated", measured.published.repeated},
                       {"transportFeedback",
                        {{"packets", measured.published.feedback_packets},
                         {"received", measured.published.feedback_received},
                         {"lost", measured.published.feedback_lost}}}};
  json["server"] = nullptr;
  if (measured.server_cpu_seconds) {
    json["server"] = {{"cpuSeconds", rounded(*measured.server_cpu_seconds)},
                      {"cores", rounded(*measured.server_cpu_seconds / measured.seconds)},
                      {"microsecondsPerPacket", nullptr}};
    if (const auto cost = measured.server_us_per_packet()) json["server"]["microsecondsPerPacket"] = rounded(*cost);
  }
  json["generator"] = {{"cores", rounded(measured.own_cpu_seconds / measured.seconds)},
                       {"longestDelayMs", rounded(measured.longest_delay_ms)},
                       {"lateFrames", measured.published.late_frames},
                       {"skippedFrames", measured.published.skipped_frames},
                       {"sendFailures", measured.network.send_failures},
                       {"receiveOverflows", measured.network.receive_overflows},
                       {"undecryptable", measured.undecryptable}};
  return json;
}

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kKept: return "kept";
    case Outcome::kExceeded: return "exceeded";
    case Outcome::kOverloadedHere: return "generator_overloaded";
  }
  return "";
}

ordered_json verdict_json(const Verdict& verdict) { return {{"outcome", to_string(verdict.outcome)}, {"sentence", verdict.sentence}}; }

void add_steps(std::string& text, const std::vector<RampStep>& steps) {
  text += "\n subscribers   packets/s     loss     p50     p99  server us/packet  server cores\n";
  for (const RampStep& step : steps) {
    const Measurement& measured = step.measurement;
    const LatencyHistogram& latency = measured.latencies.video.count() > 0 ? measured.latencies.video : measured.latencies.audio;
    const auto cost = measured.server_us_per_packet();
    text += fmt::format("{:>12}{:>12.0f}{:>8.3f}%{:>6.1f}ms{:>6.1f}ms{:>18}{:>14}  {}\n", measured.subscribers,
                        per_second(measured.received().received, measured.seconds), measured.loss_percent(), ms(latency.percentile(0.5)),
                        measured.latency_p99_ms(), cost ? fmt::format("{:.2f}", *cost) : "-",
                        measured.server_cpu_seconds ? fmt::format("{:.2f}", *measured.server_cpu_seconds / measured.seconds) : "-",
                        step.verdict.outcome == Outcome::kKept ? "" : to_string(step.verdict.outcome));
  }
}

}  // namespace

std::string progress_line(int second, const Measurement& last) {
  const ReceptionCounters all = last.received();
  const LatencyHistogram& latency = last.latencies.video.count() > 0 ? last.latencies.video : last.latencies.audio;
  std::string line = fmt::format("{:>4} s  {} publishers  {} subscribers  {:.0f} packets/s  loss {:.3f} %  p50 {:.1f} ms  p99 {:.1f} ms",
                                 second, last.publishers, last.subscribers, per_second(all.received, last.seconds), last.loss_percent(),
                                 ms(latency.percentile(0.5)), last.latency_p99_ms());
  if (last.server_cpu_seconds) line += fmt::format("  server {:.2f} cores", *last.server_cpu_seconds / last.seconds);
  return line + fmt::format("  here {:.2f}", last.own_cpu_seconds / last.seconds);
}

std::string table(const Arguments& arguments, const RunResult& result) {
  const Measurement& measured = result.measurement;
  const double seconds = measured.seconds;
  std::string text;
  const auto row = [&text](std::string_view name, const std::string& value) { text += fmt::format("{:<20}{}\n", name, value); };
  row("load", fmt::format("{} publishers, {} subscribers, {} rooms, {} streams, {:.1f} s", measured.publishers, measured.subscribers,
                          arguments.rooms, measured.streams, seconds));
  row("media", fmt::format("{}{}, SRTP {}, transport-cc {}, NACK {}",
                           arguments.video ? fmt::format("VP8 {} kbit/s at {} fps{}", arguments.bitrate_kbps, arguments.frames_per_second,
                                                         arguments.simulcast > 1 ? fmt::format(" in {} layers", arguments.simulcast) : "")
                                           : "no video",
                           arguments.audio ? ", Opus" : "", result.facts.srtp ? load::to_string(*result.facts.srtp) : "none",
                           arguments.transport_feedback ? "on" : "off", arguments.nack ? "on" : "off"));
  row("joining", fmt::format("{:.1f} s", result.facts.join_seconds));
  row("sent", fmt::format("{} packets ({:.0f}/s, {:.1f} Mbit/s), {} key frames, {} requests for them", measured.published.packets,
                          per_second(measured.published.packets, seconds), per_second(measured.published.bytes, seconds) * 8 / 1e6,
                          measured.published.key_frames, measured.published.key_frame_requests));
  if (measured.published.feedback_packets > 0) {
    row("feedback to senders", fmt::format("{} packets: {} arrived, {} lost", measured.published.feedback_packets,
                                           measured.published.feedback_received, measured.published.feedback_lost));
  }
  if (arguments.video) row("video received", reception_text(measured.video, seconds));
  if (arguments.audio) row("audio received", reception_text(measured.audio, seconds));
  row("loss", fmt::format("{:.4f} %", measured.loss_percent()));
  if (arguments.video) row("video latency", latency_text(measured.latencies.video));
  if (arguments.audio) row("audio latency", latency_text(measured.latencies.audio));
  if (arguments.video) {
    row("first key frame",
        latency_text(result.facts.key_frame_waits) +
            (result.facts.waiting_for_key_frame > 0 ? fmt::format(", {} without one", result.facts.waiting_for_key_frame) : ""));
  }
  if (measured.server_cpu_seconds) {
    const auto cost = measured.server_us_per_packet();
    row("server CPU", fmt::format("{:.2f} cores, {} us per forwarded packet ({})", *measured.server_cpu_seconds / seconds,
                                  cost ? fmt::format("{:.2f}", *cost) : "no", fmt::join(result.facts.server_processes, ", ")));
  } else {
    row("server CPU", "not known: it is not on this machine");
  }
  row("this program", fmt::format("{:.2f} cores, timer late by {:.1f} ms at most, {} frames late, {} packets dropped by our own kernel",
                                  measured.own_cpu_seconds / seconds, measured.longest_delay_ms,
                                  measured.published.late_frames + measured.published.skipped_frames, measured.network.receive_overflows));
  if (!result.steps.empty()) add_steps(text, result.steps);
  return text + "\n" + result.verdict.sentence + "\n";
}

ordered_json as_json(const Arguments& arguments, const RunResult& result) {
  ordered_json json = {{"verdict", verdict_json(result.verdict)}};
  json["conditions"] = {{"publishers", arguments.publishers},
                        {"subscribers", arguments.subscribers},
                        {"rooms", arguments.rooms},
                        {"mesh", arguments.mesh},
                        {"video", arguments.video},
                        {"audio", arguments.audio},
                        {"bitrateKbps", arguments.bitrate_kbps},
                        {"framesPerSecond", arguments.frames_per_second},
                        {"simulcastLayers", arguments.simulcast},
                        {"transportCc", arguments.transport_feedback},
                        {"nack", arguments.nack},
                        {"srtp", nullptr},
                        {"maxLossPercent", arguments.max_loss_percent},
                        {"maxLatencyMs", arguments.max_latency_ms},
                        {"serverProcesses", result.facts.server_processes}};
  if (result.facts.srtp) json["conditions"]["srtp"] = load::to_string(*result.facts.srtp);
  json["joinSeconds"] = rounded(result.facts.join_seconds);
  json["keyFrameWait"] = latency_json(result.facts.key_frame_waits);
  json["keyFrameWait"]["waiting"] = result.facts.waiting_for_key_frame;
  json["measurement"] = measurement_json(result.measurement);
  if (arguments.ramp) {
    json["highestSubscribers"] = result.verdict.outcome == Outcome::kKept ? result.measurement.subscribers : 0;
    json["steps"] = ordered_json::array();
    for (const RampStep& step : result.steps) {
      ordered_json entry = measurement_json(step.measurement);
      entry["verdict"] = verdict_json(step.verdict);
      json["steps"].push_back(std::move(entry));
    }
  }
  return json;
}

}  // namespace dd::load
