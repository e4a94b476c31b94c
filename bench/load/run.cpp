// SPDX-License-Identifier: MIT
#include "bench/load/run.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <string>

#include "bench/load/crowd.hpp"
#include "bench/load/ramp.hpp"
#include "bench/load/report.hpp"

namespace dd::load {
namespace {

using namespace std::chrono_literals;

constexpr int kKeptCode = 0;
constexpr int kExceededCode = 1;
constexpr int kArgumentsCode = 2;
constexpr int kNotBroughtUpCode = 3;

constexpr Duration kSettle = 2s;  // after the last join: its key frames and the server's first estimates are over
constexpr int kMaxSteps = 40;     // of a ramp
constexpr Duration kLookForSignal = 100ms;
volatile std::sig_atomic_t interrupted = 0;  // Ctrl-C: the result so far is still told, and everybody leaves

// One line that is rewritten on a terminal, lines one below the other elsewhere.
class Progress {
 public:
  explicit Progress(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1) {}
  ~Progress() { finish(); }

  void say(const std::string& line) {
    if (quiet_) return;
    if (terminal_) {
      fmt::print(stderr, "\r\x1b[K{}", line);
      open_ = true;
    } else {
      fmt::print(stderr, "{}\n", line);
    }
    std::fflush(stderr);
  }
  void finish() {
    if (std::exchange(open_, false)) fmt::print(stderr, "\n");
  }

