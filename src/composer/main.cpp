// SPDX-License-Identifier: MIT
#include "composer/main.hpp"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <fmt/format.h>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "composer/arguments.hpp"
#include "composer/composer.hpp"
#include "composer/live.hpp"
#include "composer/report.hpp"

namespace dd::composer {
namespace {

enum ExitCode { kDone = 0, kOther = 1, kUsage = 2, kRefused = 3, kStopped = 4 };

std::atomic<bool> stop_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may set it");

ExitCode code_for(const Error& error) {
  if (stop_asked) return kStopped;
  switch (error.code) {
    case Errc::kInvalidArgument: return kUsage;
    case Errc::kUnavailable: return kRefused;
    default: return kOther;
  }
}

}  // namespace

int run(int argc, char** argv) {
  std::signal(SIGTERM, [](int) { stop_asked = true; });
  std::signal(SIGINT, [](int) { stop_asked = true; });
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is a full disk like any other
  std::signal(SIGPIPE, SIG_IGN);  // nobody listening to the progress is no reason to stop

  const std::vector<std::string_view> words(argv + 1, argv + argc);
  auto parsed = parse_arguments(words);
  if (!parsed.has_value()) {
    fmt::print(stderr, "{}\n", parsed.error().message);
    return kUsage;
  }
  if (parsed->help) {
    fmt::print("{}", usage());
    return kDone;
  }
  Report report(parsed->talk, system_clock(), [](const std::string& line) {
    fmt::print("{}\n", line);
    std::fflush(stdout);
  });
  const auto work = [&]() -> Result<Composed> {
    DD_TRY_VOID(start_gstreamer());
    if (parsed->live) {
      return compose_live(
          parsed->compose, system_clock(), [&](Time done, Time whole) { report.progress(done, whole); }, stop_asked,
          [&](const std::vector<Performance::Wish>& wishes) { report.wishes(wishes); });
    }
    return compose(
        parsed->compose, [&](Time done, Time whole) { report.progress(done, whole); }, stop_asked);
  };
  const Result<Composed> composed = work();
  if (!composed.has_value()) {
    report.failed(composed.error());
    if (parsed->talk == Talk::kJson) fmt::print(stderr, "{}\n", composed.error().message);
    return code_for(composed.error());
  }
  report.done(parsed->compose, *composed);
  return kDone;
}

}  // namespace dd::composer
