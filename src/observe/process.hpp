// SPDX-License-Identifier: MIT
// What this process uses, and how busy the machine is, as Linux tells it in /proc: a few reads of memory the kernel renders, no disk.
// The figures of this process are without its workers, which are processes of their own. The functions are safe from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dd::observe {

struct ProcessFigures {
  double resident_bytes = 0;
  double cpu_seconds = 0;
  double open_fds = 0;
  double threads = 0;
  double start_time = 0;  // seconds since 1970
};

ProcessFigures read_process_figures();  // what cannot be read stays 0

// Time of all cores together since the machine started, in the kernel's ticks.
struct CpuTimes {
  std::uint64_t busy = 0;
  std::uint64_t total = 0;
};

std::optional<CpuTimes> parse_cpu_times(std::string_view proc_stat);  // the text of /proc/stat, see proc(5)

// How busy the machine's cores were between two looks, those of other programs and containers included.
// Belongs to one thread.
class CpuSampler {
 public:
  // 0 to 100, of all cores together, since the last call; since the machine's start at the first.
  std::uint32_t percent();
  std::uint32_t percent_at(CpuTimes now);  // the same of given times

 private:
  CpuTimes last_;
  std::uint32_t last_percent_ = 0;
};

// What the first thread of a process has run, and has waited for a core while it wanted to run, since it began.
struct RunTimes {
  std::chrono::nanoseconds run{};
  std::chrono::nanoseconds waited{};
};

std::optional<RunTimes> parse_run_times(std::string_view schedstat);  // the text of /proc/PID/schedstat, see proc(5)

// How busy a process of one thread is between two looks. Waiting counts: a loop that does not get its core, because others have it or
// because its cgroup has used its share, falls behind just as one that has too much to do. It counts as much as the running at most,
// since whoever hardly runs would not be helped by having less to do. Belongs to one thread.
class BusySampler {
 public:
  // 0 to 100, since the last look at this process. Nothing at its first one, and where the kernel does not tell.
  std::optional<std::uint32_t> percent(std::int64_t pid, std::chrono::nanoseconds now);
  std::optional<std::uint32_t> percent_at(std::int64_t pid, const RunTimes& times,
                                          std::chrono::nanoseconds now);  // the same of given times

 private:
  std::int64_t pid_ = 0;
  RunTimes last_;
  std::chrono::nanoseconds last_look_{};
};

}  // namespace dd::observe