 private:
  bool quiet_;
  bool terminal_;
  bool open_ = false;
};

Task<Measurement> measure(AsioLoop& loop, Crowd& crowd, Progress& progress, int seconds) {
  co_await sleep_for(loop, kSettle);
  crowd.begin_window();
  const MonotonicTime begun = loop.now();
  for (int second = 1; second <= seconds && interrupted == 0; ++second) {
    const Duration rest = begun + std::chrono::seconds(second) - loop.now();
    if (rest > Duration{0}) co_await sleep_for(loop, rest);
    progress.say(progress_line(second, crowd.since_last_second()));
  }
  co_return crowd.end_window();
}

// A signal's handler may do nothing but set a flag; somebody has to look.
void look_for_signal(AsioLoop& loop, Crowd& crowd, Timer& timer) {
  if (interrupted != 0) return crowd.stop_coming();
  timer = loop.after(kLookForSignal, [&] { look_for_signal(loop, crowd, timer); });
}

Bounds bounds_of(const Arguments& arguments) {
  return {.loss_percent = arguments.max_loss_percent, .latency_ms = static_cast<double>(arguments.max_latency_ms)};
}

Task<Result<void>> plain(AsioLoop& loop, const Arguments& arguments, Crowd& crowd, Progress& progress, RunResult& result) {
  auto coming = crowd.bring_subscribers(arguments.subscribers);
  DD_CO_TRY_VOID(co_await std::move(coming));
  result.facts.join_seconds = std::chrono::duration<double>(loop.now().time_since_epoch()).count() - result.facts.join_seconds;
  auto measuring = measure(loop, crowd, progress, arguments.duration_seconds);
  result.measurement = co_await std::move(measuring);
  result.verdict = judge(result.measurement, bounds_of(arguments));
  co_return ok();
}

Task<Result<void>> ramp(AsioLoop& loop, const Arguments& arguments, Crowd& crowd, Progress& progress, RunResult& result) {
  RampSearch search(arguments.ramp_start, arguments.subscribers);
  std::string ended_by;
  while (!search.done() && static_cast<int>(result.steps.size()) < kMaxSteps && interrupted == 0) {
    progress.say(fmt::format("{} subscribers", search.next()));
    auto coming = crowd.bring_subscribers(search.next());
    const auto came = co_await std::move(coming);
    if (!came) {
      if (result.steps.empty()) co_return came.error();
      ended_by = came.error().message;
      break;
    }
    auto measuring = measure(loop, crowd, progress, arguments.ramp_seconds);
    Measurement measured = co_await std::move(measuring);
    RampStep step;
    step.measurement = std::move(measured);
    step.verdict = judge(step.measurement, bounds_of(arguments));
    const Outcome outcome = step.verdict.outcome;
    if (outcome == Outcome::kKept && step.measurement.subscribers > search.best()) {
      result.measurement = step.measurement;
      result.verdict = step.verdict;
    }
    if (outcome != Outcome::kKept) ended_by = step.verdict.sentence;
    if (result.steps.empty() && outcome != Outcome::kKept) {
      result.measurement = step.measurement;
      result.verdict = step.verdict;
    }
    const bool lost_somebody = step.measurement.failed_peers > 0;
    result.steps.push_back(std::move(step));
    // More load would only say more of this machine, and a crowd with holes is no load.
    if (outcome == Outcome::kOverloadedHere || lost_somebody) break;
    search.judge(outcome == Outcome::kKept);
  }
  result.facts.join_seconds = 0;
  if (result.verdict.outcome == Outcome::kKept) {
    result.verdict.sentence = fmt::format("HIGHEST LOAD {}; {}", result.verdict.sentence.substr(std::string_view("KEPT with ").size()),
                                          ended_by.empty() ? "no limit was found up to --subscribers" : "beyond it: " + ended_by);
  }
  co_return ok();
}

Task<Result<RunResult>> measure_all(AsioLoop& loop, const Arguments& arguments) {
  Progress progress(arguments.quiet);
  RunResult result;
  result.facts.join_seconds = std::chrono::duration<double>(loop.now().time_since_epoch()).count();
  auto opening = Crowd::open(loop, arguments);
  DD_CO_TRY(const auto crowd, co_await std::move(opening));
  Timer looking;
  look_for_signal(loop, *crowd, looking);
  progress.say(fmt::format("{} publishers and {} subscribers join", arguments.publishers,
                           arguments.ramp ? arguments.ramp_start : arguments.subscribers));
  auto bringing = crowd->bring_publishers();
  Result<void> outcome = co_await std::move(bringing);
  if (outcome) {
    auto measuring = arguments.ramp ? ramp(loop, arguments, *crowd, progress, result) : plain(loop, arguments, *crowd, progress, result);
    outcome = co_await std::move(measuring);
  }
  result.facts.srtp = crowd->profile();
  result.facts.server_processes = crowd->server().names();
  result.facts.key_frame_waits = crowd->key_frame_waits();
  result.facts.waiting_for_key_frame = crowd->waiting_for_key_frame();
  auto leaving = crowd->leave();
  co_await std::move(leaving);
  if (!outcome) co_return std::move(outcome.error());
  co_return result;
}

Task<void> finish_with(AsioLoop& loop, const Arguments& arguments, std::optional<Result<RunResult>>& result) {
  auto measuring = measure_all(loop, arguments);
  result.emplace(co_await std::move(measuring));
  loop.stop();
}

// Each transport is a socket, and each participant another for signaling.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

bool write_json(const Arguments& arguments, const RunResult& result) {
  std::ofstream file(arguments.json_file);
  file << as_json(arguments, result).dump(2) << "\n";
  return file.good();
}

}  // namespace

int run(std::span<const std::string_view> words) {
  const char* token = std::getenv("DOORDARSHAN_LOAD_TOKEN");
  const auto arguments = parse_arguments(words, token == nullptr ? "" : token);
  if (!arguments) {
    fmt::print(stderr, "doordarshan-load: {}\n", arguments.error().message);
    return kArgumentsCode;
  }
  if (arguments->help) {
    fmt::print("{}", usage());
    return kKeptCode;
  }
  raise_file_limit();
  std::signal(SIGPIPE, SIG_IGN);
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { interrupted = 1; });

  AsioLoop loop;
  std::optional<Result<RunResult>> result;
  auto finishing = finish_with(loop, *arguments, result);
  spawn(std::move(finishing));
  if (!result) loop.run();
  if (!*result) {
    fmt::print(stderr, "doordarshan-load: {}\n", result->error().message);
    return result->error().field.empty() ? kNotBroughtUpCode : kArgumentsCode;
  }
  fmt::print("{}", table(*arguments, **result));
  if (!arguments->json_file.empty() && !write_json(*arguments, **result)) {
    fmt::print(stderr, "doordarshan-load: --json {}: cannot be written\n", arguments->json_file);
    return kArgumentsCode;
  }
  return (*result)->verdict.outcome == Outcome::kKept ? kKeptCode : kExceededCode;
}

}  // namespace dd::load
